"""When speech began and when it ended, from one probability per 32 ms window."""

from collections import deque
from enum import Enum, auto

from config.hearing import HearingSettings
from streaming.frames import Leg
from streaming.observations import SpeechEnded, SpeechStarted

WINDOW_MS = 32
_RECENT_WINDOWS = 4  # recognition.md §4.1: on after 3 of 4
# Silero falls two windows after the voice. From the last 10 ms within 30 dB of the loudest to the first window below
# 0.35, at 16 kHz and 8 kHz µ-law, median: German, Polish and Korean +66 to +82 ms, English +44 and +60 (25 sentences
# each), the demo recordings +80 and +86.
_TAIL_MS = 2 * WINDOW_MS


class _Phase(Enum):
    SILENT = auto()
    SPEAKING = auto()
    FADING = auto()  # below the leaving probability, but not yet for speech_off_ms


class SpeechState:
    """Fed window by window; says SpeechStarted and SpeechEnded, each dated back to where it really was.

    Speech begins when `speech_on_windows` of the last 4 windows reach `speech_on_probability`, at the first one's
    start. It ends when the probability has stayed below `speech_off_probability` for `speech_off_ms`, 64 ms before
    the first window below, because that is how long the model goes on after a voice.
    """

    def __init__(self, leg: Leg, settings: HearingSettings) -> None:
        self._leg, self._settings = leg, settings
        self._phase = _Phase.SILENT
        self._recent: deque[tuple[int, bool]] = deque(maxlen=_RECENT_WINDOWS)  # start of the window, was it speech
        self._start_ms = 0
        self._fell_ms = 0

    @property
    def speaking(self) -> bool:
        """Whether speech has started and its end is not known yet."""
        return self._phase is not _Phase.SILENT

    @property
    def start_ms(self) -> int | None:
        """Where the speech that is going on began."""
        return self._start_ms if self.speaking else None

    def feed(self, window_end_ms: int, probability: float) -> list[SpeechStarted | SpeechEnded]:
        """The next window, 32 ms up to `window_end_ms` of call time."""
        window_start_ms = window_end_ms - WINDOW_MS
        self._recent.append((window_start_ms, probability >= self._settings.speech_on_probability))
        if self._phase is _Phase.SILENT:
            return self._begin(window_end_ms)
        if probability >= self._settings.speech_off_probability:
            self._phase = _Phase.SPEAKING
            return []
        if self._phase is _Phase.SPEAKING:
            self._phase, self._fell_ms = _Phase.FADING, window_start_ms
        if window_end_ms - self._fell_ms < self._settings.speech_off_ms:
            return []
        return self._end(self._voice_end_ms, window_end_ms)

    def interrupt(self, at_ms: int) -> list[SpeechStarted | SpeechEnded]:
        """Nothing more is heard after `at_ms`: running speech ends there, or earlier where it had already faded."""
        self._recent.clear()
        match self._phase:
            case _Phase.SILENT:
                return []
            case _Phase.SPEAKING:
                return self._end(at_ms, at_ms)
            case _Phase.FADING:
                return self._end(self._voice_end_ms, at_ms)

    @property
    def _voice_end_ms(self) -> int:
        return max(self._fell_ms - _TAIL_MS, self._start_ms + WINDOW_MS)

    def _begin(self, known_ms: int) -> list[SpeechStarted | SpeechEnded]:
        loud = [start_ms for start_ms, is_speech in self._recent if is_speech]
        if len(loud) < self._settings.speech_on_windows:
            return []
        self._phase, self._start_ms = _Phase.SPEAKING, loud[0]
        return [SpeechStarted(self._leg, self._start_ms, known_ms)]

    def _end(self, end_ms: int, known_ms: int) -> list[SpeechStarted | SpeechEnded]:
        self._phase = _Phase.SILENT
        self._recent.clear()
        return [SpeechEnded(self._leg, self._start_ms, end_ms, known_ms)]
