"""Tests of service/roster."""
