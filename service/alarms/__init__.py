"""Earshot's own alerts: the parts of the node are looked at in, an alert about the service itself comes out."""
