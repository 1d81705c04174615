"""Tests of service/desk."""
