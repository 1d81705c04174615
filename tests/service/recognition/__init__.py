"""Tests of service/recognition."""
