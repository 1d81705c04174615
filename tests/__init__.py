"""Tests mirror the tree; whole calls are played in tests/calls."""
