"""Off-call talk: the agent talks to others while the customer is on hold or muted (manual 002, 与旁人聊天)."""

from alerts.alert import Evidence, Kind, Measure, Severity
from alerts.findings import Finding, Stage
from alerts.lateness import Lateness
from alerts.speech_time import SpeechTime
from config.detection import OffCallTalkSettings
from streaming.frames import Leg
from streaming.observations import CallOver, HangUpReported, HoldChanged, MuteChanged, Observation


class OffCallTalkDetector:
    """One event per hold or mute in which the agent speaks for long enough."""

    def __init__(self, settings: OffCallTalkSettings, lateness: Lateness) -> None:
        self._settings = settings
        self._lateness = lateness
        self._speech = SpeechTime()
        self._held_ms: int | None = None
        self._muted_ms: int | None = None
        self._told = False

    def feed(self, observation: Observation) -> list[Finding]:
        """Take speech, hold and mute."""
        self._speech.feed(observation)
        match observation:
            case HoldChanged(on_hold=on_hold, at_ms=at_ms):
                findings = self._tell_until(at_ms)
                self._held_ms = (at_ms if self._held_ms is None else self._held_ms) if on_hold else None
                return self._changed(findings)
            case MuteChanged(leg=Leg.AGENT, muted=muted, at_ms=at_ms):
                findings = self._tell_until(at_ms)
                self._muted_ms = (at_ms if self._muted_ms is None else self._muted_ms) if muted else None
                return self._changed(findings)
            case HangUpReported(at_ms=at_ms) | CallOver(at_ms=at_ms):
                findings = self._tell_until(at_ms)
                self._held_ms = self._muted_ms = None
                return self._changed(findings)
            case _:
                return []

    def advance(self, now_ms: int) -> list[Finding]:
        """Both legs have been heard up to `now_ms`."""
        if (self._held_ms is None and self._muted_ms is None) or self._told:
            return []
        return self._tell_until(now_ms - self._lateness.offset_ms)

    @property
    def _since_ms(self) -> int | None:
        begun = [at_ms for at_ms in (self._held_ms, self._muted_ms) if at_ms is not None]
        return min(begun) if begun else None

    def _changed(self, findings: list[Finding]) -> list[Finding]:
        if self._since_ms is None:
            self._told = False
        return findings

    def _tell_until(self, until_ms: int) -> list[Finding]:
        since_ms = self._since_ms
        if since_ms is None or self._told or until_ms - since_ms < self._settings.speech_ms:
            return []
        spoken_ms = self._speech.spoken_ms(Leg.AGENT, since_ms, until_ms)
        if spoken_ms < self._settings.speech_ms:
            return []
        self._told = True
        return [self._finding(since_ms, until_ms, spoken_ms)]

    def _finding(self, from_ms: int, to_ms: int, spoken_ms: int) -> Finding:
        return Finding(
            kind=Kind.OFF_CALL_TALK,
            rule=Kind.OFF_CALL_TALK.value,
            event=f"{Kind.OFF_CALL_TALK}:{from_ms}",
            stage=Stage.CERTAIN,
            severity=Severity.MAJOR,
            leg=Leg.AGENT,
            audio_end_ms=to_ms,
            refractory_ms=self._settings.refractory_ms,
            evidence=Evidence(
                from_ms=from_ms,
                to_ms=to_ms,
                values=(
                    Measure("speech_ms", spoken_ms),
                    Measure("while", "on hold" if self._held_ms is not None else "muted"),
                ),
                threshold=(Measure("speech_ms", self._settings.speech_ms),),
            ),
        )
