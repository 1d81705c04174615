"""Stands in for whoever runs the calls: calls, alerts and health in plain memory, scripted by the test."""

import asyncio
import math
import struct
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from alerts.alert import Alert, AlertState, ByLanguage, Evidence, Kind, Measure, Severity, Timing
from streaming.frames import FRAME_SAMPLES, SAMPLES_PER_MS, AudioFrame, Leg
from streaming.observations import Word, WordsHeard
from web.alert_messages import is_over
from web.sources import (
    AgentView,
    AlertChange,
    AnnouncedCall,
    Announcement,
    CallEvent,
    CallLevels,
    CallOverError,
    CallState,
    CallView,
    ConflictingCallError,
    DeadLetter,
    Health,
    Hit,
    LegLevels,
    LegView,
    NodeFullError,
    Span,
    StoreUnavailableError,
    Tier,
    Timeline,
    TranscriptLine,
    UnknownCallError,
)

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def a_call(call_id: str = "call-1", state: CallState = CallState.LIVE, **changed: object) -> CallView:
    """A live call of agent 1007 in the billing queue."""
    leg = LegView(received_ms=8000, gaps_ms=0, level_dbfs=-20.5, speaking=True, tier=Tier.FULL, connected=True)
    call = CallView(
        call_id=call_id,
        state=state,
        direction="inbound",
        language="ko",
        queue="billing",
        team="east",
        site=None,
        agent=AgentView(id="1007", name="Li"),
        customer_number="+861012345678",
        started_at=NOON,
        ended_at=None,
        duration_ms=8000,
        legs=((Leg.AGENT, leg), (Leg.CUSTOMER, leg)),
        tier=Tier.FULL,
        coverage=1.0,
        coverage_causes=(),
        risk=20,
        open_alerts=1,
        hung_up_by=None,
        verdict=None,
    )
    return replace(call, **changed)  # type: ignore[arg-type]  # a test names the fields it changes


def an_alert(alert_id: str = "a1", **changed: object) -> Alert:
    """A dead-air alert of 3.2 s."""
    alert = Alert(
        alert_id=alert_id,
        version=1,
        kind=Kind.DEAD_AIR,
        rule="zh.dead_air",
        severity=Severity.MAJOR,
        state=AlertState.OPEN,
        call_id="call-1",
        leg=Leg.AGENT,
        agent_id="1007",
        queue="billing",
        team="east",
        title="No answer to the customer for 3.2 s",
        advice="Answer now.",
        clause="002",
        evidence=Evidence(8120, 11320, (Measure("silence_ms", 3200),), (Measure("limit_ms", 3000),)),
        opened_at=NOON,
        updated_at=NOON,
        timing=Timing(11320, NOON, NOON + timedelta(milliseconds=40), NOON + timedelta(milliseconds=60)),
        advice_by_language=ByLanguage(zh="请立即应答。", en="Answer now."),
    )
    return replace(alert, **changed)  # type: ignore[arg-type]  # a test names the fields it changes


def a_line(
    text: str,
    *,
    leg: Leg = Leg.CUSTOMER,
    utterance: int = 1,
    revision: int = 1,
    final: bool = True,
    start_ms: int = 1000,
    call_id: str = "call-1",
    hit: str | None = None,
) -> TranscriptLine:
    """One utterance; `hit` is a phrase inside it that a rule has found."""
    end_ms = start_ms + 1000
    words = (Word(text.split(" ")[0], start_ms, end_ms, 0.9),) if final else ()
    hits: tuple[Hit, ...] = ()
    if hit is not None:
        at = text.index(hit)
        hits = (Hit("forbidden", start_ms, end_ms, at, at + len(hit), provisional=not final),)
    heard = WordsHeard(leg, utterance, revision, final, start_ms, end_ms, text, words)
    return TranscriptLine(call_id, heard, hits)


def some_levels(call_id: str = "call-1", at_ms: int = 0, level_dbfs: float = -20.0) -> CallLevels:
    """Half a second in which both speak."""
    leg = LegLevels((level_dbfs,) * 5, (True,) * 5)
    return CallLevels(call_id, at_ms, 100, ((Leg.AGENT, leg), (Leg.CUSTOMER, leg)))


def tone(leg: Leg, number: int, pitch_hz: float, amplitude: float = 0.3) -> AudioFrame:
    """The `number`th frame of an endless sine."""
    first = number * FRAME_SAMPLES
    samples = (
        round(32767 * amplitude * math.sin(2 * math.pi * pitch_hz * (first + i) / 16000)) for i in range(FRAME_SAMPLES)
    )
    return AudioFrame(leg, first, struct.pack(f"<{FRAME_SAMPLES}h", *samples))


