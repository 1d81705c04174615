"""The telephone line: its band is kept, the rest is gone."""

import numpy as np
import pytest

from service.evaluation.telephone import over_telephone


def _level_db(frequency_hz: float) -> float:
    time = np.arange(32_000) / 16_000
    tone = (np.sin(2 * np.pi * frequency_hz * time) * 8_000).astype(np.int16)
    heard = over_telephone(tone)[2_000:-2_000].astype(float)
    return float(20 * np.log10(np.sqrt(np.mean(heard**2)) / (8_000 / np.sqrt(2)) + 1e-6))


@pytest.mark.parametrize("frequency_hz", [500, 1_000, 3_000])
def test_the_band_passes(frequency_hz: float) -> None:
    assert abs(_level_db(frequency_hz)) < 0.5


@pytest.mark.parametrize("frequency_hz", [100, 3_800, 6_000])
def test_the_rest_does_not(frequency_hz: float) -> None:
    assert _level_db(frequency_hz) < -40


def test_half_the_samples_remain() -> None:
    assert len(over_telephone(np.zeros(1_600, np.int16))) == 800
