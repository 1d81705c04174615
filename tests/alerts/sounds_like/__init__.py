"""Tests of alerts/sounds_like/."""
