"""Tests of config/rules/."""
