"""What web/ needs from whoever runs the calls: the Protocols that service/ fills, and the views they answer with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import JsonValue

from alerts.alert import Alert
from config.privacy import Consent
from streaming.frames import Leg, Party
from streaming.observations import WordsHeard
from web.supervision import Abilities, SupervisionView


class CallState(StrEnum):
    """Where a call stands."""

    RINGING = "ringing"
    LIVE = "live"
    HELD = "held"
    ENDED = "ended"


class Tier(StrEnum):
    """How much of a leg is listened to: text and phrases, phrases only, or sound only."""

    FULL = "full"
    SPOTTING = "spotting"
    ACOUSTIC = "acoustic"


@dataclass(frozen=True, slots=True)
class AgentView:
    """Who answers for the company."""

    id: str | None = None
    name: str | None = None
    extension: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Announcement:
    """What an integrator says of a call before or while it runs; None is "not said"."""

    call_id: str | None = None
    direction: Literal["inbound", "outbound"] | None = None
    language: str | None = None
    queue: str | None = None
    team: str | None = None
    site: str | None = None
    agent: AgentView | None = None
    customer_number: str | None = None
    started_at: datetime | None = None
    metadata: tuple[tuple[str, str], ...] | None = None
    consent: Consent | None = None


@dataclass(frozen=True, slots=True)
class AnnouncedCall:
    """The answer to an announcement: where each leg's audio goes. `created` is false for an equal repeat."""

    call_id: str
    created: bool
    stream_ids: tuple[tuple[Leg, str], ...]


@dataclass(frozen=True, slots=True)
class LegView:
    """One leg as it stands now."""

    received_ms: int
    gaps_ms: int
    level_dbfs: float
    speaking: bool
    tier: Tier
    connected: bool
    mood: str = "calm"  # calm, tense or hostile, against the speaker's own beginning


@dataclass(frozen=True, slots=True)
class UndecidedView:
    """A stretch of a call in which rules of these kinds could not see, and why."""

    kinds: tuple[str, ...]
    leg: Leg
    from_ms: int
    to_ms: int
    cause: str


