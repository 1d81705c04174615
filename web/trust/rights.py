"""Rights, and which role has which. docs/security.md shows this table; a test compares the two."""

from enum import StrEnum
from types import MappingProxyType


class Right(StrEnum):
    """One thing that somebody may do. Where it is about calls, it holds within the person's scope only."""

    SIGNED_IN = "signed_in"
    """Being known: own session, the words of the API."""
    WALLBOARD = "wallboard"
    """The floor in figures."""
    SEE = "see"
    """Calls, alerts, levels: that they are, and how they stand."""
    ACT = "act"
    """Claim, assign, snooze, judge alerts; mutes."""
    TRANSCRIPT = "transcript"
    """The words of calls that are over."""
    LIVE_TRANSCRIPT = "live_transcript"
    """The words of running calls."""
    LISTEN = "listen"
    """The sound of running calls."""
    REPLAY = "replay"
    """The sound of what was said before: in a running call, and clips."""
    HEAR_NUMBERS = "hear_numbers"
    """Numbers in the sound of running calls; without it a tone covers them, and all comes some seconds late."""
    DOWNLOAD = "download"
    """Sound or lists as a file."""
    WHISPER = "whisper"
    """Speak to the agent alone."""
    BARGE = "barge"
    """Speak to both."""
    TAKE_OVER = "take_over"
    """Take the agent's place."""
    END = "end"
    """End a call."""
    FIGURES = "figures"
    """How the desk works, how right each rule is."""
    READ_RULES = "read_rules"
    """What the rules are."""
    RULES = "rules"
    """Change the rules."""
    READ_ROSTER = "read_roster"
    """Who works where."""
    ROSTER = "roster"
    """Change who works where."""
    PEOPLE = "people"
    """Users, their roles and scopes, and keys."""
    LEDGER = "ledger"
    """Who listened to whom, everywhere."""
    OWN_LEDGER = "own_ledger"
    """Who listened to one's own agents: those within the scope."""
    OPERATE = "operate"
    """Web hooks that failed, and other repairs."""
    ERASE = "erase"
    """Delete all calls of one person for good."""
    METRICS = "metrics"
    """The figures for Prometheus."""
    SCORES = "scores"
    """Scores of others, appeals and improvements: those within the scope."""
    SCORE = "score"
    """Inspect: worklist, score sheets, calibrations."""
    QUALITY = "quality"
    """Lead inspectors: draw samples, decide appeals, follow improvements, hold calibrations."""
    OWN_SCORES = "own_scores"
    """Own scores, and appeals against them."""
    INGEST = "ingest"
    """Announce calls and send their audio and events."""


class Role(StrEnum):
    """What a user is. A user may have several roles, further rights, and rights taken away."""

    AGENT = "agent"
    WALLBOARD = "wallboard"
    FLOOR_MANAGER = "floor_manager"
    SUPERVISOR = "supervisor"
    QA = "qa"
    ADMIN = "admin"


class KeyKind(StrEnum):
    """What a key opens."""

    INGEST = "ingest"
    WALLBOARD = "wallboard"
    METRICS = "metrics"
    ROSTER = "roster"


_AGENT = frozenset({Right.SIGNED_IN, Right.OWN_SCORES})
_WALLBOARD = frozenset({Right.SIGNED_IN, Right.WALLBOARD})
_QUALITY = frozenset({Right.OWN_SCORES, Right.SCORES})
_FLOOR_MANAGER = _WALLBOARD | {Right.SEE, Right.ACT, Right.LISTEN, Right.FIGURES, Right.READ_RULES, Right.OWN_LEDGER}
_SUPERVISOR = _FLOOR_MANAGER | {Right.TRANSCRIPT, Right.LIVE_TRANSCRIPT, Right.REPLAY, Right.WHISPER} | _QUALITY
_QA = (_SUPERVISOR - {Right.LISTEN, Right.LIVE_TRANSCRIPT, Right.WHISPER}) | {
    Right.DOWNLOAD,
    Right.READ_ROSTER,
    Right.SCORE,
}
_ADMIN = _WALLBOARD | {
    Right.FIGURES,
    Right.READ_RULES,
    Right.RULES,
    Right.READ_ROSTER,
    Right.ROSTER,
    Right.PEOPLE,
    Right.LEDGER,
    Right.OWN_LEDGER,
    Right.OPERATE,
    Right.ERASE,
    Right.METRICS,
}  # who gives rights does not listen: two people are needed to hear a call unseen, and the ledger shows both

RIGHTS_OF_ROLE = MappingProxyType(
    {
        Role.AGENT: _AGENT,
        Role.WALLBOARD: _WALLBOARD,
        Role.FLOOR_MANAGER: _FLOOR_MANAGER,
        Role.SUPERVISOR: _SUPERVISOR,
        Role.QA: _QA,
        Role.ADMIN: _ADMIN,
    }
)
RIGHTS_OF_KEY = MappingProxyType(
    {
        KeyKind.INGEST: frozenset({Right.INGEST}),
        KeyKind.WALLBOARD: frozenset({Right.SIGNED_IN, Right.WALLBOARD}),
        KeyKind.METRICS: frozenset({Right.METRICS}),
        KeyKind.ROSTER: frozenset({Right.READ_ROSTER, Right.ROSTER}),
    }
)
GIVEN_SINGLY = frozenset({Right.HEAR_NUMBERS, Right.BARGE, Right.TAKE_OVER, Right.END, Right.QUALITY})
"""Rights no role has: an admin gives them to a person."""
