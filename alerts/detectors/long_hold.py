"""Long hold: the customer waits, and nobody comes back."""

from alerts.alert import Evidence, Kind, Measure, Severity
from alerts.findings import Finding, Stage
from config.detection import LongHoldSettings
from streaming.frames import Leg
from streaming.observations import CallOver, HangUpReported, HoldChanged, Observation


class LongHoldDetector:
    """One event per hold: first shown (time to check back), then minor, then major; its whole length at its end."""

    def __init__(self, settings: LongHoldSettings) -> None:
        self._settings = settings
        self._since_ms: int | None = None
        self._held_before_ms = 0
        self._told: Severity | None = None

    def feed(self, observation: Observation) -> list[Finding]:
        """Take the beginning and the end of a hold, and of the call."""
        match observation:
            case HoldChanged(on_hold=True, at_ms=at_ms):
                if self._since_ms is None:
                    self._since_ms = at_ms
            case HoldChanged(at_ms=at_ms) | HangUpReported(at_ms=at_ms) | CallOver(at_ms=at_ms):
                return self._end(at_ms)
            case _:
                pass
        return []

    def advance(self, now_ms: int) -> list[Finding]:
        """The call has been heard up to `now_ms`; hold is known without hearing."""
        if self._since_ms is None or self._told is Severity.MAJOR:
            return []
        return self._tell_until(self._since_ms, now_ms)

    def _tell_until(self, since_ms: int, until_ms: int) -> list[Finding]:
        findings: list[Finding] = []
        for at_ms, severity in self._steps(since_ms):
            if at_ms <= until_ms and (self._told is None or severity > self._told):
                stage = Stage.CERTAIN if self._told is None else Stage.REVISED
                self._told = severity
                findings.append(self._finding(stage, severity, since_ms, at_ms))
        return findings

    def _steps(self, since_ms: int) -> list[tuple[int, Severity]]:
        settings = self._settings
        total_ms = max(since_ms, since_ms + settings.total_ms - self._held_before_ms)
        return sorted(
            [
                (since_ms + settings.check_back_ms, Severity.INFO),
                (since_ms + settings.minor_ms, Severity.MINOR),
                (min(since_ms + settings.major_ms, total_ms), Severity.MAJOR),
            ]
        )

    def _end(self, at_ms: int) -> list[Finding]:
        since_ms, self._since_ms = self._since_ms, None
        if since_ms is None:
            return []
        findings = self._tell_until(since_ms, at_ms)
        if self._told is not None:
            findings.append(self._finding(Stage.REVISED, self._told, since_ms, at_ms))
        self._held_before_ms += max(0, at_ms - since_ms)
        self._told = None
        return findings

    def _finding(self, stage: Stage, severity: Severity, since_ms: int, at_ms: int) -> Finding:
        settings = self._settings
        return Finding(
            kind=Kind.LONG_HOLD,
            rule=Kind.LONG_HOLD.value,
            event=f"{Kind.LONG_HOLD}:{since_ms}",
            stage=stage,
            severity=severity,
            leg=Leg.AGENT,
            audio_end_ms=at_ms,
            refractory_ms=0,
            evidence=Evidence(
                from_ms=since_ms,
                to_ms=at_ms,
                values=(
                    Measure("hold_ms", at_ms - since_ms),
                    Measure("total_ms", self._held_before_ms + at_ms - since_ms),
                ),
                threshold=(Measure("limit_ms", settings.major_ms), Measure("total_ms", settings.total_ms)),
            ),
        )
