"""Tunes made of numbers, as a PBX may play them to who waits, and sounds that are no tunes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
Sound = NDArray[np.float64]

_C4_HZ = 261.63
_MAJOR = (0, 2, 4, 5, 7, 9, 11, 12)


def as_pcm(sound: Sound, level_dbfs: float = -25.0) -> bytes:
    """16-bit samples at this RMS level."""
    scale = 10 ** (level_dbfs / 20) / np.sqrt(np.mean(sound**2))
    samples = np.clip(np.rint(sound * scale * 32_768), -32_768, 32_767).astype("<i2")
    return bytes(samples.tobytes())


def note(pitch_hz: float, ms: int, vibrato_hz: float = 0.0) -> Sound:
    """A plucked string with five partials; with a vibrato of half a semitone where asked."""
    at_s = np.arange(ms * RATE_HZ // 1000) / RATE_HZ
    bend = 0.03 * np.sin(2 * np.pi * vibrato_hz * at_s) / (2 * np.pi * vibrato_hz) if vibrato_hz else 0.0 * at_s
    partials = [np.sin(2 * np.pi * pitch_hz * k * (at_s + bend)) / k**1.5 for k in range(1, 6)]
    fade = np.minimum(1.0, np.minimum(at_s / 0.01, (ms / 1000 - at_s) / 0.03))
    return np.asarray(np.sum(partials, axis=0) * np.exp(-at_s / 0.8) * np.clip(fade, 0, 1))


def melody(seconds: int, vibrato_hz: float = 0.0, note_ms: int = 400) -> Sound:
    """Up and down the scale."""
    steps = [*_MAJOR, *_MAJOR[-2:0:-1]]
    count = seconds * 1_000 // note_ms
    return np.concatenate(
        [note(_C4_HZ * 2 ** (steps[at % len(steps)] / 12), note_ms, vibrato_hz) for at in range(count)]
    )


def chords(seconds: int) -> Sound:
    """Two chords in turn, a second and a half each, under a slow melody."""
    both = ((0, 4, 7), (-3, 0, 5))
    count = seconds * 1_000 // 1_500
    played = [
        np.sum([note(_C4_HZ / 2 * 2 ** (step / 12), 1_500) for step in both[at % 2]], axis=0) for at in range(count)
    ]
    harmony = np.concatenate(played)
    return harmony + melody(seconds, note_ms=500)[: len(harmony)]


def drums(seconds: int) -> Sound:
    """A burst of noise twice a second."""
    beat = np.random.default_rng(7).normal(0, 1, RATE_HZ // 2)
    beat *= np.exp(-np.arange(len(beat)) / RATE_HZ / 0.04)
    return np.tile(beat, seconds * 2)


def hum(seconds: int, pitch_hz: float = 150.0) -> Sound:
    """One tone for ever: the mains, a dialling tone."""
    at_s = np.arange(seconds * RATE_HZ) / RATE_HZ
    return np.asarray(np.sin(2 * np.pi * pitch_hz * at_s) + 0.3 * np.sin(2 * np.pi * 2 * pitch_hz * at_s))


def beeps(seconds: int, on_ms: int, off_ms: int, pitches_hz: Sequence[float] = (440.0, 480.0)) -> Sound:
    """The tone that tells of ringing, or of a line that is taken."""
    tone = np.sum([hum(seconds, pitch_hz) for pitch_hz in pitches_hz], axis=0)
    at_ms = np.arange(seconds * RATE_HZ) * 1_000 // RATE_HZ % (on_ms + off_ms)
    return np.asarray(np.where(at_ms < on_ms, tone, 0.0))


def noise(seconds: int) -> Sound:
    """A fan: noise that falls with the pitch."""
    white = np.fft.rfft(np.random.default_rng(3).normal(0, 1, seconds * RATE_HZ))
    return np.asarray(np.fft.irfft(white / np.sqrt(np.arange(1, len(white) + 1))))
