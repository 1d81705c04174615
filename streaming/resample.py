"""Audio of any wire rate to the analysis rate, as a stream: what comes out never depends on how the input was cut."""

import numpy as np
import soxr
from numpy.typing import NDArray

from streaming.frames import ANALYSIS_RATE_HZ

LOWEST_RATE_HZ = 8_000
HIGHEST_RATE_HZ = 192_000

Samples = NDArray[np.float32]


class Resampler:
    """One leg's samples at `rate_hz` to 16 kHz; 16 kHz passes untouched.

    `feed` takes and gives whole int16 little-endian samples; `finish` gives what was held back and starts afresh. Over
    one stream exactly `samples_out(n)` samples come out for n in, the first of them at the time of the first input.
    Held back: 30 ms at 8 kHz, 22 ms at 11,025 Hz, 11 to 15 ms from 22 kHz up (measured).
    """

    def __init__(self, rate_hz: int) -> None:
        """Raises ValueError for a rate outside 8,000 to 192,000 Hz."""
        if not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
            raise ValueError("a sample rate outside 8000 to 192000 Hz")
        self.rate_hz = rate_hz
        self._stream: _SoxrStream | None = None if rate_hz == ANALYSIS_RATE_HZ else _SoxrStream(rate_hz)
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
        out = _to_pcm(self._stream.feed(np.frombuffer(pcm_s16le, "<i2").astype(np.float32)))
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


class _SoxrStream:
    """soxr in its variable-rate mode, which gives its output steadily; its fixed-rate mode gives 100 ms at once.

    docs/decisions/001-resampling.md has the measurements. Samples stay float32: with int16 soxr's output depends on
    how the input was cut.
    """

    def __init__(self, rate_hz: int) -> None:
        self._soxr = soxr.ResampleStream(rate_hz, ANALYSIS_RATE_HZ, 1, dtype="float32", quality="HQ", vr=True)

    def feed(self, samples: Samples) -> Samples:
        return self._resampled(samples, last=False)

    def finish(self) -> Samples:
        tail = self._resampled(np.empty(0, np.float32), last=True)
        self._soxr.clear()
        return tail

    def _resampled(self, samples: Samples, last: bool) -> Samples:
        out: Samples = self._soxr.resample_chunk(samples, last=last)
        return out


def _to_pcm(samples: Samples) -> bytes:
    return np.clip(np.rint(samples), -32_768, 32_767).astype("<i2").tobytes()
