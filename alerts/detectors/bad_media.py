"""Bad media: sound that is clipped, off centre, lost on its way or labelled with a wrong rate."""

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

from alerts.alert import Evidence, Kind, Measure, Severity
from alerts.findings import Finding, Stage
from config.detection import BadMediaSettings
from streaming.frames import Leg, other_leg
from streaming.observations import GapHeard, HoldChanged, LineHeard, Observation, PaceChanged

_VOICED_MS = 1_000  # less voice than this in the window says nothing about clipping
_OFFSET_SECONDS = 3  # off centre in each of the last seconds
_MOST_GAPS = 50


class _Fault(StrEnum):
    CLIPPED = "clipped"
    OFFSET = "off centre"
    LOST = "lost"
    WRONG_RATE = "wrong rate"


@dataclass(slots=True)
class _Leg:
    seconds: deque[LineHeard] = field(default_factory=deque)
    gaps: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=_MOST_GAPS))
    told: dict[_Fault, int] = field(default_factory=dict)  # where the fault that was told began


class BadMediaDetector:
    """One event per fault of a leg; it is over at half the limit.

    Sound that both legs miss at the same time was not lost on a line: nobody sent any (a paused recording, a restart).
    """

    def __init__(self, settings: BadMediaSettings) -> None:
        self._settings = settings
        self._legs: dict[Leg, _Leg] = {}

    def feed(self, observation: Observation) -> list[Finding]:
        """Take a second of a line, or a gap in it."""
        match observation:
            case LineHeard(leg=leg):
                return self._second(self._legs.setdefault(leg, _Leg()), observation)
            case GapHeard(leg=leg, start_ms=start_ms, end_ms=end_ms):
                self._legs.setdefault(leg, _Leg()).gaps.append((start_ms, end_ms))
            case PaceChanged(leg=leg, at_ms=at_ms, ratio=ratio) if ratio != 1 and self._settings.pace_enabled:
                return [self._wrong_rate(leg, at_ms, ratio)]
            case HoldChanged():
                for each in self._legs.values():
                    each.seconds.clear()
                    each.gaps.clear()
            case _:
                pass
        return []

    def advance(self, now_ms: int) -> list[Finding]:
        """Nothing is due by the clock alone."""
        return []

    def _second(self, leg: _Leg, line: LineHeard) -> list[Finding]:
        settings = self._settings
        from_ms = line.end_ms - settings.window_ms
        leg.seconds.append(line)
        while leg.seconds[0].start_ms < from_ms:
            leg.seconds.popleft()
        findings: list[Finding] = []
        for fault, measured, limit in (
            (_Fault.CLIPPED, self._clipped(leg), settings.clipped_ratio),
            (_Fault.OFFSET, self._offset(leg), settings.offset_ratio),
            (_Fault.LOST, self._lost(line.leg, leg, from_ms, line.end_ms), settings.lost_ratio),
        ):
            if fault in leg.told:
                if measured <= limit / 2:
                    del leg.told[fault]
            elif measured > limit:
                start_ms = leg.told[fault] = max(0, from_ms)
                findings.append(self._finding(line.leg, fault, measured, limit, start_ms, line.end_ms))
        return findings

    def _clipped(self, leg: _Leg) -> float:
        voiced_ms = sum(each.voiced_ms for each in leg.seconds)
        if voiced_ms < _VOICED_MS:
            return 0.0
        return sum(each.clipped_ratio * each.voiced_ms for each in leg.seconds) / voiced_ms

    def _offset(self, leg: _Leg) -> float:
        last = list(leg.seconds)[-_OFFSET_SECONDS:]
        return min(each.offset_ratio for each in last) if len(last) == _OFFSET_SECONDS else 0.0

    def _lost(self, name: Leg, leg: _Leg, from_ms: int, until_ms: int) -> float:
        while leg.gaps and leg.gaps[0][1] <= from_ms:
            leg.gaps.popleft()
        if not leg.gaps:
            return 0.0
        other = self._legs.get(other_leg(name)) if name is not Leg.MIXED else None
        lost_ms = 0
        for start_ms, end_ms in leg.gaps:
            lost_ms += max(0, min(end_ms, until_ms) - max(start_ms, from_ms))
            for other_start_ms, other_end_ms in other.gaps if other is not None else ():
                lost_ms -= max(0, min(end_ms, other_end_ms, until_ms) - max(start_ms, other_start_ms, from_ms))
        return max(0, lost_ms) / self._settings.window_ms

    def _wrong_rate(self, leg: Leg, at_ms: int, ratio: float) -> Finding:
        """Audio comes so many times as fast as its rate says; both are what the fault is seen by."""
        measure, right = Measure("pace_ratio", round(ratio, 2)), Measure("pace_ratio", 1.0)
        from_ms = max(0, at_ms - self._settings.window_ms)
        return self._told(leg, _Fault.WRONG_RATE, measure, right, from_ms, at_ms)

    def _finding(self, leg: Leg, fault: _Fault, measured: float, limit: float, from_ms: int, to_ms: int) -> Finding:
        measure = Measure("share_ratio", round(measured, 4))
        return self._told(leg, fault, measure, Measure("share_ratio", limit), from_ms, to_ms)

    def _told(self, leg: Leg, fault: _Fault, measure: Measure, limit: Measure, from_ms: int, to_ms: int) -> Finding:
        return Finding(
            kind=Kind.BAD_MEDIA,
            rule=Kind.BAD_MEDIA.value,
            event=f"{Kind.BAD_MEDIA}:{leg}:{fault.name.lower()}:{from_ms}",
            stage=Stage.CERTAIN,
            severity=Severity.MINOR,
            leg=leg,
            audio_end_ms=to_ms,
            refractory_ms=self._settings.refractory_ms,
            evidence=Evidence(
                from_ms=from_ms,
                to_ms=to_ms,
                values=(Measure("fault", fault.value), measure),
                threshold=(limit,),
            ),
        )
