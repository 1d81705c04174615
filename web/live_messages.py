"""What only the console socket says: snapshot, transcript lines, levels, heartbeat, refusals."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from alerts.alert import Alert
from streaming.frames import Leg
from web.alert_messages import AlertBody, alert_body
from web.call_messages import CallBody, LevelsBody, call_body, levels_body
from web.sources import CallLevels, CallView, TranscriptLine
from web.stamps import Stamp


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class WordBody(_Body):
    """One recognised word in call time; confidence is 0..1."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float


class HitBody(_Body):
    """A rule's phrase inside an utterance's text; provisional while the utterance is."""

    rule: str
    start_ms: int
    end_ms: int
    from_char: int
    to_char: int
    provisional: bool


class LineBody(_Body):
    """One utterance in its newest revision; a final is immutable."""

    call_id: str
    leg: Leg
    utterance: int
    revision: int
    final: bool
    start_ms: int
    end_ms: int
    text: str
    words: list[WordBody]
    hits: list[HitBody]


class TranscriptBody(_Body):
    """Finals in call time, then the running partials."""

    call_id: str
    lines: list[LineBody]


class LineMessage(LineBody):
    """A transcript line on the console socket."""

    type: Literal["transcript"] = "transcript"


class LevelsMessage(_Body):
    """Levels of one call from `at_ms` on. A leg that is not there is missing."""

    type: Literal["levels"] = "levels"
    call_id: str
    at_ms: int
    step_ms: int
    agent: LevelsBody | None = None
    customer: LevelsBody | None = None
    mixed: LevelsBody | None = None


class SnapshotMessage(_Body):
    """Everything that is live and open at `cursor`: replaces all a console knew."""

    type: Literal["snapshot"] = "snapshot"
    cursor: str
    server_time: Stamp
    calls: list[CallBody]
    alerts: list[AlertBody]


class ResumedMessage(_Body):
    """The missed alert changes follow, each once and in order; `calls` replaces the calls a console knew."""

    type: Literal["resumed"] = "resumed"
    cursor: str
    server_time: Stamp
    calls: list[CallBody]


class HeartbeatMessage(_Body):
    """The socket lives; everything up to `cursor` has been sent."""

    type: Literal["heartbeat"] = "heartbeat"
    cursor: str
    server_time: Stamp


class SubscribedMessage(_Body):
    """What the console follows now."""

    type: Literal["subscribed"] = "subscribed"
    topics: list[str]


class BannerMessage(_Body):
    """Something every page says as long as it is active: `bus` (other nodes are out of reach), `store`."""

    type: Literal["banner"] = "banner"
    about: str
    active: bool


class PresenceMessage(_Body):
    """Who listens to a call now: ids of people, null for somebody who has not said who it is; nobody: empty."""

    type: Literal["presence"] = "presence"
    call_id: str
    listeners: list[str | None]


class RefusedMessage(_Body):
    """A message of the console that was not obeyed, and why. The socket stays open."""

    type: Literal["error"] = "error"
    code: str
    detail: str


def line_body(line: TranscriptLine) -> LineBody:
    """One utterance with its hits."""
    return LineBody.model_validate(_fields_of(line))


def transcript_body(call_id: str, lines: Sequence[TranscriptLine]) -> TranscriptBody:
    """All utterances of one call."""
    return TranscriptBody(call_id=call_id, lines=[line_body(line) for line in lines])


def line_message(line: TranscriptLine) -> str:
    """The JSON text that every follower of the call gets."""
    return LineMessage.model_validate(_fields_of(line)).model_dump_json()


def levels_message(levels: CallLevels) -> str:
    """The JSON text of one batch of levels."""
    legs: dict[str, LevelsBody] = {leg.value: levels_body(each) for leg, each in levels.legs}
    message = LevelsMessage(
        call_id=levels.call_id,
        at_ms=levels.at_ms,
        step_ms=levels.step_ms,
        agent=legs.get("agent"),
        customer=legs.get("customer"),
        mixed=legs.get("mixed"),
    )
    return message.model_dump_json(exclude_none=True)


def snapshot_message(cursor: int, now_at: datetime, calls: Sequence[CallView], alerts: Sequence[Alert]) -> str:
    """The JSON text a fresh console begins with."""
    return SnapshotMessage(
        cursor=str(cursor),
        server_time=now_at,
        calls=[call_body(call) for call in calls],
        alerts=[alert_body(alert) for alert in alerts],
    ).model_dump_json()


def resumed_message(cursor: int, now_at: datetime, calls: Sequence[CallView]) -> str:
    """The JSON text a returning console begins with; `cursor` is the one it came with."""
    return ResumedMessage(
        cursor=str(cursor), server_time=now_at, calls=[call_body(call) for call in calls]
    ).model_dump_json()


def heartbeat_message(cursor: int, now_at: datetime) -> str:
    """The JSON text of a heartbeat."""
    return HeartbeatMessage(cursor=str(cursor), server_time=now_at).model_dump_json()


def banner_message(about: str, *, active: bool) -> str:
    """The JSON text of a banner, put up or taken down."""
    return BannerMessage(about=about, active=active).model_dump_json()


def presence_message(call_id: str, listeners: Sequence[str | None]) -> str:
    """The JSON text that tells who listens to a call."""
    return PresenceMessage(call_id=call_id, listeners=list(listeners)).model_dump_json()


def _fields_of(line: TranscriptLine) -> dict[str, object]:
    heard = line.heard
    return {
        "call_id": line.call_id,
        "leg": heard.leg,
        "utterance": heard.utterance,
        "revision": heard.revision,
        "final": heard.final,
        "start_ms": heard.start_ms,
        "end_ms": heard.end_ms,
        "text": heard.text,
        "words": [WordBody.model_validate(word) for word in heard.words],
        "hits": [HitBody.model_validate(hit) for hit in line.hits],
    }
