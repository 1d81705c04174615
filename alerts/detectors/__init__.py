"""One fault of the quality manuals a file: observations in, findings out. Detectors do not know each other."""
