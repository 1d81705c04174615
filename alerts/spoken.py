"""Where in the call a stretch of an utterance's text was said, and how sure the recogniser was of it."""

from dataclasses import dataclass

from alerts.sounds_like.ear import Stretch
from streaming.observations import Word, WordsHeard


@dataclass(frozen=True, slots=True)
class Spoken:
    """A stretch in call time; `confidence` is the mean of its words (0..1), None where no words are known."""

    start_ms: int
    end_ms: int
    confidence: float | None


def spoken(heard: WordsHeard, stretch: Stretch) -> Spoken:
    """By the times of the words it touches; without words (partials) by its share of the text."""
    touched = [word for word, start, end in _placed(heard) if start < stretch.to_char and stretch.from_char < end]
    if touched:
        sure = sum(word.confidence for word in touched) / len(touched)
        return Spoken(touched[0].start_ms, touched[-1].end_ms, sure)
    length_ms, characters = heard.end_ms - heard.start_ms, max(1, len(heard.text))
    return Spoken(
        heard.start_ms + length_ms * stretch.from_char // characters,
        heard.start_ms + length_ms * stretch.to_char // characters,
        None,
    )


def _placed(heard: WordsHeard) -> list[tuple[Word, int, int]]:
    """Each word with its characters in the text; a word the text does not hold has no place."""
    placed: list[tuple[Word, int, int]] = []
    after = 0
    for word in heard.words:
        at = heard.text.find(word.text, after)
        if at < 0:
            continue
        after = at + len(word.text)
        placed.append((word, at, after))
    return placed
