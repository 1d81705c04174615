"""The share of the last seconds with work waiting."""

import pytest

from service.recognition.busyness import Busyness


def test_it_follows_what_was_noted_within_a_few_seconds() -> None:
    busyness = Busyness(workers=2)
    assert busyness.ratio == 0.0
    for tenth in range(100):
        busyness.note(2, tenth / 10)
    assert busyness.ratio > 0.98
    for tenth in range(100, 200):
        busyness.note(tenth % 2, tenth / 10)  # one of two workers, half of the time
    assert busyness.ratio == pytest.approx(0.25, abs=0.03)
    for tenth in range(200, 300):
        busyness.note(0, tenth / 10)
    assert busyness.ratio < 0.02


def test_more_than_all_is_all() -> None:
    busyness = Busyness(workers=1)
    busyness.note(3, 0.0)
    assert busyness.ratio <= 1.0
