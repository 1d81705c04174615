"""What was looked at, how it stands, and how to mend it."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it stands."""

    GOOD = "good"
    NOTE = "note"  # works, and there is something to know
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """`found` says what is so, `cure` what to do; empty where nothing is to be done."""

    what: str
    state: State
    found: str
    cure: str = ""


def good(what: str, found: str) -> Finding:
    """As it should be."""
    return Finding(what, State.GOOD, found)


def note(what: str, found: str, cure: str) -> Finding:
    """Works; worth knowing."""
    return Finding(what, State.NOTE, found, cure)


def wrong(what: str, found: str, cure: str) -> Finding:
    """Does not work."""
    return Finding(what, State.WRONG, found, cure)
