"""Repeated question: the agent asks the same for the third time (manual 002, 习惯性重复用户问题3次以上)."""

from collections import deque
from dataclasses import dataclass

from alerts.alert import Evidence, Kind, Measure, Severity
from alerts.findings import Finding, Stage
from alerts.heard_again import joined, same_words
from alerts.questions import is_question
from alerts.sounds_like.likeness import apart_before_ending, each_apart, sounds_of
from config.detection import RepeatedQuestionSettings
from config.settings import Language
from streaming.frames import Leg
from streaming.observations import CallTransferred, Observation, SoundPrinted, WordsHeard

_SOUND_SHARE = 0.75  # unlike characters still share sounds: other sentences begin at 0.33 where unlike ones lie at 0.5
# A recogniser that hears badly writes the same sentence up to 0.5 apart. Then the sound is asked, and both add up: the
# same words of one voice lie below the sum of 3.4, other words of it above (human speech of EmoDB and both voices of
# the demo: of 100 pairs of other words less than one below).
_ROUGHLY_APART = 0.5
_TEXT_WEIGHT, _SAME_SUM = 4.0, 3.4
_MOST_PRINTS = 50


@dataclass(frozen=True, slots=True)
class _Said:
    text: str
    sounds: tuple[int, ...]
    rows: bytes
    question: bool
    start_ms: int
    end_ms: int


class RepeatedQuestionDetector:
    """One event each time a sentence of the agent has come often enough: alike as it is written, or as it sounded.

    One of them must have been heard as a question: a misheard ending makes a statement of it more easily than the
    other way round.
    """

    def __init__(self, settings: RepeatedQuestionSettings, language: Language) -> None:
        self._settings = settings
        self._language = language
        self._limit = (1.0 - settings.similarity_ratio) * _SOUND_SHARE
        self._sentences: deque[_Said | None] = deque(maxlen=settings.sentences)
        self._prints: deque[SoundPrinted] = deque(maxlen=_MOST_PRINTS)

    def feed(self, observation: Observation) -> list[Finding]:
        """Take a final of the agent, and what it sounded like (which comes before it)."""
        match observation:
            case WordsHeard(leg=Leg.AGENT, final=True) if observation.text:
                return self._hear(observation)
            case SoundPrinted(leg=Leg.AGENT):
                self._prints.append(observation)
            case CallTransferred():
                self._sentences.clear()
                self._prints.clear()
            case _:
                pass
        return []

    def advance(self, now_ms: int) -> list[Finding]:
        """Nothing is due by the clock alone."""
        return []

    def _hear(self, heard: WordsHeard) -> list[Finding]:
        if sum(character.isalnum() for character in heard.text) < self._settings.characters:
            self._sentences.append(None)
            return []
        sounds = sounds_of(heard.text, self._language)
        rows = joined([each for each in self._prints if _within(each, heard)])
        said = _Said(heard.text, sounds, rows, is_question(heard.text, self._language), heard.start_ms, heard.end_ms)
        alike = self._alike(said)
        self._sentences.append(said)
        asked = said.question or any(each.question for each in alike)
        if len(alike) + 1 < self._settings.times or not asked:
            return []
        return [self._finding(alike[0], said, len(alike) + 1)]

    def _alike(self, said: _Said) -> list[_Said]:
        """The sentences before that were the same."""
        before = [each for each in self._sentences if each is not None]
        roughly = each_apart([each.sounds for each in before], said.sounds, self._language)
        return [each for each, distance in zip(before, roughly, strict=True) if self._is_same(each, said, distance)]

    def _is_same(self, one: _Said, other: _Said, roughly: float) -> bool:
        # What stands before the ending is never nearer than the whole.
        if roughly <= self._limit and apart_before_ending(one.sounds, other.sounds, self._language) <= self._limit:
            return True
        if roughly > _ROUGHLY_APART:
            return False
        return same_words(one.rows, other.rows) + _TEXT_WEIGHT * roughly <= _SAME_SUM

    def _finding(self, first: _Said, last: _Said, times: int) -> Finding:
        return Finding(
            kind=Kind.REPEATED_QUESTION,
            rule=Kind.REPEATED_QUESTION.value,
            event=f"{Kind.REPEATED_QUESTION}:{last.start_ms}",
            stage=Stage.CERTAIN,
            severity=Severity.MINOR,
            leg=Leg.AGENT,
            audio_end_ms=last.end_ms,
            refractory_ms=self._settings.refractory_ms,
            evidence=Evidence(
                from_ms=first.start_ms,
                to_ms=last.end_ms,
                values=(Measure("times", times),),
                threshold=(
                    Measure("times", self._settings.times),
                    Measure("similarity_ratio", self._settings.similarity_ratio),
                ),
                text=last.text,
            ),
        )


def _within(printed: SoundPrinted, heard: WordsHeard) -> bool:
    """Most of the print lies inside the utterance."""
    shared_ms = min(printed.end_ms, heard.end_ms) - max(printed.start_ms, heard.start_ms)
    return 2 * shared_ms > printed.end_ms - printed.start_ms
