"""Bounds of a share, against published values, and when a rule loses its voice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.life.precision import goes_silent, wilson
from config.life import FeedbackSettings


@pytest.mark.parametrize(
    ("right", "marks", "lower", "upper"),
    # Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I:
    # the score method without continuity correction
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_bounds_are_the_published_ones(right: int, marks: int, lower: float, upper: float) -> None:
    bounds = wilson(right, marks)
    assert bounds.lower == pytest.approx(lower, abs=5e-5)
    assert bounds.upper == pytest.approx(upper, abs=5e-5)


@given(st.integers(1, 500).flatmap(lambda marks: st.tuples(st.integers(0, marks), st.just(marks))))
def test_the_share_lies_between_its_bounds(counts: tuple[int, int]) -> None:
    right, marks = counts
    bounds = wilson(right, marks)
    assert 0 <= bounds.lower <= right / marks + 1e-12
    assert right / marks - 1e-12 <= bounds.upper <= 1


def test_without_marks_everything_is_possible() -> None:
    assert (wilson(0, 0).lower, wilson(0, 0).upper) == (0, 1)


@pytest.mark.parametrize(
    ("right", "marks", "silent"), [(9, 30, True), (10, 30, False), (0, 29, False), (30, 30, False)]
)
def test_a_rule_falls_silent_when_it_is_surely_below_the_floor(right: int, marks: int, silent: bool) -> None:
    assert goes_silent(right, marks, FeedbackSettings()) is silent
    assert not goes_silent(right, marks, FeedbackSettings(floor_ratio=0))
