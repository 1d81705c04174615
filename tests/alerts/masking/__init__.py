"""Tests of alerts/masking."""
