"""A rule was heard in some words: all that conditions, and the replay of a day, ask of a text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RuleHit:
    """The rule's phrase or pattern, surely enough, at this place of the call."""

    rule: str
    start_ms: int
    end_ms: int
