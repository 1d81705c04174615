"""Missing closing: the agent ended the call without its closing words (manual 002, 规范用语)."""

from alerts.alert import Evidence, Kind, Measure, Severity
from alerts.findings import Finding, Stage
from alerts.phrase_book import PhraseBook
from alerts.speech_time import SpeechTime
from alerts.spoken import spoken
from alerts.word_trust import WordTrust
from config.detection import MissingWordsSettings
from streaming.frames import Leg, Party
from streaming.observations import (
    CallOver,
    CallTransferred,
    HangUpReported,
    Observation,
    PhraseSpotted,
    WordsHeard,
)

_SHORTEST_CALL_MS = 5_000  # recognition.md §4.2, row 13: a call this short has no closing to miss


class MissingClosingDetector:
    """At most one event per call, when it is over and the words of its end have come.

    Only where the PBX says that the agent ended it: who was left by the customer had no chance. A closing that is
    recognised late takes it back.
    """

    def __init__(self, settings: MissingWordsSettings, closings: PhraseBook) -> None:
        self._settings = settings
        self._closings = closings
        self._trust = WordTrust(Leg.AGENT, settings.word_confidence_ratio, settings.narrow_band_trusted)
        self._speech = SpeechTime()
        self._closed_ms: int | None = None
        self._hung_up: HangUpReported | None = None
        self._transferred = False
        self._over = False
        self._told: Finding | None = None

    def feed(self, observation: Observation) -> list[Finding]:
        """Take speech, words and events of the call."""
        self._trust.feed(observation)
        self._speech.feed(observation)
        match observation:
            case WordsHeard(leg=Leg.AGENT):
                found = self._closings.find(observation.text, Leg.AGENT)
                for each in found:
                    self._close(spoken(observation, each.stretch).end_ms)
            case PhraseSpotted(leg=Leg.AGENT, phrase=phrase, end_ms=end_ms):
                if self._closings.rules_with(phrase, Leg.AGENT):
                    self._close(end_ms)
            case CallTransferred():
                self._transferred = True
            case HangUpReported(party=party):
                if self._hung_up is None or party is not Party.UNKNOWN:
                    self._hung_up = observation
            case CallOver():
                self._over = True
            case _:
                return []
        return self._decide() if self._over else []

    def advance(self, now_ms: int) -> list[Finding]:
        """Nothing is due by the clock alone."""
        return []

    def _close(self, end_ms: int) -> None:
        self._closed_ms = max(end_ms, self._closed_ms or 0)

    def _decide(self) -> list[Finding]:
        missing = self._missing()
        if missing is None:
            told, self._told = self._told, None
            return [self._finding(told.audio_end_ms, Stage.WITHDRAWN)] if told is not None else []
        if self._told is not None:
            return []
        self._told = self._finding(missing, Stage.CERTAIN)
        return [self._told]

    def _missing(self) -> int | None:
        """The end of a call that has no closing; None when there is one, or when nobody knows or is to blame."""
        ended, speech = self._hung_up, self._speech
        if ended is None or ended.party is not Party.AGENT or self._transferred or ended.at_ms < _SHORTEST_CALL_MS:
            return None
        if speech.last_end_ms(Leg.CUSTOMER) is None and speech.live_since_ms(Leg.CUSTOMER) is None:
            return None
        if not (self._trust.sure and self._trust.covers(speech, ended.at_ms)):
            return None
        from_ms = speech.back_ms(Leg.AGENT, self._settings.closing_speech_ms)
        return ended.at_ms if self._closed_ms is None or self._closed_ms < from_ms else None

    def _finding(self, at_ms: int, stage: Stage) -> Finding:
        return Finding(
            kind=Kind.MISSING_CLOSING,
            rule=Kind.MISSING_CLOSING.value,
            event=Kind.MISSING_CLOSING.value,
            stage=stage,
            severity=Severity.MINOR,
            leg=Leg.AGENT,
            audio_end_ms=at_ms,
            refractory_ms=0,
            evidence=Evidence(
                from_ms=at_ms,
                to_ms=at_ms,
                values=(Measure("confidence", round(self._trust.confidence, 2)),),
                threshold=(Measure("closing_speech_ms", self._settings.closing_speech_ms),),
            ),
        )
