"""Every dialect is fed its stream whole, cut everywhere and byte by byte."""
