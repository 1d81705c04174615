"""What a telephone line leaves of a voice: 300 to 3,400 Hz, 8 kHz, G.711 µ-law."""

import numpy as np
import numpy.typing as npt
import soxr

from streaming.frames import ANALYSIS_RATE_HZ
from streaming.wire.g711 import decode_mulaw, encode_mulaw

TELEPHONE_RATE_HZ = 8_000
_LOWEST_HZ, _HIGHEST_HZ = 300, 3_400
_TAPS = 513  # a transition of about 100 Hz at 16 kHz, as the filters of real exchanges


def over_telephone(samples: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    """16 kHz speech in, what arrives at 8 kHz out, decoded."""
    band = np.convolve(samples.astype(np.float64), _band_pass(), mode="same")
    narrow = soxr.resample(band, ANALYSIS_RATE_HZ, TELEPHONE_RATE_HZ)
    pcm_s16le = np.clip(np.rint(narrow), -32_768, 32_767).astype("<i2").tobytes()
    return np.frombuffer(decode_mulaw(encode_mulaw(pcm_s16le)), "<i2").astype(np.int16)


def _band_pass() -> npt.NDArray[np.float64]:
    """A windowed ideal band pass (Blackman)."""
    time = np.arange(_TAPS) - _TAPS // 2

    def low_pass(edge_hz: float) -> npt.NDArray[np.float64]:
        relative = 2 * edge_hz / ANALYSIS_RATE_HZ
        return np.asarray(relative * np.sinc(relative * time))

    return (low_pass(_HIGHEST_HZ) - low_pass(_LOWEST_HZ)) * np.blackman(_TAPS)
