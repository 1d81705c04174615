"""What an integrator asks when something is wrong: settings, a node or a live call in, findings with cures out."""
