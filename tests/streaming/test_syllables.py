"""Syllables counted from levels alone."""

from collections.abc import Sequence

import pytest

from streaming.frames import Leg
from streaming.observations import SyllableHeard
from streaming.syllables import HOP_MS, Syllables


def sung(count: int, high_dbfs: float = -20.0, low_dbfs: float = -30.0, hops: int = 10) -> list[float]:
    return ([high_dbfs] * hops + [low_dbfs] * hops) * count


def counted(levels: Sequence[float], voiced: Sequence[bool] | None = None, step: int = 10) -> list[SyllableHeard]:
    syllables, heard = Syllables(Leg.AGENT), []
    is_voiced = voiced if voiced is not None else [True] * len(levels)
    for at in range(0, len(levels), step):
        heard += syllables.feed(levels[at : at + step], is_voiced[at : at + step], min(at + step, len(levels)) * HOP_MS)
    return heard + syllables.interrupt()


def test_each_rise_and_fall_is_a_syllable_near_its_middle() -> None:
    at_ms = [each.at_ms for each in counted(sung(5))]
    assert len(at_ms) == 5
    assert all(abs(at - expected) <= 30 for at, expected in zip(at_ms, range(50, 1_000, 200), strict=True))


@pytest.mark.parametrize(
    ("levels", "count"),
    [
        ([-20.0] * 100, 1),
        (sung(5, -20.0, -21.0), 1),  # not 1.5 dB apart
        (sung(5, -20.0, -24.0), 5),
        (sung(10, -20.0, -26.0, 5), 10),  # ten a second
        (sung(2) + sung(3, -50.0, -60.0), 2),  # a whisper 30 dB below the voice
        ([-20.0] * 2, 0),  # too short to be smoothed
        ([-76.0] * 100, 0),
    ],
)
def test_what_counts(levels: list[float], count: int) -> None:
    assert len(counted(levels)) == count


def test_a_hiss_is_no_syllable() -> None:
    assert counted(sung(5), [False] * 100) == []


def test_the_loudest_is_forgotten_in_time() -> None:
    assert len(counted(sung(1, -10.0, -40.0) + [-60.0] * 2_000 + sung(3, -45.0, -55.0))) == 4


@pytest.mark.parametrize("step", [1, 7, 50])
def test_the_size_of_the_blocks_changes_nothing(step: int) -> None:
    levels = sung(4) + sung(3, -25.0, -29.0, 7)
    assert counted(levels, step=step) == counted(levels)


def test_behind_a_break_it_starts_afresh() -> None:
    syllables = Syllables(Leg.AGENT)
    syllables.feed(sung(1), [True] * 20, 200)
    syllables.interrupt()
    assert syllables.interrupt() == []
    assert [each.at_ms for each in syllables.feed(sung(2), [True] * 40, 5_400)] != []
