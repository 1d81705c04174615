"""The sound that is kept: a clip of both legs with each alert, whole calls where that is wished, as FLAC files."""
