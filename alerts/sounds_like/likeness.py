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
_STEPS = 100  # whole parts of a cost
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
        return bool(self._phrases.found(_spelled(text, self._language)))

    def twice(self, text: str) -> bool:
        """Two of the phrases, one behind the other."""
        near = [each for _, each in self._phrases.found(_spelled(text, self._language))]
        return any(one.to_char <= other.from_char for one in near for other in near)


def apart(one: Sequence[int], other: Sequence[int], language: Language) -> float:
    """The weighted edit distance of two sentences per sound."""
    return each_apart([one], other, language)[0]


def each_apart(sentences: Sequence[Sequence[int]], other: Sequence[int], language: Language) -> list[float]:
    """The same of each of some sentences and one other, all at once."""
    edits = _edits(sentences, other, language)
    return [cost / max(len(one), len(other), _LEAST_SOUNDS) for one, cost in zip(sentences, edits, strict=True)]


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
    (edits,) = _edits([mine], theirs, language)
    asked = edits / before / min(1.0, before / max(len(one), len(other), 1))
    return max(apart(one, other, language), asked)


def _edits(sentences: Sequence[Sequence[int]], other: Sequence[int], language: Language) -> list[float]:
    """`best[k, j]` is the cost of the first sounds of sentence `k` against the first `j` of the other, in whole steps.

    A sound of the other too many is carried along the row by a running minimum of (cost − gaps so far).
    """
    costs, gap = _whole_costs(language)
    lengths = np.array([len(one) for one in sentences], dtype=np.intp)
    codes = np.zeros((len(sentences), int(lengths.max(initial=0))), dtype=np.intp)
    for row, one in enumerate(sentences):
        codes[row, : len(one)] = one
    heard = costs[:, np.asarray(other, dtype=np.intp)]
    gaps = gap * np.arange(len(other) + 1, dtype=np.int32)
    best = np.broadcast_to(gaps, (len(sentences), len(gaps)))
    ends = best[:, -1].copy()
    for depth in range(codes.shape[1]):
        step = best + gap
        np.minimum(step[:, 1:], best[:, :-1] + heard[codes[:, depth]], out=step[:, 1:])
        step -= gaps
        best = np.minimum.accumulate(step, axis=1) + gaps
        over = lengths == depth + 1
        ends[over] = best[over, -1]
    return [int(end) / _STEPS for end in ends]


@cache
def _whole_costs(language: Language) -> tuple[NDArray[np.int32], int]:
    return np.rint(_costs(language) * _STEPS).astype(np.int32), round(GAP_COST * _STEPS)


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
