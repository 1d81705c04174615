"""Every setting of Earshot with its unit, default and bounds; YAML and environment in, one frozen Settings out."""
