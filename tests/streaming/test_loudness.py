"""The level meter: silence is the bottom, and quieter is never louder."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from streaming.loudness import FLOOR_DBFS, level_dbfs, power_dbfs

FRAMES = arrays(np.int16, st.integers(1, 640))


def sine(height: float) -> NDArray[np.int16]:
    return np.rint(height * np.sin(2 * np.pi * 500 * np.arange(320) / 16_000)).astype(np.int16)


def test_a_full_scale_sine_is_three_db_below_full_scale() -> None:
    assert level_dbfs(sine(32_767)) == pytest.approx(-3.01, abs=0.01)


def test_a_full_scale_square_is_the_top() -> None:
    square = np.where(np.arange(320) % 2, 32_767, -32_768).astype(np.int16)
    assert level_dbfs(square) == pytest.approx(0.0, abs=0.001)


@pytest.mark.parametrize("value", [0, 1, -5, 32_767, -32_768])
def test_a_constant_is_silence(value: int) -> None:
    assert level_dbfs(np.full(320, value, np.int16)) == FLOOR_DBFS == -96.0


def test_nothing_is_silence() -> None:
    assert level_dbfs(np.empty(0, np.int16)) == FLOOR_DBFS
    assert power_dbfs(0.0) == FLOOR_DBFS


def test_an_offset_does_not_count() -> None:
    assert level_dbfs(sine(1_000) + np.int16(3_000)) == pytest.approx(level_dbfs(sine(1_000)), abs=1e-6)


def test_half_the_height_is_six_db_less() -> None:
    assert level_dbfs(sine(16_000)) - level_dbfs(sine(8_000)) == pytest.approx(6.02, abs=0.01)


@given(FRAMES, st.floats(min_value=0.0, max_value=1.0))
def test_quieter_input_never_reports_a_higher_level(samples: NDArray[np.int16], gain: float) -> None:
    quieter = np.rint(samples * gain).astype(np.int16)
    assert level_dbfs(quieter) <= level_dbfs(samples) + 1e-9


@given(FRAMES)
def test_the_level_lies_between_the_floor_and_full_scale(samples: NDArray[np.int16]) -> None:
    assert FLOOR_DBFS <= level_dbfs(samples) <= 0.0


@given(FRAMES)
def test_the_order_of_samples_does_not_matter(samples: NDArray[np.int16]) -> None:
    assert level_dbfs(samples[::-1]) == level_dbfs(samples)
