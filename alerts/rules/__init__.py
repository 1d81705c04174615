"""Conditions of the rule packs: what was heard and found in a call so far, and which rules hold by it. Pure."""
