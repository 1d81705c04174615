"""The empty upper band of telephone speech filled with noise, for recognisers that were taught with a full one."""

import numpy as np
from numpy.typing import NDArray

from streaming.frames import ANALYSIS_RATE_HZ

# docs/decisions/009-band-filling.md has the measurements.
_HOP_SAMPLES = ANALYSIS_RATE_HZ // 100  # the envelope's step, 10 ms
_LISTENED_HZ = (2_000, 3_400)  # what is loudest here is loud above, too: hiss, bursts
_FILLED_FROM_HZ = 3_500
_TAPS = 65
_COEFFICIENT_STEPS = 2**14  # whole coefficients: sums of whole numbers do not depend on how the stream was cut
_LAG_SAMPLES = _HOP_SAMPLES // 2 + _TAPS // 2  # a hop's level is that of its middle, and the filter is late
_NOISE_SAMPLES = 2 * ANALYSIS_RATE_HZ
_SEED = 20_261_126

Samples = NDArray[np.float64]


class BandFiller:
    """One stretch of 16 kHz speech that came from 8 kHz. What comes out never depends on how the input was cut.

    As many samples come out as went in, up to 17 ms later: `finish` gives the rest and starts afresh. For recognition
    alone: nobody listens to it and nothing is measured on it.
    """

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._before = np.zeros(_TAPS - 1)  # the filter's memory
        self._pending = bytearray()
        self._unfilled = np.zeros(_LAG_SAMPLES)  # taken in, but their level is not known yet; the first are none
        self._level = 0.0  # of the hop before
        self._hops = 0

    def feed(self, pcm_s16le: bytes) -> bytes:
        """Whole samples in, what can be filled out."""
        self._pending += pcm_s16le
        ready_bytes = len(self._pending) - len(self._pending) % (2 * _HOP_SAMPLES)
        ready = bytes(self._pending[:ready_bytes])
        del self._pending[:ready_bytes]
        return self._filled(ready) if ready else b""

    def finish(self) -> bytes:
        """What was held back, as if silence followed. The next `feed` begins a new stretch."""
        owed = len(self._pending) // 2 + (_LAG_SAMPLES if self._hops else 0)
        silence = bytes(2 * (2 * _HOP_SAMPLES - len(self._pending) // 2 % _HOP_SAMPLES))
        rest = self.feed(silence) if owed else b""
        self._begin()
        return rest[: 2 * owed]

    def _filled(self, pcm_s16le: bytes) -> bytes:
        samples = np.frombuffer(pcm_s16le, "<i2").astype(np.float64)
        hops = len(samples) // _HOP_SAMPLES
        heard = np.concatenate([self._before, samples])
        self._before = heard[-(_TAPS - 1) :]
        band = np.convolve(heard, _LISTENING, mode="valid").reshape(hops, _HOP_SAMPLES)
        levels = np.sqrt(np.einsum("ij,ij->i", band, band) / _HOP_SAMPLES) / _COEFFICIENT_STEPS
        from_levels = np.concatenate([[self._level], levels[:-1]])
        self._level = float(levels[-1])
        gains = from_levels[:, None] + (levels - from_levels)[:, None] * _RISE
        at = (np.arange(hops) + self._hops) * _HOP_SAMPLES % _NOISE_SAMPLES
        noise = _NOISE[at[:, None] + np.arange(_HOP_SAMPLES)]
        waiting = np.concatenate([self._unfilled, samples])
        self._unfilled = waiting[len(samples) :]
        filled = np.rint(waiting[: len(samples)] + (noise * gains).ravel())
        first = 0 if self._hops else _LAG_SAMPLES  # before the first sample there is nothing
        self._hops += hops
        pcm: NDArray[np.int16] = np.clip(filled[first:], -32_768, 32_767).astype("<i2")
        return pcm.tobytes()


def _band_pass(low_hz: float, high_hz: float, taps: int) -> Samples:
    """A windowed ideal band pass."""
    time = np.arange(taps) - taps // 2

    def low_pass(edge_hz: float) -> Samples:
        return np.asarray(2 * edge_hz / ANALYSIS_RATE_HZ * np.sinc(2 * edge_hz / ANALYSIS_RATE_HZ * time))

    return (low_pass(high_hz) - low_pass(low_hz)) * np.hamming(taps)


def _upper_noise() -> Samples:
    """A loop of seeded noise above the telephone's band, of unit level."""
    white = np.random.default_rng(_SEED).standard_normal(_NOISE_SAMPLES)
    spectrum = np.fft.rfft(white)
    spectrum[: _FILLED_FROM_HZ * _NOISE_SAMPLES // ANALYSIS_RATE_HZ] = 0
    noise = np.fft.irfft(spectrum, _NOISE_SAMPLES)
    return np.asarray(noise / np.sqrt(np.mean(noise**2)))


_LISTENING = np.rint(_band_pass(*_LISTENED_HZ, _TAPS) * _COEFFICIENT_STEPS)
_NOISE = _upper_noise()
_RISE = np.arange(1, _HOP_SAMPLES + 1) / _HOP_SAMPLES
