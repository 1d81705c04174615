"""ITU-T G.711 by table: µ-law and A-law bytes to int16 little-endian samples and back."""

import numpy as np
from numpy.typing import NDArray

_CODES = np.arange(256, dtype=np.int32)
_SAMPLES = np.arange(-32_768, 32_768, dtype=np.int32)  # the encoders' tables are indexed by sample + 32768
_MULAW_BIAS = 33  # G.711 table 2: the first segment begins at 33 of 8159, in 14-bit steps
_MULAW_TOP = 8_191  # the largest biased 14-bit magnitude; louder samples get the loudest code
_ALAW_EVEN_BITS = 0x55  # G.711 §3.2: even bits are inverted on the line


def _mulaw_samples() -> NDArray[np.int16]:
    inverted = ~_CODES & 0xFF
    magnitude = ((((inverted & 0x0F) << 1) + _MULAW_BIAS) << (inverted >> 4 & 0x07)) - _MULAW_BIAS
    return (np.where(inverted & 0x80, -magnitude, magnitude) * 4).astype("<i2")  # 14 bits stand high in 16


def _alaw_samples() -> NDArray[np.int16]:
    plain = _CODES ^ _ALAW_EVEN_BITS
    segment, step = plain >> 4 & 0x07, (plain & 0x0F) * 2 + 1
    magnitude = np.where(segment == 0, step, (step + 32) << np.maximum(segment - 1, 0))
    return (np.where(plain & 0x80, magnitude, -magnitude) * 8).astype("<i2")  # 13 bits stand high in 16


def _magnitudes(shift: int) -> NDArray[np.int32]:
    # Ones' complement as in the ITU reference (G.191), so that −1 and 0 are neighbours of the same size.
    return np.where(_SAMPLES < 0, ~_SAMPLES, _SAMPLES) >> shift


def _segments(magnitudes: NDArray[np.int32], lowest_bit: int) -> NDArray[np.int32]:
    """Which power of two each magnitude reaches, counted from `lowest_bit`, never below 0."""
    segments = np.zeros_like(magnitudes)
    for bit in range(lowest_bit + 1, lowest_bit + 8):
        segments += magnitudes >> bit > 0
    return segments


def _mulaw_codes() -> NDArray[np.uint8]:
    biased = np.minimum(_magnitudes(2) + _MULAW_BIAS, _MULAW_TOP)
    segment = _segments(biased, 5)
    plain = segment << 4 | (biased >> (segment + 1) & 0x0F)
    return (~np.where(_SAMPLES < 0, plain | 0x80, plain) & 0xFF).astype(np.uint8)


def _alaw_codes() -> NDArray[np.uint8]:
    magnitude = _magnitudes(4)
    segment = _segments(magnitude, 3)
    plain = segment << 4 | (magnitude >> np.maximum(segment - 1, 0) & 0x0F)
    return (np.where(_SAMPLES < 0, plain, plain | 0x80) ^ _ALAW_EVEN_BITS).astype(np.uint8)


_MULAW_SAMPLES, _ALAW_SAMPLES = _mulaw_samples(), _alaw_samples()
_MULAW_CODES, _ALAW_CODES = _mulaw_codes(), _alaw_codes()


def decode_mulaw(coded: bytes) -> bytes:
    """One int16 little-endian sample per µ-law byte; the loudest is ±32124."""
    return _MULAW_SAMPLES[np.frombuffer(coded, np.uint8)].tobytes()


def decode_alaw(coded: bytes) -> bytes:
    """One int16 little-endian sample per A-law byte; the loudest is ±32256, the quietest ±8."""
    return _ALAW_SAMPLES[np.frombuffer(coded, np.uint8)].tobytes()


def encode_mulaw(pcm_s16le: bytes) -> bytes:
    """One µ-law byte per int16 little-endian sample. Half a sample at the end is a ValueError of numpy."""
    return _MULAW_CODES[np.frombuffer(pcm_s16le, "<i2").astype(np.int32) + 32_768].tobytes()


def encode_alaw(pcm_s16le: bytes) -> bytes:
    """One A-law byte per int16 little-endian sample. Half a sample at the end is a ValueError of numpy."""
    return _ALAW_CODES[np.frombuffer(pcm_s16le, "<i2").astype(np.int32) + 32_768].tobytes()
