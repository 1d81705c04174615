"""Missing greeting: the agent has answered and not greeted (manual 002, 规范用语)."""

from enum import Enum, auto

from alerts.alert import Evidence, Kind, Measure, Severity
from alerts.findings import Finding, Stage
from alerts.phrase_book import PhraseBook
from alerts.sounds_like.likeness import Murmured
from alerts.speech_time import SpeechTime
from alerts.spoken import spoken
from alerts.word_trust import WordTrust
from config.detection import MissingWordsSettings
from streaming.frames import Leg
from streaming.observations import (
    CallAnswered,
    CallOver,
    CallTransferred,
    HangUpReported,
    LegEnded,
    Observation,
    PhraseSpotted,
    WordsHeard,
)


class _Stage(Enum):
    WAITING = auto()
    TOLD = auto()
    LATE = auto()  # told, and then heard after all
    DONE = auto()


class MissingGreetingDetector:
    """At most one event per call, once the words that cover the time of the greeting have come.

    A greeting that was only late makes it a note; one in time that is recognised late takes it back. It abstains
    when recognition is off or unsure, when the first thing said may have been a greeting badly heard, when the call
    or the agent changed before the time was over, and on mixed legs.
    """

    def __init__(self, settings: MissingWordsSettings, greetings: PhraseBook, murmured: Murmured | None = None) -> None:
        self._settings = settings
        self._greetings = greetings
        self._murmured = murmured
        self._first_ms: int | None = None  # where the agent's first sentence began
        self._perhaps = False  # it sounded like one
        self._trust = WordTrust(Leg.AGENT, settings.word_confidence_ratio, settings.narrow_band_trusted)
        self._speech = SpeechTime()
        self._answered_ms = 0
        self._due_ms = settings.greeting_ms
        self._greeted_ms: int | None = None
        self._ended_ms: int | None = None
        self._stage = _Stage.WAITING

    def feed(self, observation: Observation) -> list[Finding]:
        """Take speech, words and events of the call."""
        if self._stage in (_Stage.LATE, _Stage.DONE):
            return []
        self._trust.feed(observation)
        self._speech.feed(observation)
        match observation:
            case CallAnswered(at_ms=at_ms):
                self._answered_ms, self._due_ms = at_ms, at_ms + self._settings.greeting_ms
            case CallTransferred(at_ms=at_ms) | LegEnded(leg=Leg.AGENT, at_ms=at_ms):
                self._end(at_ms)
            case HangUpReported(at_ms=at_ms) | CallOver(at_ms=at_ms):
                self._end(at_ms)
            case WordsHeard(leg=Leg.AGENT):
                return self._listen(observation)
            case PhraseSpotted(leg=Leg.AGENT, phrase=phrase, start_ms=start_ms):
                if self._greetings.rules_with(phrase, Leg.AGENT):
                    return self._greet(start_ms)
            case _:
                pass
        return []

    def advance(self, now_ms: int) -> list[Finding]:
        """The call has been heard up to `now_ms`."""
        if now_ms < self._due_ms or self._stage is not _Stage.WAITING:
            return []
        return self._decide()

    def _end(self, at_ms: int) -> None:
        if at_ms < self._due_ms and self._stage is _Stage.WAITING:
            self._stage = _Stage.DONE
        self._ended_ms = at_ms if self._ended_ms is None else min(at_ms, self._ended_ms)

    def _listen(self, heard: WordsHeard) -> list[Finding]:
        if heard.final and heard.text and (self._first_ms is None or heard.start_ms < self._first_ms):
            self._first_ms = heard.start_ms
            self._perhaps = self._murmured is not None and self._murmured.twice(heard.text)
        found = self._greetings.find(heard.text, Leg.AGENT)
        if not found:
            return []
        return self._greet(min(spoken(heard, each.stretch).start_ms for each in found))

    def _greet(self, at_ms: int) -> list[Finding]:
        self._greeted_ms = at_ms if self._greeted_ms is None else min(at_ms, self._greeted_ms)
        due_ms = self._time_over_ms()
        if self._stage is _Stage.WAITING:
            if self._greeted_ms <= due_ms:
                self._stage = _Stage.DONE
            return []
        if self._greeted_ms <= due_ms:
            self._stage = _Stage.DONE
            return [self._finding(Stage.WITHDRAWN, Severity.MINOR)]
        if self._greeted_ms <= self._answered_ms + self._settings.late_greeting_ms:
            self._stage = _Stage.LATE
            return [self._finding(Stage.REVISED, Severity.INFO)]
        return []

    def _time_over_ms(self) -> int:
        """When the greeting should have come: so much speech of the agent, or so much of the call."""
        spoke_ms = self._speech.reached_ms(Leg.AGENT, self._answered_ms, self._settings.greeting_speech_ms)
        return min(self._answered_ms + self._settings.greeting_ms, spoke_ms if spoke_ms is not None else 1 << 62)

    def _decide(self) -> list[Finding]:
        due_ms = self._time_over_ms()
        if not self._trust.covers(self._speech, due_ms):
            return []  # nothing is known of these words yet
        if self._perhaps or not self._trust.sure:
            self._stage = _Stage.DONE
            return []
        late_ms = self._answered_ms + self._settings.late_greeting_ms
        if self._greeted_ms is not None and self._greeted_ms <= late_ms:
            self._stage = _Stage.LATE
            return [self._finding(Stage.CERTAIN, Severity.INFO)]
        self._stage = _Stage.TOLD
        return [self._finding(Stage.CERTAIN, Severity.MINOR)]

    def _finding(self, stage: Stage, severity: Severity) -> Finding:
        due_ms = self._time_over_ms()
        values = [Measure("confidence", round(self._trust.confidence, 2))]
        if self._greeted_ms is not None:
            values.append(Measure("greeted_after_ms", self._greeted_ms - self._answered_ms))
        return Finding(
            kind=Kind.MISSING_GREETING,
            rule=Kind.MISSING_GREETING.value,
            event=Kind.MISSING_GREETING.value,
            stage=stage,
            severity=severity,
            leg=Leg.AGENT,
            audio_end_ms=due_ms,
            refractory_ms=0,
            evidence=Evidence(
                from_ms=self._answered_ms,
                to_ms=due_ms,
                values=tuple(values),
                threshold=(
                    Measure("greeting_speech_ms", self._settings.greeting_speech_ms),
                    Measure("greeting_ms", self._settings.greeting_ms),
                ),
            ),
        )
