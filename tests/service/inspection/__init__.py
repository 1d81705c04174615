"""Tests of service/inspection."""
