"""Recordings brought to another rate."""

import numpy as np

from service.demo.recording import Recording
from service.evaluation.trunk import at_rate
from streaming.frames import Leg


def tone(rate_hz: int, tone_hz: int = 500) -> Recording:
    samples = (8_000 * np.sin(2 * np.pi * tone_hz * np.arange(rate_hz) / rate_hz)).astype(np.int16)
    return Recording("tone", rate_hz, ((Leg.AGENT, samples),), (), None)


def test_as_recorded() -> None:
    wide = tone(16_000)
    assert at_rate(wide, None) is wide
    assert at_rate(wide, 16_000) is wide


def test_over_a_trunk_it_keeps_its_length_and_loses_its_steps() -> None:
    narrow = at_rate(tone(16_000), 8_000)
    ((_, samples),) = narrow.legs
    assert (narrow.rate_hz, narrow.duration_ms, samples.dtype.name) == (8_000, 1_000, "int16")
    assert len(np.unique(samples)) < 256  # µ-law has no more values
    assert 7_000 < np.abs(samples[1_000:-1_000]).max() < 9_000


def test_narrow_band_recordings_get_their_steps_too_and_can_be_widened() -> None:
    ((_, samples),) = at_rate(tone(8_000), 8_000).legs
    assert len(np.unique(samples)) < 256
    assert at_rate(tone(8_000), 16_000).duration_ms == 1_000
