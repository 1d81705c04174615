"""What the line itself is like: is there sound in it at all, how quiet is its quiet, is it clipped or off centre."""

from collections import deque
from collections.abc import Iterable
from statistics import median_low

from streaming.frames import FRAME_MS, FRAME_SAMPLES, Leg
from streaming.observations import LevelHeard, LineHeard, SoundFound, SoundLost, VoiceHeard

NO_SOUND_DBFS = -80.0  # recognition.md §4.4: exact zeros or below; a quiet office line idles near −66
_NO_SOUND_FRAMES = 15  # 300 ms: shorter holes are packets that a network or a jitter buffer lost
_FOUND_FRAMES = 3  # one click is no sound
_SECOND_FRAMES = 1_000 // FRAME_MS
_FLOOR_FRAMES = 5_000 // FRAME_MS
_LEAST_FLOOR_FRAMES = 1_000 // FRAME_MS  # less silence than this says nothing about the floor
_PAUSE_FRAMES = 500 // FRAME_MS
_PAUSE_SHARE = 3  # the onset of speech, not known yet, is a fifth of such a pause at most
_SPEECH_FRAMES = 10_000 // FRAME_MS
_LEAST_SPEECH_FRAMES = 1_000 // FRAME_MS
_LEAST_ALIKE_FRAMES = 500 // FRAME_MS
_SAME_FLOOR_DB = 6.0  # speech over a floor so near the present one was heard at the same gain and in the same noise
_FLOOR_SHARE = 10  # the 10 % quantile (recognition.md §4.2, row 19)
_HOP_MS = 10
_FULL_SCALE = 32_768


class LineSurvey:
    """One leg's frames in; a LineHeard per second of audio, SoundLost and SoundFound when sound goes and comes out."""

    def __init__(self, leg: Leg) -> None:
        self._leg = leg
        self._floor: deque[float] = deque(maxlen=_FLOOR_FRAMES)
        self._speech: deque[tuple[float, float | None]] = deque(maxlen=_SPEECH_FRAMES)  # its level, the floor then
        self._floor_dbfs: float | None = None
        self._paused_frames = 0  # of this second
        self._frames = 0
        self._start_ms = 0
        self._sum = 0
        self._voiced_hops = 0
        self._clipped = 0.0
        self._silent_frames = 0
        self._silent_since_ms = 0
        self._sound_frames = 0
        self._lost = False

    def voices(self, heard: Iterable[VoiceHeard]) -> None:
        """Voiced hops of this leg, for their clipping."""
        for voice in heard:
            self._voiced_hops += 1
            self._clipped += voice.clipped_ratio

    def feed(self, level: LevelHeard, sample_sum: int) -> list[LineHeard | SoundLost | SoundFound]:
        """One frame's level, and the sum of its samples."""
        heard: list[LineHeard | SoundLost | SoundFound] = []
        if level.level_dbfs < NO_SOUND_DBFS:
            heard += self._silent(level)
        else:
            heard += self._sounds(level)
            # Zeros are nobody's noise floor: a PBX or a mute made them.
            if level.speaking:
                self._speech.append((level.level_dbfs, self._floor_dbfs))
            else:
                self._floor.append(level.level_dbfs)
            self._paused_frames += not level.speaking
        if not self._frames:
            self._start_ms = level.start_ms
        self._frames += 1
        self._sum += sample_sum
        if self._frames == _SECOND_FRAMES:
            heard.append(self._second(level.end_ms))
        return heard

    def interrupt(self) -> None:
        """The audio breaks off: the second begun is dropped, and what is lost is no silence."""
        self._frames = self._sum = self._voiced_hops = self._paused_frames = 0
        self._clipped = 0.0
        self._silent_frames = self._sound_frames = 0

    def _silent(self, level: LevelHeard) -> list[SoundLost]:
        if not self._silent_frames:
            self._silent_since_ms = level.start_ms
        self._silent_frames += 1
        self._sound_frames = 0
        if self._lost or self._silent_frames < _NO_SOUND_FRAMES:
            return []
        self._lost = True
        return [SoundLost(self._leg, self._silent_since_ms, level.end_ms)]

    def _sounds(self, level: LevelHeard) -> list[SoundFound]:
        self._sound_frames += 1
        if self._lost and self._sound_frames < _FOUND_FRAMES:
            return []
        self._silent_frames = 0
        if not self._lost:
            return []
        self._lost = False
        return [SoundFound(self._leg, level.start_ms)]

    def _second(self, end_ms: int) -> LineHeard:
        self._floor_dbfs = _quantile(self._floor) if len(self._floor) >= _LEAST_FLOOR_FRAMES else None
        line = LineHeard(
            leg=self._leg,
            start_ms=self._start_ms,
            end_ms=end_ms,
            floor_dbfs=self._floor_dbfs,
            pause_dbfs=self._pause_dbfs(),
            speech_dbfs=self._speech_dbfs(),
            offset_ratio=round(abs(self._sum) / (self._frames * FRAME_SAMPLES) / _FULL_SCALE, 5),
            clipped_ratio=self._clipped / self._voiced_hops if self._voiced_hops else 0.0,
            voiced_ms=self._voiced_hops * _HOP_MS,
        )
        self._frames = self._sum = self._voiced_hops = self._paused_frames = 0
        self._clipped = 0.0
        return line

    def _speech_dbfs(self) -> float | None:
        """Of the speech over the present floor, once there is some: a gain that moves lifts speech and floor alike."""
        if len(self._speech) < _LEAST_SPEECH_FRAMES:
            return None
        now_dbfs = self._floor_dbfs
        alike = [
            level_dbfs
            for level_dbfs, floor_dbfs in self._speech
            if now_dbfs is not None and floor_dbfs is not None and abs(floor_dbfs - now_dbfs) <= _SAME_FLOOR_DB
        ]
        return median_low(alike if len(alike) >= _LEAST_ALIKE_FRAMES else [level for level, _ in self._speech])

    def _pause_dbfs(self) -> float | None:
        if not self._paused_frames or len(self._floor) < _PAUSE_FRAMES:
            return None
        newest = sorted(list(self._floor)[-_PAUSE_FRAMES:])
        return newest[_PAUSE_FRAMES // _PAUSE_SHARE]


def _quantile(levels_dbfs: deque[float]) -> float:
    return sorted(levels_dbfs)[len(levels_dbfs) // _FLOOR_SHARE]
