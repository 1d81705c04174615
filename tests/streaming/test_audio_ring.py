"""The ring: the last seconds by call time, and no more."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.audio_ring import AudioRing
from streaming.frames import FRAME_SAMPLES, AudioFrame, Leg


def frame(number: int) -> AudioFrame:
    """The 20 ms from number × 20 ms on, each sample its own index in the call (wrapped)."""
    samples = (np.arange(FRAME_SAMPLES) + number * FRAME_SAMPLES) % 30_000 + 1
    return AudioFrame(Leg.AGENT, number * FRAME_SAMPLES, samples.astype("<i2").tobytes())


def filled(*numbers: int, seconds: int = 1) -> AudioRing:
    ring = AudioRing(seconds)
    for number in numbers:
        ring.add(frame(number))
    return ring


def test_an_empty_ring_has_nothing() -> None:
    ring = AudioRing(1)
    assert ring.cut(0, 1_000) == (0, b"")
    assert ring.start_ms == ring.end_ms == 0


def test_what_was_added_can_be_cut() -> None:
    ring = filled(*range(5))
    assert ring.cut(20, 60) == (20, frame(1).pcm_s16le + frame(2).pcm_s16le)
    assert ring.cut(25, 26) == (25, frame(1).pcm_s16le[5 * 32 : 6 * 32])


def test_a_leg_that_comes_late_starts_there() -> None:
    ring = filled(250, 251)
    assert (ring.start_ms, ring.end_ms) == (5_000, 5_040)
    assert ring.cut(0, 5_020) == (5_000, frame(250).pcm_s16le)


def test_a_gap_is_zeros() -> None:
    ring = filled(0, 3)
    assert ring.cut(0, 80) == (0, frame(0).pcm_s16le + bytes(2 * 640) + frame(3).pcm_s16le)


def test_only_the_last_seconds_are_kept() -> None:
    ring = filled(*range(175))  # 3.5 s
    assert (ring.start_ms, ring.end_ms) == (2_500, 3_500)
    from_ms, audio = ring.cut(0, 99_999)
    assert from_ms == 2_500
    assert audio == b"".join(frame(number).pcm_s16le for number in range(125, 175))


@pytest.mark.parametrize("after", [40, 51, 1_000, 100_000])
def test_a_gap_longer_than_the_ring_clears_it(after: int) -> None:
    ring = filled(*range(50), 50 + after)
    from_ms, audio = ring.cut(0, 10**9)
    assert from_ms == (50 + after + 1) * 20 - 1_000
    kept = max(0, 49 - after)
    assert (
        audio
        == b"".join(frame(n).pcm_s16le for n in range(50 - kept, 50))
        + bytes(640 * min(49, after))
        + frame(50 + after).pcm_s16le
    )


def test_what_lies_outside_is_not_cut() -> None:
    ring = filled(*range(10))
    assert ring.cut(500, 600) == (200, b"")
    assert ring.cut(100, 50) == (100, b"")


def test_a_frame_from_before_is_refused() -> None:
    ring = filled(3)
    with pytest.raises(ValueError, match="before the end"):
        ring.add(frame(2))


@given(st.lists(st.integers(1, 30), min_size=1, max_size=60), st.integers(0, 12_000), st.integers(0, 12_000))
def test_any_cut_is_what_was_heard(steps: list[int], from_ms: int, to_ms: int) -> None:
    ring, call, number = AudioRing(1), b"", 0
    for step in steps:
        ring.add(frame(number))
        call = call.ljust(number * 640, b"\0") + frame(number).pcm_s16le
        number += step if step > 25 else 1
    at_ms, audio = ring.cut(from_ms, to_ms)
    assert audio == call[at_ms * 32 : at_ms * 32 + len(audio)]
    wanted_ms = range(max(from_ms, ring.start_ms), min(to_ms, ring.end_ms))
    assert len(audio) == 32 * len(wanted_ms)
    assert ring.end_ms - ring.start_ms <= 1_000
