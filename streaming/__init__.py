"""What was heard: wire bytes in, frames and observations in call time out. Opens no socket and reads no clock."""
