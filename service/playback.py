"""A recording through the whole road as fast as it goes: no sockets, no store, call time for a clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from alerts.alert import Alert, AlertState
from alerts.desk import AlertDesk
from alerts.reader import reader_of
from alerts.watch import CallWatch
from config.rule_packs import RulePack
from config.settings import Settings
from service.call_record import CallRecord
from service.clock import PlayClock
from service.demo.recording import Recording, ScriptEvent
from service.live_call import LiveCall
from service.recognition.group import RecognitionGroup
from service.recognition.leg_recognition import LegRecognition
from streaming.frames import FRAME_MS, AudioFrame, Leg
from web.sources import Announcement, CallEvent, CallEventType, CallLevels, TranscriptLine

_LATE_WORDS_MS = 2_000  # after the end the clock still runs this long, so that every verdict is given
_PULSE_MS = 100


@dataclass(slots=True)
class PlaybackOutlet:
    """Keeps what a call yields: every version of every alert, the newest lines."""

    changes: list[Alert] = field(default_factory=list)
    lines: list[TranscriptLine] = field(default_factory=list)
    progress: Callable[[int], None] | None = None

    def alert(self, alert: Alert) -> None:
        """Keep a version of an alert."""
        self.changes.append(alert)

    def transcript(self, line: TranscriptLine) -> None:
        """Keep finals."""
        if line.heard.final and line.heard.text:
            self.lines.append(line)

    def levels(self, levels: CallLevels) -> None:
        """Levels tell how far it is."""
        if self.progress is not None:
            self.progress(levels.at_ms)

    def changed(self, call: LiveCall) -> None:
        """Nobody watches."""

    def listened(self, name: str) -> bool:
        """Nobody listens."""
        return False

    def sound(self, name: str, agent: AudioFrame | None, customer: AudioFrame | None) -> None:
        """Nobody listens."""

    def alerts(self) -> list[Alert]:
        """Each alert in its last version, by its place in the call; withdrawn ones were none."""
        newest = {alert.alert_id: alert for alert in self.changes}
        standing = [alert for alert in newest.values() if alert.state is not AlertState.WITHDRAWN]
        return sorted(standing, key=lambda alert: (alert.timing.audio_end_ms, alert.kind))


async def play_through(
    recording: Recording,
    settings: Settings,
    pack: RulePack | None,
    group: RecognitionGroup | None,
    outlet: PlaybackOutlet,
    block_ms: float = FRAME_MS,
) -> LiveCall:
    """Play both legs and the script in call time; returns when the last verdict is given.

    Recognition keeps pace: the playing waits for it, so its answers come as late as on a quiet live system at most.
    """
    began_at = datetime.now(UTC)
    clock = PlayClock(began_at)
    announcement = Announcement(call_id=recording.name, language=recording.language, started_at=began_at)
    language = recording.language or str(settings.language)
    record = CallRecord(announcement, recording.name, language, began_at, settings.listening.levels_ms)
    call = LiveCall(
        record=record,
        settings=settings,
        clock=clock,
        recognize=lambda call_id, leg, heard: LegRecognition(
            leg, f"{call_id}/{leg}", group, settings.segments, heard, patient=True
        ),
        watch=CallWatch(settings.detection, pack, reader_of(settings.language), settings.hearing),
        desk=AlertDesk(settings.language),
        outlet=outlet,
    )
    player = _Player(recording, call, clock, began_at, block_ms)
    while player.step():
        if group is not None:
            await group.room()
    await call.drained()
    player.run_out()
    await call.drained()
    if not call.closed:
        call.close()
        await call.drained()
    return call


class _Player:
    """Both legs block by block, the script's events in between, the pulse as the clock goes."""

    def __init__(
        self, recording: Recording, call: LiveCall, clock: PlayClock, began_at: datetime, block_ms: float
    ) -> None:
        self._recording, self._call, self._clock = recording, call, clock
        self._began_at, self._block_ms = began_at, block_ms
        self._events = list(recording.script)
        self._blocks = 0
        self._at_ms = 0.0
        self._pulsed_ms = 0
        self._open = {leg for leg, _ in recording.legs}

    def step(self) -> bool:
        """One block of every leg; false when the recording and its script are over."""
        self._blocks += 1
        until_ms = self._blocks * self._block_ms
        self._clock.move_to(round(until_ms))
        for leg, samples in self._recording.legs:
            if leg in self._open:
                per_ms = self._recording.rate_hz / 1000
                start, end = round(self._at_ms * per_ms), round(min(until_ms, self._leg_end_ms(leg)) * per_ms)
                if end > start:
                    self._call.hear(leg, samples[start:end].tobytes(), self._recording.rate_hz)
                if until_ms >= self._leg_end_ms(leg):
                    self._open.discard(leg)
                    self._call.leg_ended(leg, explicit=False)
        while self._events and self._events[0].at_ms <= until_ms:
            self._report(self._events.pop(0))
        self._at_ms = until_ms
        self._pulse()
        return bool(self._open or self._events)

    def run_out(self) -> None:
        """Let the clock run past the end, until the call is over for certain."""
        until_ms = self._at_ms + _LATE_WORDS_MS
        while self._at_ms < until_ms and not self._call.closed:
            self._at_ms += _PULSE_MS
            self._clock.move_to(round(self._at_ms))
            self._pulse()

    def _leg_end_ms(self, leg: Leg) -> int:
        hangup = self._recording.hangup
        if hangup is not None and hangup.party == str(leg):
            return min(hangup.at_ms, self._recording.duration_ms)
        return self._recording.duration_ms

    def _report(self, event: ScriptEvent) -> None:
        at = self._began_at + timedelta(milliseconds=event.at_ms) if event.type is not CallEventType.ANSWERED else None
        if not self._call.closed:
            self._call.report(CallEvent(event.type, event.leg, at, event.party, event.cause))

    def _pulse(self) -> None:
        while self._pulsed_ms + _PULSE_MS <= self._at_ms:
            self._pulsed_ms += _PULSE_MS
            self._call.pulse()
