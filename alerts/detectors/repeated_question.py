"""Repeated question: the agent asks the same for the third time (manual 002, 习惯性重复用户问题3次以上)."""

from collections import deque
from dataclasses import dataclass

from alerts.alert import Evidence, Kind, Measure, Severity
from alerts.findings import Finding, Stage
from alerts.phrase_book import ear_of
from alerts.questions import is_question
from alerts.sounds_like.ear import PreparedPhrases
from config.detection import RepeatedQuestionSettings
from config.settings import Language
from streaming.frames import Leg
from streaming.observations import CallTransferred, Observation, WordsHeard

# Two unlike characters still share about half of their sounds, so a share of unlike characters is half that of sounds.
_SOUND_SHARE = 0.5


@dataclass(slots=True)
class _Asked:
    letters: int
    text: str
    phrases: PreparedPhrases
    start_ms: int
    end_ms: int


class RepeatedQuestionDetector:
    """One event each time a question of the agent has come often enough; finals only, alike by sound."""

    def __init__(self, settings: RepeatedQuestionSettings, language: Language) -> None:
        self._settings = settings
        self._language = language
        self._ear = ear_of(language)
        self._limit = (1.0 - settings.similarity_ratio) * _SOUND_SHARE
        self._sentences: deque[_Asked | None] = deque(maxlen=settings.sentences)

    def feed(self, observation: Observation) -> list[Finding]:
        """Take a final of the agent."""
        match observation:
            case WordsHeard(leg=Leg.AGENT, final=True) if observation.text:
                return self._hear(observation)
            case CallTransferred():
                self._sentences.clear()
            case _:
                pass
        return []

    def advance(self, now_ms: int) -> list[Finding]:
        """Nothing is due by the clock alone."""
        return []

    def _hear(self, heard: WordsHeard) -> list[Finding]:
        letters = sum(character.isalnum() for character in heard.text)
        if letters < self._settings.characters or not is_question(heard.text, self._language):
            self._sentences.append(None)
            return []
        asked = _Asked(letters, heard.text, self._ear.prepare([heard.text], self._limit), heard.start_ms, heard.end_ms)
        alike = [each for each in self._sentences if each is not None and self._alike(each, asked)]
        self._sentences.append(asked)
        if len(alike) + 1 < self._settings.times:
            return []
        return [self._finding(alike[0], asked, len(alike) + 1)]

    def _alike(self, one: _Asked, other: _Asked) -> bool:
        shorter, longer = sorted((one, other), key=lambda each: each.letters)
        if shorter.letters < longer.letters * self._settings.similarity_ratio:
            return False
        return shorter.phrases.find(longer.text)[0] is not None

    def _finding(self, first: _Asked, last: _Asked, times: int) -> Finding:
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
