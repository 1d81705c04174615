"""Stretches of call time, joined and bounded."""

import pytest

from alerts.stretches import Stretches, overlap_ms


def test_what_nearly_touches_is_one_and_a_late_one_finds_its_place() -> None:
    stretches = Stretches(joined_ms=500)
    for start_ms, end_ms in ((5_000, 6_000), (6_500, 7_000), (1_000, 2_000), (9_000, 9_000)):
        stretches.add(start_ms, end_ms)
    assert stretches.until(10_000) == [(1_000, 2_000), (5_000, 7_000)]


def test_one_that_goes_on_ends_now() -> None:
    stretches = Stretches()
    stretches.begin(1_000)
    stretches.begin(2_000)
    assert stretches.until(5_000) == [(1_000, 5_000)]
    assert stretches.until(1_000) == []
    kept = stretches.copy()
    stretches.end(3_000)
    stretches.end(4_000)
    assert stretches.until(5_000) == [(1_000, 3_000)]
    assert kept.until(5_000) == [(1_000, 5_000)]


def test_there_are_never_many_and_the_nearest_two_become_one() -> None:
    stretches = Stretches(joined_ms=0)
    for number in range(40):
        stretches.add(number * 1_000, number * 1_000 + 100)
    stretches.add(7_500, 7_900)
    known = stretches.until(1_000_000)
    assert len(known) == 40
    assert (7_500, 8_100) in known
    for number in range(40, 5_000):
        stretches.add(number * 1_000, number * 1_000 + 100)
    assert len(stretches.until(10_000_000)) == 40


@pytest.mark.parametrize(
    ("of", "left"),
    [
        ((0, 1_000), [(0, 1_000)]),
        ((2_200, 2_800), []),
        ((1_500, 5_500), [(1_500, 2_000), (3_000, 5_000)]),
        ((2_500, 8_000), [(3_000, 5_000), (6_000, 8_000)]),
    ],
)
def test_what_lies_outside(of: tuple[int, int], left: list[tuple[int, int]]) -> None:
    stretches = Stretches([(2_000, 3_000), (5_000, 6_000)], joined_ms=0)
    assert list(stretches.outside(*of)) == left
    inside_ms = overlap_ms(stretches.until(of[1]), *of)
    assert inside_ms + sum(end_ms - start_ms for start_ms, end_ms in left) == of[1] - of[0]
