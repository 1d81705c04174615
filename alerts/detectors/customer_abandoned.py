"""Customer abandoned: the customer leaves unanswered, on hold or in anger (manual 002, 客户主动挂机且未回电)."""

from alerts.alert import Evidence, Kind, Measure, Severity
from alerts.findings import Finding, Stage
from alerts.last_words import LastWords
from alerts.phrase_book import PhraseBook
from alerts.speech_time import SpeechTime
from config.detection import CustomerAbandonedSettings
from streaming.frames import Leg, Party
from streaming.observations import (
    CallAnswered,
    CallOver,
    HangUpReported,
    HoldChanged,
    LevelHeard,
    Observation,
    PhraseSpotted,
    RecognitionChanged,
    SpeechEnded,
    SpeechStarted,
    WordsHeard,
)

_FAREWELL_MS = 15_000  # as recognition.md §4.2, row 13: who said farewell this shortly before has not given up


class CustomerAbandonedDetector:
    """At most one event per call, when it is over and the PBX says that the customer ended it.

    A farewell of either party excuses it, also one that is recognised late.
    """

    def __init__(self, settings: CustomerAbandonedSettings, closings: PhraseBook | None = None) -> None:
        self._settings = settings
        self._words = LastWords(closings)
        self._speech = SpeechTime()
        self._answered_ms = 0
        self._on_hold = False
        self._trouble: dict[str, int] = {}  # event → how long it lasted at least
        self._hung_up_ms: int | None = None
        self._held_at_end = False
        self._over = False
        self._told: Finding | None = None

    def feed(self, observation: Observation) -> list[Finding]:
        """Take speech, words and events of the call."""
        self._speech.feed(observation)
        match observation:
            case SpeechStarted() | SpeechEnded() | RecognitionChanged() | LevelHeard():
                self._words.feed(observation)
                return []
            case WordsHeard() | PhraseSpotted():
                self._words.feed(observation)
            case CallAnswered(at_ms=at_ms):
                self._answered_ms = at_ms
            case HoldChanged(on_hold=on_hold):
                self._on_hold = on_hold
            case HangUpReported(party=Party.CUSTOMER, at_ms=at_ms):
                self._hung_up_ms, self._held_at_end = at_ms, self._on_hold
            case CallOver():
                self._over = True
            case _:
                return []
        return self._decide() if self._over and self._hung_up_ms is not None else []

    def heed(self, finding: Finding) -> list[Finding]:
        """What the other rules have found: hostile tone and dead air are reasons to leave."""
        if finding.kind not in (Kind.HOSTILE_TONE, Kind.DEAD_AIR):
            return []
        if finding.stage is Stage.WITHDRAWN:
            self._trouble.pop(finding.event, None)
        elif finding.severity > Severity.INFO:
            self._trouble[finding.event] = finding.evidence.to_ms
        return []

    def advance(self, now_ms: int) -> list[Finding]:
        """Nothing is due by the clock alone."""
        return []

    def _decide(self) -> list[Finding]:
        at_ms = self._hung_up_ms
        reason = self._reason(at_ms) if at_ms is not None else None
        if at_ms is None or reason is None:
            told, self._told = self._told, None
            return [self._finding(told.audio_end_ms, "", Stage.WITHDRAWN)] if told is not None else []
        if self._told is not None:
            return []
        self._told = self._finding(at_ms, reason, Stage.CERTAIN)
        return [self._told]

    def _reason(self, at_ms: int) -> str | None:
        for leg in (Leg.AGENT, Leg.CUSTOMER):
            closed_ms = self._words.closing_end_ms(leg)
            if closed_ms is not None and at_ms - closed_ms <= _FAREWELL_MS:
                return None
        if self._held_at_end:
            return "on hold"
        settings = self._settings
        spoke_ms = self._speech.spoken_ms(Leg.AGENT, self._answered_ms, at_ms)
        if at_ms - self._answered_ms <= settings.early_ms and spoke_ms < settings.agent_turn_ms:
            return "early"
        if any(0 <= at_ms - until_ms <= settings.angry_ms for until_ms in self._trouble.values()):
            return "angry leave"
        return None

    def _finding(self, at_ms: int, reason: str, stage: Stage) -> Finding:
        settings = self._settings
        return Finding(
            kind=Kind.CUSTOMER_ABANDONED,
            rule=Kind.CUSTOMER_ABANDONED.value,
            event=Kind.CUSTOMER_ABANDONED.value,
            stage=stage,
            severity=Severity.MAJOR,
            leg=Leg.CUSTOMER,
            audio_end_ms=at_ms,
            refractory_ms=0,
            evidence=Evidence(
                from_ms=at_ms,
                to_ms=at_ms,
                values=(Measure("reason", reason), Measure("after_ms", at_ms - self._answered_ms)),
                threshold=(Measure("early_ms", settings.early_ms), Measure("angry_ms", settings.angry_ms)),
            ),
        )
