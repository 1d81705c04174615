"""A tone stands where it should, to the sample, and nowhere else."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from streaming.bleep import bleeped

_NOISE = np.random.default_rng(4).integers(-9_000, 9_000, 16_000, dtype=np.int16)


def _samples(pcm: bytes) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    return np.frombuffer(pcm, "<i2")


def test_the_tone_covers_the_stretch_to_the_sample() -> None:
    heard = _samples(bleeped(_NOISE.tobytes(), 2_000, [(2_100, 2_350)]))
    changed = np.flatnonzero(heard != _NOISE)
    assert changed[0] >= 1_600
    assert changed[-1] < 5_600
    assert np.array_equal(heard[:1_600], _NOISE[:1_600])
    assert np.array_equal(heard[5_600:], _NOISE[5_600:])
    spectrum = np.abs(np.fft.rfft(heard[1_600:5_600].astype(float)))
    assert np.argmax(spectrum) * 16_000 / 4_000 == 1_000
    assert spectrum[250] ** 2 / np.sum(spectrum**2) > 0.999  # nothing of what was there is left


def test_nothing_to_cover_gives_the_same_bytes_back() -> None:
    pcm = _NOISE.tobytes()
    assert bleeped(pcm, 0, []) is pcm
    assert bleeped(pcm, 0, [(5_000, 6_000), (300, 300)]) is pcm
    assert bleeped(b"", 0, [(0, 1_000)]) == b""


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 900), st.integers(1, 500), st.integers(1, 99))
def test_pieces_are_covered_as_the_whole_is(start_ms: int, length_ms: int, cut_ms: int) -> None:
    stretch = [(start_ms, start_ms + length_ms)]
    whole = bleeped(_NOISE.tobytes(), 0, stretch)
    pieces = [bleeped(_NOISE[at * 16 : (at + cut_ms) * 16].tobytes(), at, stretch) for at in range(0, 1_000, cut_ms)]
    assert b"".join(pieces) == whole
