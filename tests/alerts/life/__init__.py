"""Tests of alerts/life."""
