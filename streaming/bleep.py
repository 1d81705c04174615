"""A tone in the place of what must not be heard: PCM and the stretches to cover in, PCM of the same length out."""

from collections.abc import Iterable

import numpy as np

from streaming.frames import ANALYSIS_RATE_HZ, SAMPLES_PER_MS

_TONE_HZ = 1_000  # sixteen samples a wave: every millisecond of it is the same, so pieces fit together wherever cut
_PEAK = 3_277  # -20 dBFS: as loud as telephone speech
_WAVE = np.round(_PEAK * np.sin(2 * np.pi * np.arange(SAMPLES_PER_MS) * _TONE_HZ / ANALYSIS_RATE_HZ)).astype("<i2")


def bleeped(pcm_s16le: bytes, from_ms: int, stretches_ms: Iterable[tuple[int, int]]) -> bytes:
    """The samples at 16 kHz from `from_ms` of the call on, each stretch [start, end) covered to the sample."""
    samples: np.ndarray[tuple[int], np.dtype[np.int16]] | None = None
    whole_ms = -(-len(pcm_s16le) // 2 // SAMPLES_PER_MS)
    for start_ms, end_ms in stretches_ms:
        first_ms, last_ms = max(start_ms - from_ms, 0), min(end_ms - from_ms, whole_ms)
        if first_ms < last_ms:
            if samples is None:
                samples = np.frombuffer(pcm_s16le, "<i2").copy()
            covered = samples[first_ms * SAMPLES_PER_MS : last_ms * SAMPLES_PER_MS]
            covered[:] = np.resize(_WAVE, len(covered))
    return pcm_s16le if samples is None else samples.tobytes()
