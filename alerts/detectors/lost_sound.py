"""One-way audio and no audio: a line without any sound in it, or without packets."""

from dataclasses import dataclass

from alerts.alert import Evidence, Kind, Measure, Severity
from alerts.findings import Finding, Stage
from alerts.line import Line
from alerts.speech_time import SpeechTime
from config.detection import SoundSettings
from streaming.frames import Leg, other_leg
from streaming.observations import (
    LegResumed,
    MediaLost,
    MuteChanged,
    Observation,
    SoundFound,
    SoundLost,
)

_PARTIES = (Leg.AGENT, Leg.CUSTOMER)
# A source that has fallen into exact silence and come back before suppresses its pauses; listening is no fault of it.
_SUPPRESSING_PATIENCE = 3
_NO_PACKETS = "no packets"


@dataclass(slots=True)
class _Lost:
    """A fault that has been told."""

    kind: Kind
    leg: Leg | None
    from_ms: int
    cause: str
    told_ms: int


class LostSoundDetector:
    """One event per loss, and its length when the sound is back. Hold, mute and the end of the call excuse silence.

    Packets that all came in the end were late, not lost: that is taken back.
    """

    def __init__(self, settings: SoundSettings) -> None:
        self._settings = settings
        self._line = Line()
        self._speech = SpeechTime()
        self._silent_ms: dict[Leg, int] = {}
        self._came_back: set[Leg] = set()
        self._muted: set[Leg] = set()
        self._no_packets: set[Leg] = set()
        self._told: dict[Leg | None, _Lost] = {}

    def feed(self, observation: Observation) -> list[Finding]:
        """Take what was heard or lost, in call order."""
        self._line.feed(observation)
        self._speech.feed(observation)
        match observation:
            case SoundLost(leg=leg, start_ms=start_ms):
                self._silent_ms[leg] = start_ms
            case SoundFound(leg=leg, at_ms=at_ms):
                since_ms = self._silent_ms.pop(leg, None)
                if since_ms is not None and since_ms > self._line.from_ms:
                    self._came_back.add(leg)
                return self._found(leg, at_ms)
            case MediaLost(leg=leg, at_ms=at_ms, lost_ms=lost_ms):
                return self._no_packet(leg, at_ms, lost_ms)
            case LegResumed(leg=leg, at_ms=at_ms):
                self._no_packets.discard(leg)
                return self._found(leg, at_ms)
            case MuteChanged(leg=leg, muted=muted):
                (self._muted.add if muted else self._muted.discard)(leg)
            case _:
                pass
        return []

    def advance(self, now_ms: int) -> list[Finding]:
        """Both legs have been heard up to `now_ms`."""
        if not self._silent_ms or not (self._line.clear and self._line.two_parties):
            return []
        since_ms = {leg: max(at_ms, self._line.from_ms) for leg, at_ms in self._silent_ms.items()}
        if all(leg in since_ms for leg in _PARTIES):
            both_ms = max(since_ms.values())
            return self._silent(Kind.NO_AUDIO, None, both_ms, now_ms)
        findings: list[Finding] = []
        for leg, at_ms in since_ms.items():
            if now_ms - at_ms < self._settings.silent_ms:
                continue
            if self._speech.spoken_ms(other_leg(leg), at_ms, now_ms) >= self._settings.other_spoke_ms:
                findings += self._silent(Kind.ONE_WAY_AUDIO, leg, at_ms, now_ms)
        return findings

    def _silent(self, kind: Kind, leg: Leg | None, since_ms: int, now_ms: int) -> list[Finding]:
        limit_ms = self._settings.silent_ms
        if leg in self._came_back or (leg is None and self._came_back):
            limit_ms *= _SUPPRESSING_PATIENCE
        if now_ms - since_ms < limit_ms or leg in self._told:
            return []
        return self._tell(_Lost(kind, leg, since_ms, "no sound", now_ms))

    def _no_packet(self, leg: Leg, at_ms: int, lost_ms: int) -> list[Finding]:
        self._no_packets.add(leg)
        if self._line.over or self._line.on_hold or leg in self._muted or not self._line.two_parties:
            return []
        if self._no_packets >= set(_PARTIES):
            lost = _Lost(Kind.NO_AUDIO, None, at_ms, _NO_PACKETS, at_ms + lost_ms)
        else:
            lost = _Lost(Kind.ONE_WAY_AUDIO, leg, at_ms, _NO_PACKETS, at_ms + lost_ms)
        return [] if lost.leg in self._told else self._tell(lost)

    def _tell(self, lost: _Lost) -> list[Finding]:
        self._told[lost.leg] = lost
        return [self._finding(lost, Stage.CERTAIN, lost.told_ms)]

    def _found(self, leg: Leg, at_ms: int) -> list[Finding]:
        findings: list[Finding] = []
        for key in (leg, None):
            lost = self._told.get(key)
            if lost is None:
                continue
            if lost.cause != _NO_PACKETS or at_ms > lost.from_ms:
                findings.append(self._finding(lost, Stage.REVISED, max(at_ms, lost.from_ms)))
            elif key is None and self._no_packets:
                continue  # one party's sound was late; the other's may be lost
            else:
                findings.append(self._finding(lost, Stage.WITHDRAWN, lost.told_ms))
            del self._told[key]
        return findings

    def _finding(self, lost: _Lost, stage: Stage, at_ms: int) -> Finding:
        return Finding(
            kind=lost.kind,
            rule=lost.kind.value,
            event=f"{lost.kind}:{lost.leg or 'both'}:{lost.from_ms}",
            stage=stage,
            severity=Severity.MAJOR,
            leg=lost.leg,
            audio_end_ms=at_ms,
            refractory_ms=self._settings.refractory_ms,
            evidence=Evidence(
                from_ms=lost.from_ms,
                to_ms=at_ms,
                values=(Measure("silent_ms", at_ms - lost.from_ms), Measure("cause", lost.cause)),
                threshold=(Measure("silent_ms", self._settings.silent_ms),),
            ),
        )
