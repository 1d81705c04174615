"""Tests of service/bus."""
