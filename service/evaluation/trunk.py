"""What a narrow-band trunk leaves of a recording: 8 kHz, µ-law."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import soxr

from service.demo.recording import Recording
from streaming.wire.g711 import decode_mulaw, encode_mulaw

TRUNK_RATE_HZ = 8_000


def over_trunk(samples: npt.NDArray[np.float32], rate_hz: int) -> npt.NDArray[np.int16]:
    """Samples in int16's range (mono) as they come out of a narrow-band trunk."""
    narrow = soxr.resample(samples, rate_hz, TRUNK_RATE_HZ)
    pcm = np.clip(narrow, -32_768, 32_767).astype("<i2").tobytes()
    return np.frombuffer(decode_mulaw(encode_mulaw(pcm)), "<i2").astype(np.int16)


def at_rate(recording: Recording, rate_hz: int | None) -> Recording:
    """The recording at 8 kHz over µ-law, or at another rate; None: as it was recorded."""
    if rate_hz is None or (rate_hz == recording.rate_hz and rate_hz != TRUNK_RATE_HZ):
        return recording
    legs = []
    for leg, samples in recording.legs:
        if rate_hz == TRUNK_RATE_HZ:
            legs.append((leg, over_trunk(samples.astype(np.float32), recording.rate_hz)))
        else:
            other = soxr.resample(samples.astype(np.float32), recording.rate_hz, rate_hz)
            legs.append((leg, np.clip(other, -32_768, 32_767).astype(np.int16)))
    return replace(recording, rate_hz=rate_hz, legs=tuple(legs))
