"""Tests of service/doctor."""
