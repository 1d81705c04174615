"""How a voice differs from its own beginning: louder, higher, sharper; a score of 0 to 1 (recognition.md §3.4)."""

from collections import deque
from dataclasses import dataclass
from itertools import chain
from math import exp, log2

import numpy as np
from numpy.typing import NDArray

from alerts.medians import medians
from config.detection import HostileToneSettings
from streaming.observations import VoiceHeard

HOP_MS = 10  # one VoiceHeard
_LEARNT_HOPS = 2_500  # recognition.md §3.4: after 25 s of voice the beginning is known and moves slowly
_SLOW_HOPS = 12_000  # then by a moving average over 120 s of voice …
_SLOWEST_PER_HOP = np.array((0.0005, 0.00025, 0.0005))  # … of at most 0.5 dB, 0.25 semitones, 0.5 dB in 10 s
_TEACHES_BELOW = 0.3  # a rage must not become normal
# Level (dB), pitch (semitones), tilt (dB): what is natural in calm speech is at least this much.
_SCALE_FLOORS = np.array((2.0, 1.5, 2.0))
_MAD = 1.4826
_LEAST_WINDOWS = 6  # fewer tell nothing about the spread
_MOST_WINDOWS = 100
_WEIGHTS = np.array((0.9, 0.8, 0.7))  # recognition.md §3.4, by hand
_CALM = 4.0
# One feature alone, however far off (an octave error, a click), does not make hostility; nor does one that shows no
# effort speak against the others (docs/decisions/005-tone.md).
_Z_LEAST, _Z_LIMIT = 0.0, 4.0
_EFFORT_FROM, _EFFORT_FULL = 0.5, 1.5  # of pitch or tilt: between these a louder voice becomes a raised one
_GAIN_DB = 6.0  # recognition.md §3.4: so much louder for 5 s without effort is gain
_GAIN_MS = 5_000
_REFERENCE_HZ = 100.0

_Floats = NDArray[np.float64]
_LEVEL, _PITCH, _TILT = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Tone:
    """The voice in the window up to `end_ms`, against its beginning. `logit` is what the score is made of."""

    start_ms: int
    end_ms: int
    score: float
    logit: float
    rise_db: float
    rise_semitones: float
    rise_tilt_db: float


def score_of(logit: float) -> float:
    """0..1; 0.5 where the logit is 0."""
    return 1.0 / (1.0 + exp(-logit))


class OwnVoice:
    """One speaker's voiced hops in, a Tone every `step_ms` out, once the beginning is known.

    A louder voice counts only as far as pitch or tilt show effort: level alone is gain, and after 5 s of it the
    beginning follows. A softer one never counts: gain control turns loud voices down.
    """

    def __init__(self, settings: HostileToneSettings) -> None:
        self._settings = settings
        self._window: deque[tuple[int, float, float, float]] = deque()
        self._lesson: list[tuple[float, float, float]] = []
        self._learnt: list[tuple[float, float, float]] = []
        self._windows: deque[_Floats] = deque(maxlen=_MOST_WINDOWS)
        self._beginning: _Floats | None = None
        self._scale: _Floats = _SCALE_FLOORS
        self._due_ms = 0
        self._loud_since_ms: int | None = None

    def hear(self, heard: VoiceHeard, pushed: float = 0.0, gain_db: float = 0.0) -> Tone | None:
        """10 ms of voice. `pushed` is added to the logit: overlap and words. The line is known to be `gain_db` up."""
        semitones = 12.0 * log2(max(heard.pitch_hz, 1.0) / _REFERENCE_HZ)
        level_dbfs = heard.level_dbfs - gain_db
        self._window.append((heard.start_ms, level_dbfs, semitones, heard.tilt_db))
        if not gain_db or self._beginning is None:  # a gain is only guessed: what it was taken off teaches nothing
            self._lesson.append((level_dbfs, semitones, heard.tilt_db))
        if heard.end_ms < self._due_ms:
            return None
        return self._measure(heard.end_ms, pushed)

    def forget_moment(self) -> None:
        """The call was interrupted: what comes is not joined to what was."""
        self._window.clear()
        self._lesson.clear()
        self._loud_since_ms = None

    def _measure(self, end_ms: int, pushed: float) -> Tone | None:
        settings, window = self._settings, self._window
        while window[0][0] < end_ms - settings.window_ms:
            window.popleft()
        if len(window) * HOP_MS < settings.voiced_ms:
            return None
        self._due_ms = end_ms + settings.step_ms
        now = medians(chain.from_iterable(window), 4)[1:]
        if self._beginning is None:
            self._learn(now)
            return None
        rise = now - self._beginning
        z = np.clip(rise / self._scale, _Z_LEAST, _Z_LIMIT)
        effort = (max(z[_PITCH], z[_TILT]) - _EFFORT_FROM) / (_EFFORT_FULL - _EFFORT_FROM)
        z[_LEVEL] = max(0.0, z[_LEVEL]) * min(1.0, max(0.0, effort))
        logit = float(_WEIGHTS.dot(z)) - _CALM + pushed
        tone = Tone(window[0][0], end_ms, score_of(logit), logit, *(float(each) for each in rise))
        self._follow_gain(tone, effort)
        if tone.score < _TEACHES_BELOW:
            self._learn(now)
        else:
            self._lesson.clear()
        return tone

    def _learn(self, now: _Floats) -> None:
        lesson, self._lesson = self._lesson, []
        if self._beginning is None or len(self._learnt) < _LEARNT_HOPS:
            self._learnt += lesson
            self._windows.append(now)
            if len(self._learnt) * HOP_MS >= self._settings.baseline_voiced_ms:
                self._beginning = medians(chain.from_iterable(self._learnt), 3)
                self._scale = self._spread(self._beginning)
            return
        step = (now - self._beginning) * (len(lesson) / _SLOW_HOPS)
        slowest = _SLOWEST_PER_HOP * len(lesson)
        self._beginning = self._beginning + np.clip(step, -slowest, slowest)

    def _spread(self, beginning: _Floats) -> _Floats:
        if len(self._windows) < _LEAST_WINDOWS:
            return _SCALE_FLOORS
        away = np.median(np.abs(np.array(self._windows) - beginning), axis=0)
        return np.asarray(np.maximum(_SCALE_FLOORS, _MAD * away), np.float64)

    def _follow_gain(self, tone: Tone, effort: float) -> None:
        if tone.rise_db < _GAIN_DB or effort > 0.0 or self._beginning is None:
            self._loud_since_ms = None
            return
        if self._loud_since_ms is None:
            self._loud_since_ms = tone.end_ms
        if tone.end_ms - self._loud_since_ms < _GAIN_MS:
            return
        self._loud_since_ms = None
        step = np.array((tone.rise_db, 0.0, 0.0))
        self._beginning = self._beginning + step
        self._learnt = [(level + tone.rise_db, pitch, tilt) for level, pitch, tilt in self._learnt]
        self._windows = deque((each + step for each in self._windows), maxlen=_MOST_WINDOWS)
