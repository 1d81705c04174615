"""Fast speech: the agent speaks faster than people follow, or much faster than at the beginning (manual 002, 语速)."""

from alerts.alert import Kind
from alerts.findings import Finding, Stage
from alerts.pace import Pace, PaceGauge, pace_finding
from config.detection import PaceSettings
from config.settings import Language
from streaming.observations import Observation

_LEAVE_RATIO = 0.92  # recognition.md §4.2, row 9: 260 for 280, 170 for 180, 5.5 for 6.0


class FastSpeechDetector:
    """One event per stretch of fast speech, and its length when the pace is ordinary again."""

    def __init__(self, settings: PaceSettings, language: Language | None = None) -> None:
        self._settings = settings
        self._language = language
        self._gauge = PaceGauge(settings, language)
        self._running: tuple[Pace, float] | None = None  # the first measurement, and the limit it passed

    def feed(self, observation: Observation) -> list[Finding]:
        """Take speech, syllables and words of the agent."""
        pace = self._gauge.feed(observation, self._settings.speech_ms)
        if pace is None:
            return []
        limit = self._limit(pace)
        if self._running is not None:
            first, passed = self._running
            if pace.by_text is first.by_text and pace.per_s < passed * _LEAVE_RATIO:
                self._running = None
                return [self._finding(first, Stage.REVISED, max(first.to_ms, pace.from_ms), passed)]
            return []
        if pace.per_s <= limit:
            return []
        self._running = (pace, limit)
        return [self._finding(pace, Stage.CERTAIN, pace.to_ms, limit)]

    def advance(self, now_ms: int) -> list[Finding]:
        """Nothing is due by the clock alone."""
        return []

    def _limit(self, pace: Pace) -> float:
        settings = self._settings
        if pace.by_text:
            match self._language:
                case Language.ZH:
                    return settings.zh_fast_per_min / 60
                case Language.EN:
                    return settings.en_fast_per_min / 60
                case _:
                    return settings.ko_fast_per_s
        known = self._language in (Language.ZH, Language.EN)
        limit = settings.sound_fast_per_s if known else settings.ko_sound_fast_per_s
        if pace.own_per_s is not None:
            limit = min(limit, max(settings.own_least_per_s, pace.own_per_s * settings.own_ratio))
        return limit

    def _finding(self, pace: Pace, stage: Stage, to_ms: int, limit: float) -> Finding:
        settings = self._settings
        return pace_finding(Kind.FAST_SPEECH, pace, stage, to_ms, limit, settings.fast_refractory_ms)
