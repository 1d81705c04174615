"""What it means: observations in, findings and alerts out. Opens no socket and reads no clock."""
