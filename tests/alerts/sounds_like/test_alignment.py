"""The alignment against a plain reference."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from alerts.sounds_like.alignment import GAP_COST, SoundPhrases, Sounds

ALPHABET = 6
COSTS = np.full((ALPHABET, ALPHABET), 0.6, dtype=np.float32)
np.fill_diagonal(COSTS, 0.0)
COSTS[0, 1] = COSTS[1, 0] = 0.3

texts = st.lists(st.integers(0, ALPHABET - 1), max_size=20)
phrases = st.lists(st.integers(0, ALPHABET - 1), min_size=1, max_size=8)


def sounds(codes: list[int]) -> Sounds:
    return Sounds(tuple(codes), tuple(range(len(codes))), tuple(range(1, len(codes) + 1)))


def plain_distance(phrase: list[int], text: list[int]) -> float:
    """The textbook: the whole phrase against any stretch of the text."""
    best = [0.0] * (len(text) + 1)
    for code in phrase:
        step = [best[0] + GAP_COST]
        for at, heard in enumerate(text):
            step.append(min(best[at] + float(COSTS[code, heard]), best[at + 1] + GAP_COST, step[at] + GAP_COST))
        best = step
    return min(best) / len(phrase)


@given(st.lists(phrases, min_size=1, max_size=5), texts, st.sampled_from([0.0, 0.15, 0.3, 0.6]))
def test_as_the_textbook_has_it(wanted: list[list[int]], text: list[int], limit: float) -> None:
    found = SoundPhrases(wanted, [limit] * len(wanted), COSTS).find(sounds(text))
    for phrase, stretch in zip(wanted, found, strict=True):
        distance = plain_distance(phrase, text)
        if stretch is None:
            assert not text or distance > limit
        else:
            assert abs(stretch.distance - distance) < 1e-3
            assert distance <= limit + 1e-3


@given(phrases, texts, texts)
def test_a_phrase_is_found_where_it_stands(phrase: list[int], before: list[int], after: list[int]) -> None:
    text = [*before, *phrase, *after]
    (stretch,) = SoundPhrases([phrase], [0.0], COSTS).find(sounds(text))
    assert stretch is not None
    assert stretch.distance == 0
    assert text[stretch.from_char : stretch.to_char] == phrase
    assert stretch.from_char <= len(before)


def test_the_first_of_equal_stretches() -> None:
    (stretch,) = SoundPhrases([[2, 3]], [0.0], COSTS).find(sounds([5, 2, 3, 5, 2, 3]))
    assert stretch is not None
    assert (stretch.from_char, stretch.to_char) == (1, 3)


def test_nothing_in_nothing() -> None:
    assert SoundPhrases([[1]], [0.5], COSTS).find(sounds([])) == [None]
    assert SoundPhrases([], [], COSTS).find(sounds([1, 2])) == []
