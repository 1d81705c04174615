"""Ends of calls as a data file, and how they are told."""
