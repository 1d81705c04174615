"""Tests of alerts/detectors/."""