class FakeCalls:
    """Fills `web.sources.Calls`; the test puts calls, lines and audio in."""

    def __init__(self, *calls: CallView) -> None:
        self.views = {call.call_id: call for call in calls}
        self.announced: dict[str, Announcement] = {}
        self.events: list[tuple[str, CallEvent]] = []
        self.lines: dict[str, list[TranscriptLine]] = {}
        self.timelines: dict[str, Timeline] = {}
        self.kept_from_ms = 0
        self.most_calls = 100

    async def announce(self, announcement: Announcement) -> AnnouncedCall:
        call_id = announcement.call_id or "made-up"
        known = self.announced.get(call_id)
        if known is not None and known != announcement:
            raise ConflictingCallError(["queue"])
        if known is None and len(self.announced) >= self.most_calls:
            raise NodeFullError
        self.announced[call_id] = announcement
        return AnnouncedCall(
            call_id, known is None, ((Leg.AGENT, "uuid-a"), (Leg.CUSTOMER, "uuid-c"), (Leg.MIXED, "uuid-m"))
        )

    async def amend(self, call_id: str, announcement: Announcement) -> CallView:
        call = self._known(call_id)
        self.views[call_id] = replace(call, queue=announcement.queue or call.queue)
        return self.views[call_id]

    async def report(self, call_id: str, event: CallEvent) -> None:
        if self._known(call_id).state is CallState.ENDED:
            raise CallOverError
        self.events.append((call_id, event))

    async def search(
        self, state: CallState | None, queue: str | None, limit: int, before: str | None
    ) -> list[CallView]:
        found = [
            call
            for call in reversed(self.views.values())
            if (state is None or call.state is state) and (queue is None or call.queue == queue)
        ]
        if before is not None:
            found = found[[call.call_id for call in found].index(before) + 1 :]
        return found[:limit]

    async def get(self, call_id: str) -> CallView:
        return self._known(call_id)

    async def transcript(self, call_id: str) -> list[TranscriptLine]:
        self._known(call_id)
        return self.lines.get(call_id, [])

    async def timeline(self, call_id: str) -> Timeline:
        self._known(call_id)
        if call_id in self.timelines:
            return self.timelines[call_id]
        leg = LegLevels((-20.0, -96.0), (True, False), tones=(0.5, 0.0))
        return Timeline(100, ((Leg.AGENT, leg),), (Span("speech", Leg.AGENT, 0, 100),))

    async def audio(
        self, call_id: str, from_ms: int, to_ms: int, legs: Sequence[Leg], *, bleeped: bool = False
    ) -> tuple[int, list[bytes]]:
        """A sine of 440 Hz for the agent, 700 Hz for the customer, as long as the call has lasted."""
        call = self._known(call_id)
        from_ms = max(from_ms, self.kept_from_ms)
        to_ms = min(to_ms, call.duration_ms)
        if to_ms <= from_ms:
            return from_ms, []
        frames = range(from_ms // 20, to_ms // 20 + 1)
        skip = (from_ms % 20) * SAMPLES_PER_MS * 2
        length = (to_ms - from_ms) * SAMPLES_PER_MS * 2
        pitch_hz = {Leg.AGENT: 440.0, Leg.CUSTOMER: 700.0, Leg.MIXED: 500.0}
        return from_ms, [
            b"".join(tone(leg, number, pitch_hz[leg]).pcm_s16le for number in frames)[skip : skip + length]
            for leg in legs
        ]

    def _known(self, call_id: str) -> CallView:
        if call_id not in self.views:
            raise UnknownCallError
        return self.views[call_id]


class FakeAlerts:
    """Fills `web.sources.Alerts` from a list of changes. `hold` makes the past wait, as a slow store does."""

    def __init__(self) -> None:
        self.changes: list[AlertChange] = []
        self.asked = asyncio.Event()  # somebody has begun to read the past
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.away = False  # the database does not answer

    def store(self, alert: Alert) -> AlertChange:
        """One more change, as the store numbers it."""
        change = AlertChange(len(self.changes) + 1, alert)
        self.changes.append(change)
        return change

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
        newest = {change.alert.alert_id: change for change in self.changes}
        found = [
            change
            for change in sorted(newest.values(), key=lambda change: change.sequence or 0, reverse=True)
            if (not state or change.alert.state in state)
            and (not severity or change.alert.severity.word in severity)
            and (not kind or change.alert.kind in kind)
            and (call_id is None or change.alert.call_id == call_id)
            and (since is None or change.alert.updated_at >= since)
            and (before is None or (change.sequence or 0) < before)
        ]
        return found[:limit]

    async def get(self, alert_id: str) -> list[AlertChange]:
        return [change for change in self.changes if change.alert.alert_id == alert_id]

    async def open_now(self) -> tuple[int, list[Alert]]:
        if self.away:
            raise StoreUnavailableError("away")
        newest = {change.alert.alert_id: change.alert for change in self.changes}
        answer = len(self.changes), [alert for alert in newest.values() if not is_over(alert)]
        self.asked.set()
        await self.go_on.wait()
        return answer

    async def since(self, sequence: int, limit: int) -> list[AlertChange] | None:
        missed = self.changes[sequence:]
        return None if len(missed) > limit else missed


class FakeClips:
    """Fills `web.sources.Clips` from a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def clip(self, alert_id: str, *, as_wav: bool) -> bytes | None:
        kept = self.kept.get(alert_id)
        return b"wav of " + kept if kept is not None and as_wav else kept


class FakeLetters:
    """Fills `web.sources.DeadLetters` from a list."""

    def __init__(self) -> None:
        self.kept: list[DeadLetter] = []

    async def dead(self, route: str | None, limit: int, before: int | None) -> list[DeadLetter]:
        newest = sorted(self.kept, key=lambda each: -each.delivery_id)
        found = [
            each for each in newest if route in (None, each.route) and (before is None or each.delivery_id < before)
        ]
        return found[:limit]

    async def replay(self, delivery_id: int | None, route: str | None) -> int:
        again = [each for each in self.kept if delivery_id in (None, each.delivery_id) and route in (None, each.route)]
        self.kept = [each for each in self.kept if each not in again]
        return len(again)


class FakeHealth:
    """Fills `web.sources.HealthSource`."""

    def __init__(self) -> None:
        self.ready = True

    async def health(self) -> Health:
        return Health(self.ready, (("store", True, ""), ("model", self.ready, "" if self.ready else "not loaded")))

    def metrics(self) -> bytes:
        return b"earshot_calls_live 1\n"
