"""Tests of alerts/inspection."""
