"""Long monologue: one party speaks on and on, the other has no turn."""

from dataclasses import dataclass

from alerts.alert import Evidence, Kind, Measure, Severity
from alerts.findings import Finding, Stage
from alerts.lateness import Lateness
from alerts.line import Line
from config.detection import LongMonologueSettings
from streaming.frames import Leg, other_leg
from streaming.observations import Observation, SpeechEnded, SpeechStarted


@dataclass(slots=True)
class _Speech:
    """What one party has said without a turn of the other; the end is None while it speaks."""

    start_ms: int
    segment_ms: int  # where its running or last segment began
    end_ms: int | None = None
    told: bool = False


class LongMonologueDetector:
    """One event per monologue, shown only. Short words of the other party do not end it, long pauses do."""

    def __init__(self, settings: LongMonologueSettings, lateness: Lateness) -> None:
        self._settings = settings
        self._lateness = lateness
        self._limits_ms = {Leg.AGENT: settings.agent_ms, Leg.CUSTOMER: settings.customer_ms}
        self._shortest_ms = min(self._limits_ms.values())
        self._line = Line()
        self._speech: dict[Leg, _Speech] = {}

    def feed(self, observation: Observation) -> list[Finding]:
        """Take what was heard, in call order."""
        self._line.feed(observation)
        findings: list[Finding] = []
        match observation:
            case SpeechStarted(leg=leg, start_ms=start_ms) if leg is not Leg.MIXED:
                findings += self._begin(leg, start_ms)
            case SpeechEnded(leg=leg, start_ms=start_ms, end_ms=end_ms) if leg in self._speech:
                findings += self._tell_until(leg, end_ms)
                self._speech[leg].end_ms = end_ms
                if end_ms - start_ms > self._settings.backchannel_ms:
                    findings += self._other_has_a_turn(leg, start_ms)
            case _:
                pass
        if self._speech and not (self._line.two_parties and self._line.clear):
            findings += [each for leg in list(self._speech) for each in self._close(leg)]
        return findings

    def advance(self, now_ms: int) -> list[Finding]:
        """Both legs have been heard up to `now_ms`."""
        findings: list[Finding] = []
        for leg, speech in self._speech.items():
            until_ms = now_ms - self._lateness.offset_ms
            if speech.end_ms is None and not speech.told and until_ms - speech.start_ms >= self._shortest_ms:
                findings += self._tell_until(leg, until_ms)
        return findings

    def _begin(self, leg: Leg, start_ms: int) -> list[Finding]:
        speech = self._speech.get(leg)
        if speech is not None and (speech.end_ms is None or start_ms - speech.end_ms <= self._settings.pause_ms):
            speech.end_ms, speech.segment_ms = None, start_ms
            return []
        findings = self._close(leg)
        self._speech[leg] = _Speech(max(start_ms, self._line.from_ms), start_ms)
        return findings

    def _other_has_a_turn(self, leg: Leg, at_ms: int) -> list[Finding]:
        """The party of `leg` has had a turn from `at_ms` on: what the other says goes on as something new."""
        other = other_leg(leg)
        speech = self._speech.get(other)
        if speech is None or (speech.end_ms is not None and speech.end_ms <= at_ms):
            return self._close(other)
        live = speech.end_ms is None
        findings = self._close(other, at_ms)
        if live:
            self._speech[other] = _Speech(max(at_ms, speech.segment_ms), speech.segment_ms)
        return findings

    def _tell_until(self, leg: Leg, until_ms: int) -> list[Finding]:
        speech, limit_ms = self._speech[leg], self._limits_ms[leg]
        at_ms = speech.start_ms + limit_ms
        other = self._speech.get(other_leg(leg))
        if speech.told or until_ms < at_ms:
            return []
        if other is not None and other.end_ms is None and at_ms - other.segment_ms > self._settings.backchannel_ms:
            return []  # the other has a turn just now; its end will say so
        speech.told = True
        return [self._finding(leg, Stage.CERTAIN, speech.start_ms, at_ms)]

    def _close(self, leg: Leg, at_ms: int | None = None) -> list[Finding]:
        speech = self._speech.pop(leg, None)
        if speech is None or not speech.told:
            return []
        ends_ms = [end_ms for end_ms in (speech.end_ms, at_ms, self._line.lost_ms) if end_ms is not None]
        end_ms = speech.end_ms if speech.end_ms is not None else ends_ms[0]
        return [self._finding(leg, Stage.REVISED, speech.start_ms, max(end_ms, speech.start_ms + self._limits_ms[leg]))]

    def _finding(self, leg: Leg, stage: Stage, from_ms: int, to_ms: int) -> Finding:
        return Finding(
            kind=Kind.LONG_MONOLOGUE,
            rule=Kind.LONG_MONOLOGUE.value,
            event=f"{Kind.LONG_MONOLOGUE}:{leg}:{from_ms}",
            stage=stage,
            severity=Severity.INFO,
            leg=leg,
            audio_end_ms=to_ms,
            refractory_ms=self._settings.refractory_ms,
            evidence=Evidence(
                from_ms=from_ms,
                to_ms=to_ms,
                values=(Measure("speech_ms", to_ms - from_ms),),
                threshold=(Measure("limit_ms", self._limits_ms[leg]),),
            ),
        )
