"""How alike whole sentences sound, in any language: 0 is the same sound, unrelated ones lie about 0.5 apart."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from alerts.sounds_like import chinese, korean
from alerts.sounds_like.alignment import GAP_COST, OTHER_SLOT_COST, SoundPhrases, Sounds
from config.settings import Language

_LEAST_SOUNDS = 8  # three syllables: what remains is measured against no less, or one sound would decide
_SAME_SLOT_COST = 0.6  # as of jamo (recognition.md §6.2)
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_VOWELS = frozenset("aeiouy")


def sounds_of(text: str, language: Language) -> tuple[int, ...]:
    """The text as sound codes of its language, to be compared by `apart`."""
    return _spelled(text, language).codes


def _spelled(text: str, language: Language) -> Sounds:
    match language:
        case Language.KO:
            return korean.sounds_of(text)
        case Language.ZH:
            return chinese.sounds_of(text)
        case Language.EN:
            places = tuple(place for place, letter in enumerate(text.lower()) if letter in _LETTERS)
            codes = tuple(_LETTERS.index(text[place].lower()) for place in places)
            return Sounds(codes, places, tuple(place + 1 for place in places))


class Murmured:
    """Whether a text has the sound of several of some phrases, however badly it was heard.

    One phrase comes near by chance in any text; two in different places of one sentence hardly do.
    """

    def __init__(self, phrases: Sequence[str], language: Language, farthest: float) -> None:
        spelled = [sounds_of(phrase, language) for phrase in phrases]
        self._language = language
        self._phrases = SoundPhrases(spelled, [farthest] * len(spelled), _costs(language))

    def once(self, text: str) -> bool:
        """One of the phrases, or what sounds somewhat like it."""
        return any(each is not None for each in self._phrases.find(_spelled(text, self._language)))

    def twice(self, text: str) -> bool:
        """Two of the phrases, one behind the other."""
        near = [each for each in self._phrases.find(_spelled(text, self._language)) if each is not None]
        return any(one.to_char <= other.from_char for one in near for other in near)


def apart(one: Sequence[int], other: Sequence[int], language: Language) -> float:
    """The weighted edit distance of two sentences per sound."""
    return _edits(one, other, _costs(language)) / max(len(one), len(other), _LEAST_SOUNDS)


def apart_before_ending(one: Sequence[int], other: Sequence[int], language: Language) -> float:
    """The same of what stands before the ending they share, and never less than `apart`.

    A shared ending says that it is a question, or how polite it is (알려 주시겠습니까, 请问是多少); what was
    asked stands before it. The longer the shared ending, the better it was heard, and the less may differ before it.
    """
    shared = 0
    while shared < min(len(one), len(other)) and one[-1 - shared] == other[-1 - shared]:
        shared += 1
    mine, theirs = one[: len(one) - shared], other[: len(other) - shared]
    before = max(len(mine), len(theirs), _LEAST_SOUNDS)
    asked = _edits(mine, theirs, _costs(language)) / before / min(1.0, before / max(len(one), len(other), 1))
    return max(apart(one, other, language), asked)


def _edits(one: Sequence[int], other: Sequence[int], costs: NDArray[np.float32]) -> float:
    rows = costs[np.ix_(list(one), list(other))].tolist() if one and other else []
    best = [at * GAP_COST for at in range(len(other) + 1)]
    for number, row in enumerate(rows):
        step = [(number + 1) * GAP_COST]
        for at, cost in enumerate(row):
            step.append(min(best[at] + cost, best[at + 1] + GAP_COST, step[at] + GAP_COST))
        best = step
    return best[-1] if rows else GAP_COST * max(len(one), len(other))


@cache
def _costs(language: Language) -> NDArray[np.float32]:
    match language:
        case Language.KO:
            return korean.sound_costs()
        case Language.ZH:
            return chinese.sound_costs()
        case Language.EN:
            vowel = np.array([letter in _VOWELS for letter in _LETTERS])
            costs = np.where(vowel[:, None] == vowel, _SAME_SLOT_COST, OTHER_SLOT_COST).astype(np.float32)
            np.fill_diagonal(costs, 0.0)
            return costs
