"""Between nodes: every change of an alert in the order of its sequence, and what is said of calls while it is fresh."""
