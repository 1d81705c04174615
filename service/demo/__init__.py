"""The demonstration: a simulated PBX that plays recordings over the real wire into the real service."""
