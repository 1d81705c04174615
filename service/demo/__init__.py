"""The demonstration: a simulated PBX that plays package recordings over the real wire protocols into the real service."""
