"""Score sheets that come along, one YAML file each; changed by quality staff."""
