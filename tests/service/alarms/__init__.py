"""Tests of service/alarms."""
