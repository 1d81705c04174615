"""Alerts told to other systems by HTTP: signed, tried again, and never a danger to the calls."""
