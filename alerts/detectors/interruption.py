"""Interruption: one party breaks in, the other gives way (manual 002, 不打断客户的话)."""

from collections import deque
from dataclasses import dataclass

from alerts.alert import Evidence, Kind, Measure, Severity
from alerts.findings import Finding, Stage
from alerts.lateness import Lateness
from alerts.line import Line
from config.detection import InterruptionSettings
from streaming.frames import Leg, other_leg
from streaming.observations import Observation, SpeechEnded, SpeechStarted

_TURN_JOIN_MS = 700  # recognition.md §4.1: segments closer than this are one turn
_TURN_END_MS = 500  # recognition.md §4.2, row 5: a pause within so much before the other began is a turn's end


@dataclass(slots=True)
class _Turn:
    start_ms: int
    end_ms: int | None = None  # None while the party speaks
    resumed_ms: int = -1  # the end of its last pause


@dataclass(slots=True)
class _BreakIn:
    """Somebody came in; `cut_ms` is where the other stopped, `stopped_ms` where the one who came in did."""

    by: Leg
    start_ms: int
    cut_ms: int | None = None
    stopped_ms: int | None = None


class InterruptionDetector:
    """One event per interruption. Single ones are only shown; often by the agent is major. The later starter did it.

    It is told when the one who broke in has gone on for long enough. Two legs are needed.
    """

    def __init__(self, settings: InterruptionSettings, lateness: Lateness) -> None:
        self._settings = settings
        self._lateness = lateness
        self._line = Line()
        self._turns: dict[Leg, _Turn] = {}
        self._break_in: _BreakIn | None = None
        self._told_ms: deque[int] = deque()  # of the agent, within the window

    def feed(self, observation: Observation) -> list[Finding]:
        """Take what was heard, in call order."""
        self._line.feed(observation)
        findings: list[Finding] = []
        match observation:
            case SpeechStarted(leg=leg, start_ms=start_ms) if leg is not Leg.MIXED:
                self._begin(leg, start_ms)
            case SpeechEnded(leg=leg, end_ms=end_ms) if leg is not Leg.MIXED:
                findings += self._end(leg, end_ms)
            case _:
                pass
        broken = self._break_in
        if broken is not None and not (self._judging and broken.start_ms >= self._line.from_ms):
            self._break_in = None
        return findings

    def advance(self, now_ms: int) -> list[Finding]:
        """Both legs have been heard up to `now_ms`."""
        broken = self._break_in
        if broken is None or broken.cut_ms is None or broken.stopped_ms is not None:
            return []
        return self._gone_on_until(now_ms - self._lateness.offset_ms)

    @property
    def _judging(self) -> bool:
        return self._line.two_parties and self._line.clear

    def _begin(self, leg: Leg, start_ms: int) -> None:
        turn, broken = self._turns.get(leg), self._break_in
        if turn is not None and turn.end_ms is not None and start_ms - turn.end_ms < _TURN_JOIN_MS:
            if start_ms - turn.end_ms >= self._settings.turn_end_pause_ms:
                turn.resumed_ms = start_ms
            turn.end_ms = None
            if broken is not None and broken.by is leg:
                broken.stopped_ms = None
            elif broken is not None:
                broken.cut_ms = None  # it was only a breath: the other has not given way
            return
        self._turns[leg] = _Turn(start_ms)
        other = self._turns.get(other_leg(leg))
        if other is None or other.end_ms is not None or start_ms - other.start_ms < self._settings.spoken_ms:
            return
        if start_ms - other.resumed_ms > _TURN_END_MS:
            self._break_in = _BreakIn(leg, start_ms)

    def _end(self, leg: Leg, end_ms: int) -> list[Finding]:
        if leg in self._turns:
            self._turns[leg].end_ms = end_ms
        broken = self._break_in
        if broken is None:
            return []
        if broken.by is leg:
            broken.stopped_ms = end_ms
            return self._gone_on_until(end_ms)
        overlap_end_ms = end_ms if broken.stopped_ms is None else min(end_ms, broken.stopped_ms)
        if end_ms - broken.start_ms > self._settings.yield_ms or (
            overlap_end_ms - broken.start_ms < self._settings.overlap_ms
        ):
            self._break_in = None
            return []
        broken.cut_ms = end_ms
        return [] if broken.stopped_ms is None else self._gone_on_until(broken.stopped_ms)

    def _gone_on_until(self, until_ms: int) -> list[Finding]:
        broken = self._break_in
        if broken is None or broken.cut_ms is None or until_ms - broken.cut_ms < self._settings.go_on_ms:
            return []
        self._break_in = None
        return [self._finding(broken, broken.cut_ms)]

    def _finding(self, broken: _BreakIn, cut_ms: int) -> Finding:
        settings, severity, times = self._settings, Severity.INFO, 1
        if broken.by is Leg.AGENT:
            self._told_ms.append(cut_ms)
            while cut_ms - self._told_ms[0] > settings.window_ms:
                self._told_ms.popleft()
            times = len(self._told_ms)
            severity = Severity.MAJOR if times >= settings.often else Severity.INFO
        return Finding(
            kind=Kind.INTERRUPTION,
            rule=Kind.INTERRUPTION.value,
            event=f"{Kind.INTERRUPTION}:{broken.by}:{broken.start_ms}",
            stage=Stage.CERTAIN,
            severity=severity,
            leg=broken.by,
            audio_end_ms=cut_ms + settings.go_on_ms,
            refractory_ms=settings.window_ms,
            evidence=Evidence(
                from_ms=broken.start_ms,
                to_ms=cut_ms,
                values=(Measure("overlap_ms", cut_ms - broken.start_ms), Measure("times", times)),
                threshold=(Measure("overlap_ms", settings.overlap_ms), Measure("often", settings.often)),
            ),
        )
