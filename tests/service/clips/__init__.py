"""Tests of service/clips."""
