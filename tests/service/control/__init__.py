"""Tests of `service.control`."""
