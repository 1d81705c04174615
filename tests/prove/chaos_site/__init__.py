"""A whole site for the chaos run: servers, nodes, a PBX that does not give up, consoles that keep count."""
