"""Users, keys, sessions and who lets them in."""
