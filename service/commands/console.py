"""How the command line speaks: one stderr for people, stdout for machines, colours only on a terminal."""

from rich.console import Console

people = Console(stderr=True, highlight=False, soft_wrap=True)
"""Messages for people go here, so that stdout stays machine-readable."""

results = Console(highlight=False, soft_wrap=True)
"""Results go here."""

EXIT_FAILED = 1
EXIT_USAGE = 2
