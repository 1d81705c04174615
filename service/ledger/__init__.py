"""Who listened to whom: deeds come in, rows of one hash chain go out; nothing is heard that is not written."""
