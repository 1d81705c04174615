"""The same words by sound: prints made of random cepstra, stretched, cut and changed."""

import numpy as np
import pytest

from alerts.heard_again import joined, same_words
from streaming.frames import Leg
from streaming.observations import SoundPrinted


def sentence(seed: int, rows: int = 50) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Sounds of about 100 ms each, one voice."""
    random = np.random.default_rng(seed)
    sounds = random.normal(0, 30, (rows // 3 + 2, 12))
    at = np.linspace(0, len(sounds) - 1.001, rows)
    part = (at % 1)[:, None]
    return np.asarray(sounds[at.astype(int)] * (1 - part) + sounds[at.astype(int) + 1] * part)


def printed(cepstra: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> bytes:
    return np.clip(np.rint(cepstra), -128, 127).astype(np.int8).tobytes()


def slower(
    cepstra: np.ndarray[tuple[int, int], np.dtype[np.float64]], times: float
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    at = np.linspace(0, len(cepstra) - 1, round(len(cepstra) * times)).astype(int)
    return np.asarray(cepstra[at])


SAID = sentence(1)


def test_the_same_is_the_same_also_slower_and_over_another_line() -> None:
    assert same_words(printed(SAID), printed(SAID)) == pytest.approx(0.0)
    assert same_words(printed(SAID), printed(slower(SAID, 1.2))) < 1.5
    assert same_words(printed(SAID), printed(SAID * 0.7 + 15)) < 0.5


def test_other_words_are_far_apart() -> None:
    apart = [same_words(printed(SAID), printed(sentence(seed))) for seed in range(2, 12)]
    assert min(apart) > 2.6


def test_a_shared_ending_makes_no_same_sentence() -> None:
    other = np.concatenate([sentence(5)[:25], SAID[25:]])
    assert same_words(printed(SAID), printed(other)) > 2.6


@pytest.mark.parametrize("times", [0.5, 2.0])
def test_what_takes_another_time_is_something_else(times: float) -> None:
    assert same_words(printed(SAID), printed(slower(SAID, times))) == float("inf")


def test_too_short_says_nothing() -> None:
    assert same_words(printed(SAID[:10]), printed(SAID[:10])) == float("inf")
    assert same_words(b"", b"") == float("inf")


def test_a_sentence_with_a_pause_in_it_is_joined() -> None:
    halves = [SoundPrinted(Leg.AGENT, 0, 1_000, printed(SAID[:25])), SoundPrinted(Leg.AGENT, 1_400, 2_400, b"")]
    assert joined(halves) == printed(SAID[:25])
