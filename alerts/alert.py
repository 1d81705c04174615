"""An alert as everybody outside sees it: what happened, where in the call, how it stands, who has it."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from streaming.frames import Leg


class Kind(StrEnum):
    """What kind of fault (api.md)."""

    DEAD_AIR = "dead_air"
    LONG_SILENCE = "long_silence"
    TALK_OVER = "talk_over"
    INTERRUPTION = "interruption"
    VOLUME_RISE = "volume_rise"
    HOSTILE_TONE = "hostile_tone"
    PHRASE = "phrase"
    AGENT_HANGUP = "agent_hangup"
    ABUSE_AFTER_HANGUP = "abuse_after_hangup"
    CUSTOMER_ABANDONED = "customer_abandoned"
    MISSING_GREETING = "missing_greeting"
    MISSING_CLOSING = "missing_closing"
    MISSING_APOLOGY = "missing_apology"
    REPEATED_QUESTION = "repeated_question"
    FAST_SPEECH = "fast_speech"
    SLOW_SPEECH = "slow_speech"
    LONG_MONOLOGUE = "long_monologue"
    LONG_HOLD = "long_hold"
    ONE_WAY_AUDIO = "one_way_audio"
    NO_AUDIO = "no_audio"
    BACKGROUND_NOISE = "background_noise"
    BAD_MEDIA = "bad_media"
    OFF_CALL_TALK = "off_call_talk"
    SERVICE_STORE = "service_store"
    SERVICE_LATENCY = "service_latency"
    SERVICE_AUDIO = "service_audio"
    SERVICE_MODEL = "service_model"
    SERVICE_DISK = "service_disk"
    SERVICE_CLOCK = "service_clock"
    SERVICE_RULE = "service_rule"


class Severity(IntEnum):
    """The manuals' 一般 / 严重 / 致命 are MINOR / MAJOR / CRITICAL; INFO is only shown. Ordered."""

    INFO = 0
    MINOR = 1
    MAJOR = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        """As written in the contract: info, minor, major, critical."""
        return self.name.lower()


class AlertState(StrEnum):
    """Where an alert stands in its life (api.md, Fixed meanings)."""

    PROVISIONAL = "provisional"
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    FALSE_POSITIVE = "false_positive"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What made a version of an alert: listening, a person, a clock, or a rule about alerts."""

    FOUND = "found"
    ACKNOWLEDGE = "acknowledge"
    ASSIGN = "assign"
    SNOOZE = "snooze"
    RESOLVE = "resolve"
    FALSE_POSITIVE = "false_positive"
    REOPEN = "reopen"
    NOTE = "note"
    WAKE = "wake"  # a snooze is over
    ESCALATE = "escalate"
    SETTLE = "settle"  # the call is over: reached in time, or missed
    SUPPRESS = "suppress"
    RELEASE = "release"  # what suppressed it is gone


class Mark(StrEnum):
    """Whether a person says that the alert was right; it teaches the rule."""

    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Change:
    """Who made a version of an alert, how, and what was said about it. The moment is the version's `updated_at`."""

    action: Action = Action.FOUND
    by: str | None = None
    reason: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """One named number or word of the evidence; the unit stands in the name (`silence_ms`, `rise_db`)."""

    name: str
    value: int | float | str | bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where in the call, what was measured, against which limit. `text` is what was said, masked."""

    from_ms: int
    to_ms: int
    values: tuple[Measure, ...] = ()
    threshold: tuple[Measure, ...] = ()
    text: str | None = None
    clip_sha256: str | None = None  # over the bytes of its clip; None while there is none


@dataclass(frozen=True, slots=True)
class Timing:
    """The stamps of an alert's way: latency is `published_at - received_at`."""

    audio_end_ms: int
    received_at: datetime
    detected_at: datetime
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ByLanguage:
    """A text in both languages of the people who read alerts."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert in one version. A change is a new object with `version` one higher."""

    alert_id: str
    version: int
    kind: Kind
    rule: str
    severity: Severity
    state: AlertState
    call_id: str
    leg: Leg | None
    agent_id: str | None
    queue: str | None
    team: str | None
    title: str
    advice: str
    clause: str | None
    evidence: Evidence
    opened_at: datetime
    updated_at: datetime
    timing: Timing
    count: int = 1
    outcome: str | None = None
    escalation_level: int = 0
    snoozed_until: datetime | None = None
    suppressed_by: str | None = None
    assignee: str | None = None
    site: str | None = None
    route: tuple[str, ...] = ()  # who is told; nobody named: everybody
    claimed_at: datetime | None = None  # the first time a person took it in hand
    waiting_since: datetime | None = None  # since when nobody has it (again); None: since it opened
    mark: Mark | None = None
    change: Change = Change()
    advice_by_language: ByLanguage | None = None  # `advice` is what the node speaks, a page may be read in the other
    title_by_language: ByLanguage | None = None  # of what a rule says in words of its own; else a page words the kind
