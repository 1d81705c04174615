"""Rule packs that come along: a folder per language, a YAML file per topic; changed by quality staff."""
