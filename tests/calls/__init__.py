"""Whole calls through the whole road."""
