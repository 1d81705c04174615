"""A speech library that hears what a file says; its folder goes in front of the path of a node's process."""
