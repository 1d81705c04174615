"""The dialects of the PBXes, one file each: bytes cut anywhere in, wire events out.

Malformed input is an event, never an exception.
"""
