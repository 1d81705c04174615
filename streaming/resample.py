"""Audio of any wire rate to the analysis rate, as a stream: what comes out never depends on how the input was cut."""

from functools import lru_cache
from math import gcd
from typing import Protocol

import numpy as np
import soxr
from numpy.typing import NDArray

from streaming.frames import ANALYSIS_RATE_HZ

LOWEST_RATE_HZ = 8_000
HIGHEST_RATE_HZ = 192_000

# Kaiser design: 80 dB is below the noise of a 16-bit sample dithered by any microphone. The band edge falls from 0.9 to
# 1.1 of the lower Nyquist frequency: 3.6 kHz for telephony, so the whole 300-3400 Hz band passes untouched.
_STOPBAND_DB = 80.0
_TRANSITION = 0.2
# Coefficients are whole numbers of 2**-20: 16-bit samples times these add up exactly in a double (< 2**53), so sums are
# the same in whatever order and block length they are made.
_UNIT = float(1 << 20)
_MOST_PHASES = 4  # 8, 12, 24, 32, 48 kHz; other ratios would need hundreds of phases
_LARGEST_STEP = 3

Samples = NDArray[np.float64]


class Resampler:
    """One leg's samples at `rate_hz` to 16 kHz; 16 kHz passes untouched.

    `feed` takes and gives whole int16 little-endian samples; `finish` gives what was held back and starts afresh. Over
    one stream exactly `samples_out(n)` samples come out for n in, the first of them at the time of the first input.
    Held back: 3.1 ms at 8 kHz, 1.6 ms at 48 kHz (measured), at other rates
    at most 22 ms (11,025 Hz) and 15 ms from 22 kHz up.
    """

    def __init__(self, rate_hz: int) -> None:
        """Raises ValueError for a rate outside 8,000 to 192,000 Hz."""
        if not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
            raise ValueError("a sample rate outside 8000 to 192000 Hz")
        self.rate_hz = rate_hz
        self._stream: _Stream | None = None if rate_hz == ANALYSIS_RATE_HZ else _stream_of(rate_hz)
        self._in_samples = 0
        self._out_samples = 0

    def samples_out(self, samples_in: int) -> int:
        """How many samples at 16 kHz a stream of `samples_in` becomes, its flush included."""
        return samples_at_analysis_rate(samples_in, self.rate_hz)

    def feed(self, pcm_s16le: bytes) -> bytes:
        """Whole samples in, what can be known so far out."""
        if self._stream is None:
            return pcm_s16le
        self._in_samples += len(pcm_s16le) // 2
        out = _to_pcm(self._stream.feed(np.frombuffer(pcm_s16le, "<i2").astype(np.float64)))
        self._out_samples += len(out) // 2
        return out

    def finish(self) -> bytes:
        """The held-back end, as if silence followed. The next `feed` begins a new stream."""
        if self._stream is None:
            return b""
        owed_bytes = 2 * (self.samples_out(self._in_samples) - self._out_samples)
        tail = _to_pcm(self._stream.finish())[:owed_bytes]
        self._in_samples = self._out_samples = 0
        return tail + bytes(owed_bytes - len(tail))


def samples_at_analysis_rate(samples: int, rate_hz: int) -> int:
    """Samples at `rate_hz` as samples at 16 kHz, rounded up: the last one begun counts."""
    return -(-samples * ANALYSIS_RATE_HZ // rate_hz)


class _Stream(Protocol):
    def feed(self, samples: Samples) -> Samples: ...

    def finish(self) -> Samples: ...


def _stream_of(rate_hz: int) -> _Stream:
    common = gcd(rate_hz, ANALYSIS_RATE_HZ)
    if ANALYSIS_RATE_HZ // common <= _MOST_PHASES and rate_hz // common <= _LARGEST_STEP:
        return _PhaseFilter(rate_hz)
    return _SoxrStream(rate_hz)


class _PhaseFilter:
    """Linear-phase polyphase filter for simple ratios.

    Own code because every fixed-rate quality of soxr gives 8 → 16 kHz out in bursts, holding back up to 61 (LQ) or
    118 ms (HQ), and libsamplerate costs 2 ms CPU per second: docs/decisions/001-resampling.md.
    """

    def __init__(self, rate_hz: int) -> None:
        self._bank = _phases_of(rate_hz)
        common = gcd(rate_hz, ANALYSIS_RATE_HZ)
        self._step = rate_hz // common
        self._half = self._bank.shape[1] // 2
        self._starts = [phase * self._step // len(self._bank) for phase in range(len(self._bank))]
        self._kept = np.zeros(self._half - 1)  # silence before the first sample

    def feed(self, samples: Samples) -> Samples:
        kept = np.concatenate((self._kept, samples))
        width = self._bank.shape[1]
        rounds = (len(kept) - self._starts[-1] - width) // self._step + 1
        if rounds <= 0:
            self._kept = kept
            return np.empty(0)
        out = np.empty((rounds, len(self._bank)))
        reach = (rounds - 1) * self._step + width
        for phase, start in enumerate(self._starts):
            out[:, phase] = np.correlate(kept[start : start + reach], self._bank[phase], "valid")[:: self._step]
        self._kept = kept[rounds * self._step :]
        return out.reshape(-1) / _UNIT

    def finish(self) -> Samples:
        tail = self.feed(np.zeros(self._half + 2 * self._step))
        self._kept = np.zeros(self._half - 1)
        return tail


@lru_cache(maxsize=8)
def _phases_of(rate_hz: int) -> Samples:
    """The filter as (phases, taps), in order of output; the middle tap stands on the input sample before the output."""
    common = gcd(rate_hz, ANALYSIS_RATE_HZ)
    phases, step = ANALYSIS_RATE_HZ // common, rate_hz // common
    cutoff = min(1.0, ANALYSIS_RATE_HZ / rate_hz)  # of the input's Nyquist frequency
    # Kaiser's formulas: length in input samples for the wanted stop band, and the window's shape for it.
    half = int(np.ceil((_STOPBAND_DB - 7.95) / (2.285 * np.pi * _TRANSITION * cutoff) / 2))
    beta = 0.1102 * (_STOPBAND_DB - 8.7)
    bank = np.empty((phases, 2 * half))
    for phase in range(phases):
        fraction = phase * step % phases / phases
        at = np.arange(-half + 1, half + 1) - fraction
        window = np.i0(beta * np.sqrt(np.maximum(0.0, 1.0 - (at / half) ** 2))) / np.i0(beta)
        taps = cutoff * np.sinc(cutoff * at) * window
        bank[phase] = np.rint(taps / taps.sum() * _UNIT)
    bank.setflags(write=False)
    return bank


class _SoxrStream:
    """Every other ratio by soxr in its variable-rate mode, which gives its output steadily and not in bursts."""

    def __init__(self, rate_hz: int) -> None:
        self._soxr = soxr.ResampleStream(rate_hz, ANALYSIS_RATE_HZ, 1, dtype="float32", quality="HQ", vr=True)

    def feed(self, samples: Samples) -> Samples:
        return self._resampled(samples, last=False)

    def finish(self) -> Samples:
        tail = self._resampled(np.empty(0), last=True)
        self._soxr.clear()
        return tail

    def _resampled(self, samples: Samples, last: bool) -> Samples:
        out: NDArray[np.float32] = self._soxr.resample_chunk(samples.astype(np.float32), last=last)
        return out.astype(np.float64)


def _to_pcm(samples: Samples) -> bytes:
    return np.clip(np.rint(samples), -32_768, 32_767).astype("<i2").tobytes()
