"""Missing apology: the customer complains, the agent goes on without a word of regret (manual 002, 未主动致歉)."""

from alerts.alert import Evidence, Kind, Measure, Severity
from alerts.findings import Finding, Stage
from alerts.phrase_book import PhraseBook
from alerts.speech_time import SpeechTime
from alerts.spoken import spoken
from alerts.word_trust import WordTrust
from config.detection import MissingWordsSettings
from streaming.frames import Leg
from streaming.observations import (
    CallOver,
    HangUpReported,
    HoldChanged,
    Observation,
    PhraseSpotted,
    WordsHeard,
)

_JUST_BEFORE_MS = 5_000  # an apology begun so shortly before the complaint was known is one
_GIVE_UP_MS = 30_000  # words that have not come by then will not come


class MissingApologyDetector:
    """One event per complaint: an angry word or a raised voice of the customer, and no apology in time."""

    def __init__(self, settings: MissingWordsSettings, complaints: PhraseBook, apologies: PhraseBook) -> None:
        self._settings = settings
        self._complaints = complaints
        self._apologies = apologies
        self._trust = WordTrust(Leg.AGENT, settings.word_confidence_ratio, settings.narrow_band_trusted)
        self._speech = SpeechTime()
        self._complained_ms: int | None = None
        self._apologised_ms: int | None = None

    def feed(self, observation: Observation) -> list[Finding]:
        """Take speech, words and events of the call."""
        self._trust.feed(observation)
        self._speech.feed(observation)
        match observation:
            case WordsHeard(leg=Leg.CUSTOMER, final=True):
                if self._complaints.find(observation.text, Leg.CUSTOMER):
                    self._complain(observation.end_ms)
            case WordsHeard(leg=Leg.AGENT):
                for each in self._apologies.find(observation.text, Leg.AGENT):
                    self._apologise(spoken(observation, each.stretch).end_ms)
            case PhraseSpotted(leg=leg, phrase=phrase, end_ms=end_ms):
                if leg is Leg.AGENT and self._apologies.rules_with(phrase, leg):
                    self._apologise(end_ms)
                elif leg is Leg.CUSTOMER and self._complaints.rules_with(phrase, leg):
                    self._complain(end_ms)
            case HoldChanged() | HangUpReported() | CallOver():
                self._complained_ms = None
            case _:
                pass
        return []

    def heed(self, finding: Finding) -> list[Finding]:
        """What the other rules have found: a raised voice of the customer is a complaint, too."""
        raised = finding.kind in (Kind.VOLUME_RISE, Kind.HOSTILE_TONE) and finding.severity > Severity.INFO
        if raised and finding.leg is Leg.CUSTOMER and finding.stage is Stage.CERTAIN:
            self._complain(finding.evidence.to_ms)
        return []

    def advance(self, now_ms: int) -> list[Finding]:
        """Both legs have been heard up to `now_ms`."""
        from_ms, settings = self._complained_ms, self._settings
        if from_ms is None or now_ms < from_ms + settings.apology_ms:
            return []
        due_ms = from_ms + settings.apology_ms
        if self._apologised_ms is not None and self._apologised_ms >= from_ms - _JUST_BEFORE_MS:
            self._complained_ms = None
            return []
        if not self._trust.covers(self._speech, due_ms) and now_ms < due_ms + _GIVE_UP_MS:
            return []
        self._complained_ms = None
        spoke_ms = self._speech.spoken_ms(Leg.AGENT, from_ms, due_ms)
        if spoke_ms < settings.apology_speech_ms or not (self._trust.sure and self._trust.covers(self._speech, due_ms)):
            return []
        return [self._finding(from_ms, due_ms, spoke_ms)]

    def _complain(self, at_ms: int) -> None:
        if self._complained_ms is None:
            self._complained_ms = at_ms

    def _apologise(self, at_ms: int) -> None:
        self._apologised_ms = max(at_ms, self._apologised_ms or 0)

    def _finding(self, from_ms: int, to_ms: int, spoke_ms: int) -> Finding:
        return Finding(
            kind=Kind.MISSING_APOLOGY,
            rule=Kind.MISSING_APOLOGY.value,
            event=f"{Kind.MISSING_APOLOGY}:{from_ms}",
            stage=Stage.CERTAIN,
            severity=Severity.MINOR,
            leg=Leg.AGENT,
            audio_end_ms=to_ms,
            refractory_ms=self._settings.apology_ms,
            evidence=Evidence(
                from_ms=from_ms,
                to_ms=to_ms,
                values=(Measure("agent_spoke_ms", spoke_ms),),
                threshold=(Measure("apology_ms", self._settings.apology_ms),),
            ),
        )
