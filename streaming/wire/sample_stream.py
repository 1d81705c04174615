"""Raw samples cut anywhere, one or two channels, to whole int16 samples per channel."""

import numpy as np

from streaming.wire.events import AudioReceived, Encoding
from streaming.wire.g711 import decode_alaw, decode_mulaw

ACCEPTED_RATES_HZ = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
ACCEPTED_CHANNELS = (1, 2)


def format_refusal(rate_hz: int, channels: int) -> str | None:
    """Why a SampleStream cannot have this format, saying what it can have; None when it can."""
    if rate_hz not in ACCEPTED_RATES_HZ:
        return f"the rate must be one of {', '.join(map(str, ACCEPTED_RATES_HZ))} Hz"
    if channels not in ACCEPTED_CHANNELS:
        return "there must be 1 or 2 channels"
    return None


class SampleStream:
    """Interleaved samples of one format; the format was found good by `format_refusal` before.

    Bytes that are not yet a sample of every channel wait for the next call, so channels never slip; at most 3 wait.
    """

    def __init__(self, encoding: Encoding, rate_hz: int, channels: int = 1) -> None:
        self._encoding = encoding
        self._rate_hz = rate_hz
        self._channels = channels
        self._pending = b""

    @property
    def pending_bytes(self) -> int:
        """Bytes of a sample, or of one channel's sample, whose rest has not come. At the end of a stream: lost."""
        return len(self._pending)

    def feed(self, raw: bytes) -> list[AudioReceived]:
        """One AudioReceived per channel, all of the same length, channel 0 first; empty while no sample is whole."""
        available = self._pending + raw
        step_bytes = self._channels * _sample_bytes(self._encoding)
        whole_bytes = len(available) // step_bytes * step_bytes
        self._pending = available[whole_bytes:]
        if not whole_bytes:
            return []
        pcm_s16le = _decoded(self._encoding, available[:whole_bytes])
        if self._channels == 1:
            return [AudioReceived(pcm_s16le, self._rate_hz)]
        by_channel = np.frombuffer(pcm_s16le, "<i2").reshape(-1, self._channels).T
        return [AudioReceived(one.tobytes(), self._rate_hz, channel) for channel, one in enumerate(by_channel)]


def _sample_bytes(encoding: Encoding) -> int:
    match encoding:
        case Encoding.PCM_S16LE | Encoding.PCM_S16BE:
            return 2
        case Encoding.MULAW | Encoding.ALAW:
            return 1


def _decoded(encoding: Encoding, samples: bytes) -> bytes:
    match encoding:
        case Encoding.PCM_S16LE:
            return samples
        case Encoding.PCM_S16BE:
            return np.frombuffer(samples, ">i2").astype("<i2").tobytes()
        case Encoding.MULAW:
            return decode_mulaw(samples)
        case Encoding.ALAW:
            return decode_alaw(samples)
