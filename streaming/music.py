"""Music on a leg: sound that goes on, is no voice, and is made of tones that move."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streaming.frames import ANALYSIS_RATE_HZ, FRAME_SAMPLES, SAMPLES_PER_MS, Leg, samples_to_ms
from streaming.loudness import FLOOR_DBFS
from streaming.observations import MusicEnded, MusicStarted

_HOP_MS = 100
_HOP_SAMPLES = _HOP_MS * SAMPLES_PER_MS
_HOP_FRAMES = _HOP_SAMPLES // FRAME_SAMPLES
_BATCH_HOPS = 5  # worked out five at a time, at less than half the cost of one by one
_BATCH_FRAMES = _BATCH_HOPS * _HOP_FRAMES
_SPECTRUM_SAMPLES = 1_024  # 64 ms, the newest of each hop
_LOWEST_HZ, _HIGHEST_HZ = 100, 3_400  # the band of the telephone, without the hum of the mains

_LOUD_DBFS = -50.0  # nobody hears what is quieter as music
_BESIDE_VOICE_DB = 20.0  # what plays this much below the voice on its leg is a radio in the room
_VOICE_WEIGHT = 0.05  # of a new hop in the level of the voice: two seconds of speech

# Flatness (recognition.md §3.3, 4) below which a hop is a tone. Measured on three hold tracks: half of the hops below
# 0.008, and in any four seconds at least 0.62 of them below this; of an office none is.
_TONAL_FLATNESS = 0.02
_TONAL_SHARE = 0.6
_WINDOW_HOPS = 4_000 // _HOP_MS
_SECOND_HOPS = 1_000 // _HOP_MS
_LEAST_OF_SECOND = 3  # tonal hops in every second of the window: a tone, a pause and a tone are no music
_LEAST_NOTES = 3  # different loudest tones in it: a hum, a whistle, a dialling tone have one or two
_REST_MS = 2_000  # so long without a tone is no rest any more
_LEAST_POWER = 1e-12

Floats = NDArray[np.float32]
MusicHeard = MusicStarted | MusicEnded


@dataclass(frozen=True, slots=True)
class _Hop:
    end_ms: int
    note: int | None  # where in its spectrum a tonal hop is loudest


class MusicEar:
    """One leg's frames to MusicStarted and MusicEnded, in hops of 100 ms from the first frame (or the last gap).

    Only hops with sound and without speech are worked out. Music is known half a second after its first four; it ends
    with speech on the leg, or where no tone has been for two seconds. Where somebody sings there is speech.
    """

    def __init__(self, leg: Leg) -> None:
        self._leg = leg
        self._samples = np.zeros((_BATCH_FRAMES, FRAME_SAMPLES), np.float32)
        self._levels_dbfs = [FLOOR_DBFS] * _BATCH_FRAMES
        self._speaking = [False] * _BATCH_FRAMES
        self._filled = 0  # frames of the batch begun
        self._voice_dbfs: float | None = None
        self._hops: deque[_Hop] = deque(maxlen=_WINDOW_HOPS)
        self._toned_ms = 0  # end of the last tonal hop
        self._playing = False

    @property
    def due_frames(self) -> int:
        """How many more frames there are until something may become known: with the last of them, no sooner."""
        return _BATCH_FRAMES - self._filled

    def feed(
        self, samples: Floats, levels_dbfs: Sequence[float], speaking: Sequence[bool], end_sample: int
    ) -> list[tuple[int, MusicHeard]]:
        """Frames of 320 samples in [−1, 1) in a row, the last one ending at `end_sample` of the call.

        For each its level and whether the leg is speaking at its end. What was heard comes with the number of the
        frame that made it known.
        """
        frames = samples.reshape(-1, FRAME_SAMPLES)
        heard: list[tuple[int, MusicHeard]] = []
        told = 0
        while told < len(frames):
            end = min(len(frames), told + _BATCH_FRAMES - self._filled)
            until = self._filled + end - told
            self._samples[self._filled : until] = frames[told:end]
            self._levels_dbfs[self._filled : until] = levels_dbfs[told:end]
            self._speaking[self._filled : until] = speaking[told:end]
            self._filled, told = until, end
            if self._filled == _BATCH_FRAMES:
                self._filled = 0
                batch_end_ms = samples_to_ms(end_sample - (len(frames) - end) * FRAME_SAMPLES)
                heard += [(end - 1, each) for each in self._batch(batch_end_ms)]
        return heard

    def interrupt(self) -> None:
        """The audio breaks off: the half second begun is dropped. Music goes on behind a short gap."""
        self._filled = 0

    def _batch(self, end_ms: int) -> list[MusicHeard]:
        spoken = [any(self._speaking[at : at + _HOP_FRAMES]) for at in range(0, _BATCH_FRAMES, _HOP_FRAMES)]
        loudest = [max(self._levels_dbfs[at : at + _HOP_FRAMES]) for at in range(0, _BATCH_FRAMES, _HOP_FRAMES)]
        notes = self._notes(spoken, loudest)
        if self._hops and end_ms - self._hops[-1].end_ms > _REST_MS:
            self._hops.clear()  # a long gap, or speech
        heard: list[MusicHeard] = []
        for number in range(_BATCH_HOPS):
            hop_end_ms = end_ms - (_BATCH_HOPS - 1 - number) * _HOP_MS
            if spoken[number]:
                self._follow(loudest[number])
                self._hops.clear()
            else:
                self._hops.append(_Hop(hop_end_ms, notes[number]))
            if self._playing and (spoken[number] or hop_end_ms - self._toned_ms > _REST_MS):
                self._playing = False
                self._hops.clear()
                heard.append(MusicEnded(self._leg, self._toned_ms))
            if notes[number] is not None:
                self._toned_ms = hop_end_ms
        if not self._playing and self._is_music():
            self._playing = True
            first = next(hop for hop in self._hops if hop.note is not None)
            heard.append(MusicStarted(self._leg, first.end_ms - _HOP_MS, end_ms))
        return heard

    def _notes(self, spoken: Sequence[bool], loudest_dbfs: Sequence[float]) -> list[int | None]:
        """Of each hop of the batch where it is loudest, None for one that is no tone."""
        least_dbfs = _LOUD_DBFS
        if self._voice_dbfs is not None:
            least_dbfs = max(least_dbfs, self._voice_dbfs - _BESIDE_VOICE_DB)
        asked = [hop for hop in range(_BATCH_HOPS) if not spoken[hop] and loudest_dbfs[hop] >= least_dbfs]
        notes: list[int | None] = [None] * _BATCH_HOPS
        if not asked:
            return notes
        hops = self._samples.reshape(_BATCH_HOPS, _HOP_SAMPLES)
        spectrum = np.fft.rfft(hops[asked, -_SPECTRUM_SAMPLES:] * _SPECTRUM_WINDOW)[:, _BAND]
        power = np.asarray(spectrum.real**2 + spectrum.imag**2, np.float32) + np.float32(_LEAST_POWER)
        flatness = np.exp(np.log(power).mean(axis=1)) / power.mean(axis=1)
        for hop, flat, loudest in zip(asked, flatness.tolist(), power.argmax(axis=1).tolist(), strict=True):
            notes[hop] = loudest if flat < _TONAL_FLATNESS else None
        return notes

    def _follow(self, level_dbfs: float) -> None:
        if level_dbfs < _LOUD_DBFS:
            return
        known_dbfs = level_dbfs if self._voice_dbfs is None else self._voice_dbfs
        self._voice_dbfs = known_dbfs + _VOICE_WEIGHT * (level_dbfs - known_dbfs)

    def _is_music(self) -> bool:
        if len(self._hops) < _WINDOW_HOPS:
            return False
        notes = [hop.note for hop in self._hops]
        toneless = [notes[at : at + _SECOND_HOPS].count(None) for at in range(0, _WINDOW_HOPS, _SECOND_HOPS)]
        if sum(toneless) > (1 - _TONAL_SHARE) * _WINDOW_HOPS or max(toneless) > _SECOND_HOPS - _LEAST_OF_SECOND:
            return False
        return len(set(notes) - {None}) >= _LEAST_NOTES


def _bin_of(hz: int) -> int:
    return round(hz * _SPECTRUM_SAMPLES / ANALYSIS_RATE_HZ)


_BAND = slice(_bin_of(_LOWEST_HZ), _bin_of(_HIGHEST_HZ) + 1)
_SPECTRUM_WINDOW = np.hanning(_SPECTRUM_SAMPLES + 2)[1:-1].astype(np.float32)
