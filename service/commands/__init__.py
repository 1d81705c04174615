"""The command line `earshot`: one file a command, each with help, an example and honest exit codes."""