@dataclass(frozen=True, slots=True)
class CallView:
    """One call as it stands now (api.md, Calls). `coverage` is 0..1 with the causes of what is missing."""

    call_id: str
    state: CallState
    direction: str | None
    language: str
    queue: str | None
    team: str | None
    site: str | None
    agent: AgentView | None
    customer_number: str | None
    started_at: datetime
    ended_at: datetime | None
    duration_ms: int
    legs: tuple[tuple[Leg, LegView], ...]
    tier: Tier
    coverage: float
    coverage_causes: tuple[str, ...]
    risk: int
    open_alerts: int
    hung_up_by: Party | None
    verdict: str | None
    metadata: tuple[tuple[str, str], ...] = ()
    verdict_facts: tuple[tuple[str, int | float | str | bool], ...] = ()  # what the verdict rests on
    undecided: tuple[UndecidedView, ...] = ()
    abilities: Abilities = ()  # of a live call: how a supervisor can step in
    supervisions: tuple[SupervisionView, ...] = ()
    consent: Consent = Consent.GRANTED
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule's phrase inside an utterance's text."""

    rule: str
    start_ms: int
    end_ms: int
    from_char: int
    to_char: int
    provisional: bool


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """One utterance in its newest revision, with the phrases found in it."""

    call_id: str
    heard: WordsHeard
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class LegLevels:
    """A batch of 100 ms steps of one leg: loudest frame of each step in dBFS, whether it spoke, tone 0..1.

    `tone` is how tense the leg sounds now; of the past, `tones` says it of each step.
    """

    dbfs: tuple[float, ...]
    speaking: tuple[bool, ...]
    tone: float = 0.0
    tones: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class CallLevels:
    """Levels of one call from `at_ms` on, both legs in equal steps."""

    call_id: str
    at_ms: int
    step_ms: int
    legs: tuple[tuple[Leg, LegLevels], ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a call's timeline: speech, hold, gap, pause, silence, talk_over, whisper."""

    kind: str
    leg: Leg | None
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """A call's past: levels in steps, spans, alerts."""

    step_ms: int
    legs: tuple[tuple[Leg, LegLevels], ...]
    spans: tuple[Span, ...]
    alerts: tuple[Alert, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertChange:
    """One change of one alert; `sequence` is the store's number and the console's cursor. None: not stored (yet)."""

    sequence: int | None
    alert: Alert


class CallEventType(StrEnum):
    """What the PBX may report of a call."""

    ANSWERED = "answered"
    HOLD = "hold"
    UNHOLD = "unhold"
    MUTE = "mute"
    UNMUTE = "unmute"
    TRANSFER = "transfer"
    PAUSE = "pause"
    RESUME = "resume"
    DTMF = "dtmf"
    HANGUP = "hangup"
    WHISPER = "whisper"  # a supervisor's voice reaches the agent
    BARGE = "barge"  # a supervisor's voice reaches both
    WHISPER_END = "whisper_end"  # it reaches nobody any more


@dataclass(frozen=True, slots=True)
class CallEvent:
    """An event of the PBX. Without `at` it counts when it arrives."""

    type: CallEventType
    leg: Leg | None = None
    at: datetime | None = None
    party: Party | None = None
    cause: str | None = None
    clean: bool = False  # of a supervisor's voice: no stream of the call can hold it


class UnknownCallError(Exception):
    """No such call, live or stored."""


class ConflictingCallError(Exception):
    """The call is announced already with different content. `fields` names what differs."""

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__("announced already with different content")
        self.fields = tuple(fields)


class NodeFullError(Exception):
    """No further call is taken; try another node or later."""


class StoreUnavailableError(Exception):
    """The database cannot be asked or written now; try again. Its text is the database's name for the failure."""


class UnknownAlertError(Exception):
    """No such alert is stored."""


class StaleAlertError(Exception):
    """Somebody has changed the alert since: `current` is how it stands."""

    def __init__(self, current: Alert) -> None:
        super().__init__("the alert has changed since")
        self.current = current


class CallOverError(Exception):
    """The call has ended; this can no longer be done."""


class Calls(Protocol):
    """The calls of all nodes, live and stored. Lookups raise UnknownCallError."""

    async def announce(self, announcement: Announcement) -> AnnouncedCall:
        """Take a call's data. Raises ConflictingCallError, NodeFullError."""
        ...

    async def amend(self, call_id: str, announcement: Announcement) -> CallView:
        """Late or changed data, mid-call; fields that are None stay."""
        ...

    async def report(self, call_id: str, event: CallEvent) -> None:
        """Take an event of the PBX. Raises CallOverError where it can no longer count."""
        ...

    async def search(
        self, state: CallState | None, queue: str | None, limit: int, before: str | None
    ) -> list[CallView]:
        """Calls, newest first; live ones from memory, ended ones from the store.

        `before` is the last call_id of the page before.
        """
        ...

    async def get(self, call_id: str) -> CallView:
        """One call."""
        ...

    async def transcript(self, call_id: str) -> list[TranscriptLine]:
        """Finals in call time, then the running partials. Empty when the call is no longer in memory."""
        ...

    async def timeline(self, call_id: str) -> Timeline:
        """Levels and spans, empty when the call is no longer in memory (the caller adds the alerts)."""
        ...

    async def audio(
        self, call_id: str, from_ms: int, to_ms: int, legs: Sequence[Leg], *, bleeped: bool = False
    ) -> tuple[int, list[bytes]]:
        """16 kHz PCM (s16le) of each leg, equally long, gaps as zeros, as far as ring or recording hold it.

        `bleeped`: with numbers covered, and of a live call without the newest `privacy.listen_delay_s`.
        Answers (true from_ms, one bytes object per leg). Raises UnknownCallError; an empty answer: nothing is kept.
        """
        ...


class Alerts(Protocol):
    """The alerts of all time."""

    async def search(
        self,
        state: Sequence[str],
        severity: Sequence[str],
        kind: Sequence[str],
        call_id: str | None,
        since: datetime | None,
        limit: int,
        before: int | None,
    ) -> list[AlertChange]:
        """Newest change of each alert, newest first; `before` is the last sequence of the page before."""
        ...

    async def get(self, alert_id: str) -> list[AlertChange]:
        """All versions of one alert, oldest first; empty when unknown."""
        ...

    async def open_now(self) -> tuple[int, list[Alert]]:
        """The newest sequence and every alert that is not over: the console's snapshot."""
        ...

    async def since(self, sequence: int, limit: int) -> list[AlertChange] | None:
        """Changes after `sequence`, in order; None when more than `limit` (the console then gets a snapshot)."""
        ...


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A web hook that was given up, with the last failure."""

    delivery_id: int
    route: str
    event_id: str
    attempts: int
    failure: str
    created_at: datetime
    event: dict[str, JsonValue]


class DeadLetters(Protocol):
    """Web hooks that could not be delivered."""

    async def dead(self, route: str | None, limit: int, before: int | None) -> list[DeadLetter]:
        """Newest first; `before` is the last delivery_id of the page before."""
        ...

    async def replay(self, delivery_id: int | None, route: str | None) -> int:
        """Send one again, those of a route, or all; answers how many."""
        ...


class Clips(Protocol):
    """The sound kept with alerts."""

    async def clip(self, alert_id: str, *, as_wav: bool) -> bytes | None:
        """A clip's bytes, as FLAC or decoded; None where none is kept."""
        ...


@dataclass(frozen=True, slots=True)
class Health:
    """What /readyz says: ready, and each part with whether it is and why not."""

    ready: bool
    parts: tuple[tuple[str, bool, str], ...] = field(default=())


class HealthSource(Protocol):
    """Asks every part how it is."""

    async def health(self) -> Health:
        """Model loaded, store writable, bus reachable."""
        ...

    def metrics(self) -> bytes:
        """Prometheus text exposition."""
        ...
