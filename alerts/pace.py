"""How fast the agent speaks: syllables by sound over speech time, or letters and words of trusted text."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from alerts.alert import Evidence, Kind, Measure, Severity
from alerts.findings import Finding, Stage
from config.detection import PaceSettings
from config.settings import Language
from streaming.frames import Leg
from streaming.observations import (
    CallTransferred,
    Observation,
    RecognitionChanged,
    SpeechEnded,
    SpeechStarted,
    SyllableHeard,
    WordsHeard,
)

_PER_NUCLEUS = 1.2  # recognition.md §4.2, row 9: one syllable in six is missed by sound
_LEAST_PER_S = 1.0  # nobody speaks so slowly: the voice is too faint for its syllables
_MOST_SYLLABLES = 1_000
_MOST_FINALS = 50
_TRUSTING_FINALS = 3
_MOST_SEGMENTS = 100
# A recogniser that hears badly makes up syllables: so many per nucleus are more than were said (a fifth is missed).
_MOST_PER_NUCLEUS = 1.5


@dataclass(frozen=True, slots=True)
class Pace:
    """A measurement: syllables, characters or words per second of speech, where in the call, by text or by sound."""

    per_s: float
    from_ms: int
    to_ms: int
    by_text: bool
    own_per_s: float | None = None  # the speaker's pace at the beginning, by sound


@dataclass(frozen=True, slots=True)
class _Said:
    start_ms: int
    end_ms: int
    units: int
    characters: int
    speech_ms: int


class PaceGauge:
    """Feed it one leg's speech, syllables and words; it measures over the last speech, pauses between it left out.

    Where the text is trusted (sure words, recognition listening) it is what counts; the sound abstains then.
    """

    def __init__(self, settings: PaceSettings, language: Language | None, leg: Leg = Leg.AGENT) -> None:
        self._settings, self._language, self._leg = settings, language, leg
        self._begin()

    def _begin(self) -> None:
        self._spoken_ms = 0  # in finished speech
        self._live_ms: int | None = None
        self._speech: deque[tuple[int, int]] = deque(maxlen=_MOST_SEGMENTS)
        self._syllables: deque[tuple[int, int]] = deque(maxlen=_MOST_SYLLABLES)  # (of speech time, of the call)
        self._own_per_s: float | None = None
        self._said: deque[_Said] = deque(maxlen=_MOST_FINALS)
        self._confidences: deque[float] = deque(maxlen=_TRUSTING_FINALS)
        self._listening = True

    def feed(self, observation: Observation, over_ms: int) -> Pace | None:
        """Take an observation; a measurement over `over_ms` of speech where it made one possible."""
        match observation:
            case SpeechStarted(leg=leg, start_ms=start_ms) if leg is self._leg:
                self._live_ms = start_ms
            case SpeechEnded(leg=leg, start_ms=start_ms, end_ms=end_ms) if leg is self._leg:
                self._spoken_ms += end_ms - start_ms
                self._speech.append((start_ms, end_ms))
                self._live_ms = None
                return self._by_sound(self._spoken_ms, end_ms, over_ms)
            case SyllableHeard(leg=leg, at_ms=at_ms) if leg is self._leg:
                live_ms = max(0, at_ms - self._live_ms) if self._live_ms is not None else 0
                self._syllables.append((self._spoken_ms + live_ms, at_ms))
                return self._by_sound(self._spoken_ms + live_ms, at_ms, over_ms)
            case WordsHeard(leg=leg, final=True) if leg is self._leg:
                return self._by_text(observation, over_ms)
            case RecognitionChanged(leg=leg, listening=listening) if leg is self._leg:
                self._listening = listening
            case CallTransferred():
                self._begin()
            case _:
                pass
        return None

    @property
    def _text_trusted(self) -> bool:
        sure = self._confidences
        return (
            self._listening
            and self._language is not None
            and len(sure) == _TRUSTING_FINALS
            and sum(sure) / len(sure) >= self._settings.word_confidence_ratio
        )

    def _by_sound(self, spoken_ms: int, at_ms: int, over_ms: int) -> Pace | None:
        if spoken_ms < over_ms or self._text_trusted:
            return None
        counted = list(takewhile(lambda each: each[0] > spoken_ms - over_ms, reversed(self._syllables)))
        per_s = len(counted) * _PER_NUCLEUS * 1_000 / over_ms
        if per_s < _LEAST_PER_S:
            return None
        if self._own_per_s is None:
            self._own_per_s = per_s
            return Pace(per_s, counted[-1][1], at_ms, False)
        own_per_s = self._own_per_s if spoken_ms >= 2 * over_ms else None
        return Pace(per_s, counted[-1][1], at_ms, False, own_per_s)

    def _by_text(self, heard: WordsHeard, over_ms: int) -> Pace | None:
        if not heard.words:
            return None
        self._confidences.append(sum(word.confidence for word in heard.words) / len(heard.words))
        # Words leave gaps between them that are speech, too.
        speech_ms = max(
            sum(word.end_ms - word.start_ms for word in heard.words), self._spoken_in(heard.start_ms, heard.end_ms)
        )
        characters = sum(len(_letters(word.text)) for word in heard.words)
        units = len(heard.words) if self._language is Language.EN else characters
        self._said.append(_Said(heard.start_ms, heard.end_ms, units, characters, speech_ms))
        if not self._text_trusted:
            return None
        counted = list(self._last_said(over_ms))
        total_ms = sum(each.speech_ms for each in counted)
        if total_ms < over_ms or sum(each.characters for each in counted) < self._settings.characters:
            return None
        units, from_ms = sum(each.units for each in counted), counted[-1].start_ms
        nuclei = sum(from_ms <= at_ms <= heard.end_ms for _, at_ms in self._syllables)
        if nuclei and self._language is not Language.EN:
            units = min(units, round(nuclei * _MOST_PER_NUCLEUS))
        return Pace(units * 1_000 / total_ms, from_ms, heard.end_ms, True)

    def _spoken_in(self, from_ms: int, until_ms: int) -> int:
        return sum(max(0, min(end_ms, until_ms) - max(start_ms, from_ms)) for start_ms, end_ms in self._speech)

    def _last_said(self, over_ms: int) -> Iterator[_Said]:
        """From the newest back, until there is enough."""
        total_ms = characters = 0
        for said in reversed(self._said):
            if total_ms >= over_ms and characters >= self._settings.characters:
                return
            total_ms += said.speech_ms
            characters += said.characters
            yield said


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def pace_finding(kind: Kind, pace: Pace, stage: Stage, to_ms: int, limit_per_s: float, refractory_ms: int) -> Finding:
    """What is told of a pace beyond its limit, too fast or too slow (`kind`); syllables or words per second."""
    return Finding(
        kind=kind,
        rule=kind.value,
        event=f"{kind}:{pace.from_ms}",
        stage=stage,
        severity=Severity.MINOR,
        leg=Leg.AGENT,
        audio_end_ms=to_ms,
        refractory_ms=refractory_ms,
        evidence=Evidence(
            from_ms=pace.from_ms,
            to_ms=to_ms,
            values=(Measure("per_s", round(pace.per_s, 1)), Measure("by", "text" if pace.by_text else "sound")),
            threshold=(Measure("per_s", round(limit_per_s, 2)),),
        ),
    )
