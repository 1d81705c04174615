"""Calls turned up or down, and calls in which somebody begins to shout: made of calm recordings, exactly known."""

from dataclasses import dataclass, replace

import numpy as np
import soxr
from numpy.typing import NDArray

from service.demo.recording import Recording, ScriptEvent
from streaming.frames import Leg, Party
from tests.calls.played import recording, truth
from web.sources import CallEventType

Sound = NDArray[np.float64]
CALM = "long_calm"
_EFFORT_SEMITONES, _EFFORT_TILT_DB = 3.0, 4.0
_TILT_FROM_HZ, _TILT_WIDTH_HZ = 1_000.0, 100.0
_LEVELLER_TO_DBFS, _LEVELLER_OVER_S = -28.0, 1.0  # what a gain control wants, and over what it listens
_BLOCK_MS = 20


@dataclass(frozen=True)
class Shouted:
    """A call, and where in it the shouting begins."""

    call: Recording
    from_ms: int


def calm_for(length_s: int) -> Recording:
    """The calm call over and over."""
    calm = recording(CALM)
    length = length_s * calm.rate_hz
    legs = tuple((leg, np.resize(samples, length)) for leg, samples in calm.legs)
    over = ScriptEvent(CallEventType.HANGUP, length_s * 1_000, None, Party.CUSTOMER)
    return replace(calm, legs=legs, script=(ScriptEvent(CallEventType.ANSWERED, 0), over))


def with_gain(played: Recording, gain_db: Sound) -> Recording:
    """Both legs louder or softer by so many dB, clipped where a line clips."""
    return replace(played, legs=tuple((leg, _pcm(samples * 10 ** (gain_db / 20))) for leg, samples in played.legs))


def levelled(played: Recording, range_db: float, db_per_s: float) -> Recording:
    """Through a gain control of its own on each leg, slow, of so much range; it holds its gain in the pauses."""
    return replace(
        played,
        legs=tuple(
            (leg, _pcm(samples * 10 ** (_leveller_db(samples, played.rate_hz, range_db, db_per_s) / 20)))
            for leg, samples in played.legs
        ),
    )


def shouting(played: Recording, leg: Leg, from_s: int, louder_db: float = 12.0) -> Shouted:
    """Every sentence of the leg from `from_s` on louder, higher and brighter; the line behind it stays as it was."""
    per_ms = played.rate_hz // 1_000
    sound = dict(played.legs)[leg].astype(np.float64)
    quiet = sound[: 300 * per_ms].copy()
    once_ms = len(dict(recording(CALM).legs)[leg]) // per_ms
    sentences = [
        (again * once_ms + turn["start_ms"], again * once_ms + turn["end_ms"])
        for again in range(played.duration_ms // once_ms + 1)
        for turn in truth(CALM)["turns"]
        if turn["leg"] == leg
    ]
    raised = [each for each in sentences if each[0] >= from_s * 1_000 and each[1] <= played.duration_ms]
    for start_ms, end_ms in raised:
        start, end = start_ms * per_ms, end_ms * per_ms
        louder = _with_effort(sound[start:end], played.rate_hz, louder_db)
        sound[start:end] = np.resize(quiet, end - start)
        sound[start : start + len(louder)] = louder
    legs = tuple((each, _pcm(sound) if each is leg else samples) for each, samples in played.legs)
    return Shouted(replace(played, legs=legs), raised[0][0])


def _with_effort(sentence: Sound, rate_hz: int, louder_db: float) -> Sound:
    """Faster by as much as it is higher, so a sentence takes less of its time."""
    higher = np.asarray(soxr.resample(sentence, rate_hz * 2 ** (_EFFORT_SEMITONES / 12), rate_hz), np.float64)
    at_hz = np.fft.rfftfreq(len(higher), 1 / rate_hz)
    tilt_db = _EFFORT_TILT_DB / (1 + np.exp(-(at_hz - _TILT_FROM_HZ) / _TILT_WIDTH_HZ))
    brighter: Sound = np.fft.irfft(np.fft.rfft(higher) * 10 ** (tilt_db / 20), len(higher))
    return brighter * 10 ** (louder_db / 20)


def _leveller_db(samples: NDArray[np.int16], rate_hz: int, range_db: float, db_per_s: float) -> Sound:
    block = rate_hz * _BLOCK_MS // 1_000
    blocks = samples[: len(samples) // block * block].astype(np.float64).reshape(-1, block)
    level_dbfs = 10 * np.log10(np.mean(blocks**2, axis=1) / 32_768**2 + 1e-10)
    speech = level_dbfs > -45
    share, step_db = _BLOCK_MS / 1_000 / _LEVELLER_OVER_S, db_per_s * _BLOCK_MS / 1_000
    heard_dbfs, gain_db, gains = _LEVELLER_TO_DBFS, 0.0, np.zeros(len(blocks) + 1)
    for each, (loud, level) in enumerate(zip(speech, level_dbfs, strict=True)):
        if loud:
            heard_dbfs += share * (level - heard_dbfs)
            wanted_db = np.clip(_LEVELLER_TO_DBFS - heard_dbfs, -range_db / 2, range_db / 2)
            gain_db += float(np.clip(wanted_db - gain_db, -step_db, step_db))
        gains[each + 1] = gain_db
    return np.interp(np.arange(len(samples)) / block, np.arange(len(gains)), gains)


def _pcm(sound: Sound) -> NDArray[np.int16]:
    return np.clip(sound, -32_768, 32_767).astype("<i2")
