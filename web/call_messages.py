"""Calls as JSON, in the exact form of api.md, and where an announced call's audio goes."""

from dataclasses import replace
from typing import Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from config.privacy import Consent
from streaming.frames import Leg, Party
from web.alert_messages import AlertBody, alert_body
from web.sources import (
    AgentView,
    AnnouncedCall,
    CallState,
    CallView,
    LegLevels,
    LegView,
    Span,
    Tier,
    Timeline,
)
from web.stamps import Stamp
from web.supervision import NO_ABILITIES, Able, Mode


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class AgentBody(_Body):
    """Who answers for the company."""

    id: str | None
    name: str | None
    extension: str | None
    channel: str | None


class CustomerBody(_Body):
    """The other party."""

    number: str | None


class LegBody(_Body):
    """One leg as it stands now."""

    received_ms: int
    gaps_ms: int
    level_dbfs: float
    speaking: bool
    tier: Tier
    connected: bool
    mood: str


class AbilityBody(_Body):
    """Whether a mode is possible by telephone and by browser: true, or what is missing."""

    phone: Able
    browser: Able


class SupervisionBody(_Body):
    """A supervisor in the call. `starting`: the telephone rings, or the microphone is being let in.

    One that is `over` is shown where nobody wanted its end; `why` says what ended it.
    """

    supervision_id: str
    call_id: str
    mode: Mode
    state: Literal["starting", "running", "over"]
    by: str
    extension: str | None
    browser: bool
    since: Stamp
    why: str | None = None


class CallBody(_Body):
    """One call as it stands now. `coverage` is 0..1, `risk` 0..100."""

    call_id: str
    state: CallState
    direction: str | None
    language: str
    queue: str | None
    team: str | None
    site: str | None
    agent: AgentBody | None
    customer: CustomerBody | None
    started_at: Stamp
    ended_at: Stamp | None
    duration_ms: int
    legs: dict[Leg, LegBody]
    tier: Tier
    coverage: float
    coverage_causes: list[str]
    risk: int
    open_alerts: int
    hung_up_by: Party | None
    verdict: str | None
    verdict_facts: dict[str, int | float | str | bool]
    metadata: dict[str, str]
    abilities: dict[Mode, AbilityBody] = Field(description="How a supervisor can step in; empty after the end.")
    supervisions: list[SupervisionBody]
    consent: Consent
    paused: bool


class UndecidedBody(_Body):
    """A stretch of the call in which rules of these kinds could not see, and why.

    `cause`: no_audio, wrong_rate, stalled, paused, whisper, one_leg, recognition_off, phrases_only, low_confidence,
    narrow_band, clipping.
    """

    kinds: list[str]
    leg: Leg
    from_ms: int
    to_ms: int
    cause: str


class CallWithAlerts(CallBody):
    """One call with the alerts that are not over, and what could not be judged."""

    undecided: list[UndecidedBody]
    alerts: list[AlertBody]


class CallPage(_Body):
    """Calls, newest first; `next_cursor` asks for the page after."""

    calls: list[CallBody]
    next_cursor: str | None


class StreamBody(_Body):
    """Where one leg's audio goes: its AudioSocket UUID and its WebSocket path."""

    stream_id: str
    websocket: str | None = None


class AnnouncedBody(_Body):
    """The answer to an announcement."""

    call_id: str
    legs: dict[Leg, StreamBody]
    mixed: StreamBody | None


class LevelsBody(_Body):
    """A batch of steps of one leg: loudest frame of each step in dBFS, whether it spoke, tone 0..1.

    `tone` is the newest; a timeline also has the tone of each step.
    """

    dbfs: list[float]
    speaking: list[bool]
    tone: float
    tones: list[float] | None = None


class SpanBody(_Body):
    """A stretch of a call's timeline: speech, hold, gap, pause, silence, talk_over, whisper."""

    kind: str
    leg: Leg | None
    from_ms: int
    to_ms: int


class TimelineBody(_Body):
    """A call's past from `from_ms` on: levels in steps, spans that reach into it, alerts of the whole call."""

    from_ms: int
    step_ms: int
    legs: dict[Leg, LevelsBody]
    spans: list[SpanBody]
    alerts: list[AlertBody]


class CallMessage(CallBody):
    """What a console gets when a call changes (`call`) or is over (`call_ended`)."""

    type: str


