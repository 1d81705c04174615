"""Tests of service/evaluation."""
