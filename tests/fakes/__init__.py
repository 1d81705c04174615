"""Stand-ins scripted in call time: telephone exchanges, recognisers, supervisors."""