def call_body(call: CallView) -> CallBody:
    """One call as everybody outside sees it."""
    return CallBody.model_validate(_fields_of(call))


def call_with_alerts(call: CallView, alerts: list[AlertBody]) -> CallWithAlerts:
    """One call with its open alerts."""
    undecided = [UndecidedBody.model_validate(each) for each in call.undecided]
    return CallWithAlerts.model_validate({**_fields_of(call), "undecided": undecided, "alerts": alerts})


def call_message(call: CallView, *, ended: bool) -> str:
    """The JSON text that every console gets for one call."""
    kind = "call_ended" if ended else "call"
    return CallMessage.model_validate({**_fields_of(call), "type": kind}).model_dump_json()


def announced_body(announced: AnnouncedCall) -> AnnouncedBody:
    """Where each leg's audio goes; call_id is percent-encoded in the paths."""
    folder = f"/ingest/ws/{quote(announced.call_id, safe='')}"
    streams = dict(announced.stream_ids)
    mixed = streams.pop(Leg.MIXED, None)
    return AnnouncedBody(
        call_id=announced.call_id,
        legs={leg: StreamBody(stream_id=name, websocket=f"{folder}/{leg}") for leg, name in streams.items()},
        mixed=StreamBody(stream_id=mixed) if mixed is not None else None,
    )


def timeline_body(timeline: Timeline, from_ms: int = 0) -> TimelineBody:
    """Levels, spans and alerts of one call; levels begin with the step that holds `from_ms`."""
    first = from_ms // timeline.step_ms
    return TimelineBody(
        from_ms=first * timeline.step_ms,
        step_ms=timeline.step_ms,
        legs={leg: levels_body(_from_step(levels, first)) for leg, levels in timeline.legs},
        spans=[_span_body(span) for span in timeline.spans if span.to_ms >= from_ms],
        alerts=[alert_body(alert) for alert in timeline.alerts],
    )


def levels_body(levels: LegLevels) -> LevelsBody:
    """Levels of one leg; a tenth of a decibel is finer than any eye sees."""
    return LevelsBody(
        dbfs=[round(level, 1) for level in levels.dbfs],
        speaking=list(levels.speaking),
        tone=round(levels.tone, 3),
        tones=list(levels.tones) if levels.tones else None,
    )


def _from_step(levels: LegLevels, first: int) -> LegLevels:
    if first == 0:
        return levels
    return replace(levels, dbfs=levels.dbfs[first:], speaking=levels.speaking[first:], tones=levels.tones[first:])


def _span_body(span: Span) -> SpanBody:
    return SpanBody(kind=span.kind, leg=span.leg, from_ms=span.from_ms, to_ms=span.to_ms)


def _leg_body(leg: LegView) -> LegBody:
    return LegBody.model_validate(leg)


def _agent_body(agent: AgentView | None) -> AgentBody | None:
    return None if agent is None else AgentBody.model_validate(agent)


def _fields_of(call: CallView) -> dict[str, object]:
    return {
        "call_id": call.call_id,
        "state": call.state,
        "direction": call.direction,
        "language": call.language,
        "queue": call.queue,
        "team": call.team,
        "site": call.site,
        "agent": _agent_body(call.agent),
        "customer": None if call.customer_number is None else CustomerBody(number=call.customer_number),
        "started_at": call.started_at,
        "ended_at": call.ended_at,
        "duration_ms": call.duration_ms,
        "legs": {leg: _leg_body(view) for leg, view in call.legs},
        "tier": call.tier,
        "coverage": call.coverage,
        "coverage_causes": list(call.coverage_causes),
        "risk": call.risk,
        "open_alerts": call.open_alerts,
        "hung_up_by": call.hung_up_by,
        "verdict": call.verdict,
        "verdict_facts": dict(call.verdict_facts),
        "metadata": dict(call.metadata),
        "abilities": _abilities_of(call),
        "supervisions": [SupervisionBody.model_validate(view) for view in call.supervisions],
        "consent": call.consent,
        "paused": call.paused,
    }


def _abilities_of(call: CallView) -> dict[Mode, AbilityBody]:
    if call.state is CallState.ENDED:
        return {}
    return {each.mode: AbilityBody(phone=each.phone, browser=each.browser) for each in call.abilities or NO_ABILITIES}
