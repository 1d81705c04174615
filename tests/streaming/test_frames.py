"""The one arithmetic between samples and milliseconds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.frames import FRAME_BYTES, FRAME_MS, FRAME_SAMPLES, AudioFrame, Leg, other_leg, samples_to_ms


@given(st.integers(0, 10**12), st.sampled_from([8_000, 16_000, 44_100, 48_000]))
def test_milliseconds_are_whole_and_never_ahead_of_the_samples(samples: int, rate_hz: int) -> None:
    at_ms = samples_to_ms(samples, rate_hz)
    assert at_ms * rate_hz <= samples * 1_000 < (at_ms + 1) * rate_hz


def test_a_days_frames_do_not_drift() -> None:
    frame = AudioFrame(Leg.AGENT, 24 * 3_600 * 50 * FRAME_SAMPLES, bytes(FRAME_BYTES))
    assert frame.start_ms == 24 * 3_600 * 1_000
    assert frame.end_ms - frame.start_ms == FRAME_MS


@pytest.mark.parametrize("leg", list(Leg))
def test_the_other_leg_of_the_other_is_the_leg(leg: Leg) -> None:
    assert other_leg(other_leg(leg)) is leg
    assert (other_leg(leg) is leg) is (leg is Leg.MIXED)
