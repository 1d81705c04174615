"""Patterns for texts, in RE2: their time grows with the text and never explodes."""

import re2

_LONGEST = 300
_MOST_BYTES = 1 << 20  # of a compiled pattern


def linear_options() -> re2.Options:
    """How patterns are read: letters of either case, bounded memory, nothing written to stderr."""
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = _MOST_BYTES
    options.log_errors = False
    return options


def checked_pattern(pattern: str) -> str:
    """The pattern; ValueError saying what to write instead when it cannot be searched in linear time."""
    if len(pattern) > _LONGEST:
        raise ValueError(f"is longer than {_LONGEST} characters; split it")
    try:
        compiled = re2.compile(pattern, linear_options())
    except re2.error as error:
        reason = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
        raise ValueError(
            f"RE2 refuses it ({reason}); write it without back-references, look-around and large repetitions"
        ) from None
    if compiled.search("") is not None:
        raise ValueError("fits an empty text, so it would fit everything; make some part of it compulsory")
    return pattern
