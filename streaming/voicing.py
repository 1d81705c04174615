"""Speech or not: the voice detector's probability per 32 ms window of one leg, with a guard that spares it silence."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from config.hearing import HearingSettings
from streaming.frames import FRAME_SAMPLES, Leg, samples_to_ms
from streaming.observations import SpeechEnded, SpeechStarted
from streaming.silero import WINDOW_SAMPLES, SileroVoice
from streaming.speech_state import SpeechState

# After so many quiet frames (400 ms) the model is left out; what it remembers is worth nothing by then.
_QUIET_FRAMES = 20
_NO_SAMPLES = np.zeros(0, np.float32)
_SILENT_WINDOW = np.zeros(WINDOW_SAMPLES, np.float32)

SpeechHeard = SpeechStarted | SpeechEnded


class VoiceModel(Protocol):
    """What tells the probability of speech, window after window of one stream."""

    def probabilities(self, windows: NDArray[np.float32]) -> list[float]:
        """0..1 for each of the next windows, rows of 512 samples in [−1, 1)."""
        ...

    def reset(self) -> None:
        """Forget the stream."""
        ...


class Voicing:
    """One leg's frames to SpeechStarted and SpeechEnded.

    Windows are cut by sample index from the leg's first sample (or from the last gap), so nothing depends on how the
    audio arrived. While every frame has been quieter than `quiet_dbfs` for 400 ms the probability counts as 0 without
    asking the model; at the first louder frame the model starts afresh with the window before as its past.
    """

    def __init__(self, leg: Leg, settings: HearingSettings, new_model: Callable[[], VoiceModel] = SileroVoice) -> None:
        self._quiet_dbfs = settings.quiet_dbfs
        self._state = SpeechState(leg, settings)
        self._model = new_model()
        self._rest = _NO_SAMPLES  # of the window begun
        self._before = _SILENT_WINDOW
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
        self, samples: NDArray[np.float32], levels_dbfs: Sequence[float], end_sample: int
    ) -> list[tuple[int, SpeechHeard]]:
        """Frames of 320 samples in [−1, 1) in a row, the level of each, and where in the call the last one ends.

        What was heard comes with the number of the frame that made it known.
        """
        pending = np.concatenate((self._rest, samples)) if len(self._rest) else samples
        count = len(pending) // WINDOW_SAMPLES
        windows = pending[: count * WINDOW_SAMPLES].reshape(count, WINDOW_SAMPLES)
        known_at = [((number + 1) * WINDOW_SAMPLES - len(self._rest) - 1) // FRAME_SAMPLES for number in range(count)]
        chances = self._probabilities(windows, known_at, levels_dbfs)
        self._rest = pending[count * WINDOW_SAMPLES :].copy()
        first_end_sample = end_sample - len(self._rest) - (count - 1) * WINDOW_SAMPLES
        return [
            (known_at[number], heard)
            for number in range(count)
            for heard in self._state.feed(samples_to_ms(first_end_sample + number * WINDOW_SAMPLES), chances[number])
        ]

    def forget(self) -> None:
        """What the model remembers is not this speaker: it starts afresh with the next window."""
        self._asleep = True

    def interrupt(self, at_ms: int) -> list[SpeechHeard]:
        """The audio breaks off at `at_ms`: running speech ends, and what follows is a new stream."""
        self._rest, self._before = _NO_SAMPLES, _SILENT_WINDOW
        self._quiet_frames, self._asleep = _QUIET_FRAMES, True
        return self._state.interrupt(at_ms)

    def _probabilities(
        self, windows: NDArray[np.float32], known_at: list[int], levels_dbfs: Sequence[float]
    ) -> list[float]:
        """Of each window; those in long quiet are not asked about, the others in runs as long as they come."""
        chances = [0.0] * len(windows)
        asked: list[int] = []
        awake = self._awake(known_at, levels_dbfs)
        for number, is_awake in enumerate(awake):
            if not is_awake:
                self._asleep = True
                continue
            if self._asleep:
                self._ask(windows, asked, chances)
                asked = []
                self._asleep = False
                self._model.reset()
                self._model.probabilities((windows[number - 1] if number else self._before)[np.newaxis])
            asked.append(number)
        self._ask(windows, asked, chances)
        if len(windows):
            self._before = windows[-1].copy()
        return chances

    def _ask(self, windows: NDArray[np.float32], asked: list[int], chances: list[float]) -> None:
        if asked:
            first, end = asked[0], asked[-1] + 1  # without a break: behind a quiet window a new run begins
            chances[first:end] = self._model.probabilities(windows[first:end])

    def _awake(self, known_at: list[int], levels_dbfs: Sequence[float]) -> list[bool]:
        """Of each window, whether it was loud lately, as far as the frames up to its end tell."""
        quiet_after: list[int] = []
        for level_dbfs in levels_dbfs:
            self._quiet_frames = self._quiet_frames + 1 if level_dbfs < self._quiet_dbfs else 0
            quiet_after.append(self._quiet_frames)
        return [quiet_after[frame] < _QUIET_FRAMES for frame in known_at]
