"""Background noise: pauses that are not quiet, or speech that hardly stands out of them."""

from dataclasses import dataclass

from alerts.alert import Evidence, Kind, Measure, Severity
from alerts.findings import Finding, Stage
from config.detection import BackgroundNoiseSettings
from streaming.frames import Leg
from streaming.observations import CallTransferred, HoldChanged, LineHeard, Observation


@dataclass(slots=True)
class _Noise:
    since_ms: int | None = None  # noisy without a break
    quiet_ms: int | None = None  # quiet without a break
    told_ms: int | None = None  # where the noise that was told began
    worst_dbfs: float = -96.0


class BackgroundNoiseDetector:
    """One event per noise of a leg, told when it has lasted, over when it has been quiet for as long.

    Between noisy and quiet nothing changes. On hold it hears nothing: music is no noise of anybody's place.
    """

    def __init__(self, settings: BackgroundNoiseSettings) -> None:
        self._settings = settings
        self._noise: dict[Leg, _Noise] = {}
        self._on_hold = False

    def feed(self, observation: Observation) -> list[Finding]:
        """Take a second of a line, or a change of the call."""
        match observation:
            case LineHeard(floor_dbfs=float(floor_dbfs)) if not self._on_hold:
                return self._second(observation, floor_dbfs)
            case HoldChanged(on_hold=on_hold):
                self._on_hold = on_hold
                self._noise.clear()
            case CallTransferred():
                self._noise.pop(Leg.AGENT, None)
            case _:
                pass
        return []

    def advance(self, now_ms: int) -> list[Finding]:
        """Nothing is due by the clock alone."""
        return []

    def _second(self, line: LineHeard, floor_dbfs: float) -> list[Finding]:
        settings, noise = self._settings, self._noise.setdefault(line.leg, _Noise())
        snr_db = line.speech_dbfs - floor_dbfs if line.speech_dbfs is not None else None
        stands_out = snr_db is not None and snr_db > settings.clear_snr_db
        noisy = (floor_dbfs > settings.floor_dbfs and not stands_out) or (
            snr_db is not None and snr_db < settings.snr_db
        )
        quiet = (floor_dbfs < settings.leave_floor_dbfs or stands_out) and (
            snr_db is None or snr_db > settings.leave_snr_db
        )
        noise.since_ms = (line.start_ms if noise.since_ms is None else noise.since_ms) if noisy else None
        noise.quiet_ms = (line.start_ms if noise.quiet_ms is None else noise.quiet_ms) if quiet else None
        if noise.told_ms is not None:
            noise.worst_dbfs = max(noise.worst_dbfs, floor_dbfs)
            if noise.quiet_ms is None or line.end_ms - noise.quiet_ms < settings.lasting_ms:
                return []
            finding = self._finding(line.leg, noise, Stage.REVISED, noise.told_ms, noise.quiet_ms, snr_db)
            self._noise[line.leg] = _Noise(quiet_ms=noise.quiet_ms)
            return [finding]
        if noise.since_ms is None or line.end_ms - noise.since_ms < settings.lasting_ms:
            return []
        noise.told_ms, noise.worst_dbfs = noise.since_ms, floor_dbfs
        return [self._finding(line.leg, noise, Stage.CERTAIN, noise.since_ms, line.end_ms, snr_db)]

    def _finding(
        self, leg: Leg, noise: _Noise, stage: Stage, from_ms: int, to_ms: int, snr_db: float | None
    ) -> Finding:
        values = [Measure("floor_dbfs", round(noise.worst_dbfs, 1))]
        if snr_db is not None:
            values.append(Measure("snr_db", round(snr_db, 1)))
        return Finding(
            kind=Kind.BACKGROUND_NOISE,
            rule=Kind.BACKGROUND_NOISE.value,
            event=f"{Kind.BACKGROUND_NOISE}:{leg}:{from_ms}",
            stage=stage,
            severity=Severity.MINOR,
            leg=leg,
            audio_end_ms=to_ms,
            refractory_ms=self._settings.refractory_ms,
            evidence=Evidence(
                from_ms=from_ms,
                to_ms=to_ms,
                values=tuple(values),
                threshold=(
                    Measure("floor_dbfs", self._settings.floor_dbfs),
                    Measure("snr_db", self._settings.snr_db),
                ),
            ),
        )
