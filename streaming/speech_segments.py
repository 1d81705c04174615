"""Which audio of a leg goes to the recogniser: speech and a little around it, in segments that never overlap."""

from dataclasses import dataclass
from enum import Enum, auto

from config.hearing import SegmentSettings
from streaming.frames import SAMPLES_PER_MS, AudioFrame, Leg, samples_to_ms
from streaming.observations import GapHeard, LegEnded, LevelHeard, Observation, SpeechEnded, SpeechStarted

# Speech is known at most 4 windows of 32 ms and a frame after it began; half a second is plenty.
_KNOWN_LATE_MS = 500


@dataclass(frozen=True, slots=True)
class SegmentOpened:
    """A segment begins at `start_ms` of the call; its audio follows without a break."""

    leg: Leg
    start_ms: int


@dataclass(frozen=True, slots=True)
class SegmentAudio:
    """The next audio of the segment, int16 little-endian at 16 kHz: `block_ms` long, the last of a segment shorter."""

    leg: Leg
    pcm_s16le: bytes


@dataclass(frozen=True, slots=True)
class SegmentClosed:
    """The segment ended at `end_ms`. `cut`: it had become too long, and the next begins at the same sample."""

    leg: Leg
    end_ms: int
    cut: bool


SegmentEvent = SegmentOpened | SegmentAudio | SegmentClosed


class _State(Enum):
    QUIET = auto()
    SPEECH = auto()
    HANGOVER = auto()  # speech is over; the segment stays open for what may follow


class SpeechSegments:
    """Fed with everything a LegEar gives out, in order; other observations are ignored.

    A segment opens `pre_roll_ms` before speech, but not before the end of the segment before, and closes `hangover_ms`
    after the real end of speech. Speech that becomes known before that continues it. Speech begun in the last 100 ms of
    a hangover is known too late: it opens a new segment exactly where the old one ended, so no sample is lost or sent
    twice. A gap and the end of the leg close it at once, as `interrupt` does.
    """

    def __init__(self, leg: Leg, settings: SegmentSettings) -> None:
        self._leg = leg
        self._pre_roll_samples = settings.pre_roll_ms * SAMPLES_PER_MS
        self._hangover_samples = settings.hangover_ms * SAMPLES_PER_MS
        self._block_bytes = settings.block_ms * SAMPLES_PER_MS * 2
        self._longest_samples = settings.longest_ms * SAMPLES_PER_MS
        self._kept_bytes = self._pre_roll_samples * 2 + _KNOWN_LATE_MS * SAMPLES_PER_MS * 2
        self._state = _State.QUIET
        self._pending = bytearray()  # open: not handed over yet; closed: what a pre-roll may need
        self._end_sample = 0  # of the call, where `_pending` ends
        self._start_sample = 0  # of the open segment
        self._close_sample = 0  # where the hangover ends

    @property
    def is_open(self) -> bool:
        """Whether a segment is being handed over."""
        return self._state is not _State.QUIET

    def feed(self, heard: AudioFrame | Observation) -> list[SegmentEvent]:
        """One frame or observation of this leg."""
        match heard:
            case AudioFrame():
                return self._add(heard)
            case SpeechStarted(start_ms=start_ms):
                return self._speech(start_ms * SAMPLES_PER_MS - self._pre_roll_samples)
            case LevelHeard(speaking=True, start_ms=start_ms) if not self.is_open:
                return self._speech(start_ms * SAMPLES_PER_MS)  # speech that goes on behind an interruption
            case SpeechEnded(end_ms=end_ms) if self._state is _State.SPEECH:
                self._state = _State.HANGOVER
                self._close_sample = end_ms * SAMPLES_PER_MS + self._hangover_samples
                return self._hand_over()
            case GapHeard() | LegEnded():
                return self.interrupt()
        return []

    def interrupt(self) -> list[SegmentEvent]:
        """Hold, pause, a gap, the end: close at once, and take nothing from before into the next segment."""
        events = self._close(self._end_sample) if self.is_open else []
        self._pending.clear()
        return events

    def _add(self, frame: AudioFrame) -> list[SegmentEvent]:
        events = self.interrupt() if frame.start_sample != self._end_sample else []
        self._pending += frame.pcm_s16le
        self._end_sample = frame.start_sample + len(frame.pcm_s16le) // 2
        return events + self._hand_over()

    def _speech(self, from_sample: int) -> list[SegmentEvent]:
        if self.is_open:
            self._state = _State.SPEECH
            return []
        self._open(max(from_sample, self._pending_start_sample))
        return [SegmentOpened(self._leg, samples_to_ms(self._start_sample)), *self._hand_over()]

    def _open(self, start_sample: int) -> None:
        self._state, self._start_sample = _State.SPEECH, start_sample
        del self._pending[: (start_sample - self._pending_start_sample) * 2]

    def _hand_over(self) -> list[SegmentEvent]:
        """Whole blocks up to where the segment must close, and the closing itself."""
        if not self.is_open:
            del self._pending[: -self._kept_bytes]
            return []
        longest_sample = self._start_sample + self._longest_samples
        if self._state is _State.HANGOVER and self._end_sample > self._close_sample <= longest_sample:
            return self._close(max(self._close_sample, self._pending_start_sample))
        if self._end_sample < longest_sample:
            return self._blocks(self._end_sample, whole_only=True)
        goes_on = self._state is _State.SPEECH
        events = self._close(longest_sample, cut=goes_on)
        if goes_on:
            self._open(longest_sample)
            events += [SegmentOpened(self._leg, samples_to_ms(longest_sample)), *self._hand_over()]
        return events

    def _close(self, end_sample: int, cut: bool = False) -> list[SegmentEvent]:
        events = self._blocks(end_sample, whole_only=False)
        self._state = _State.QUIET
        return [*events, SegmentClosed(self._leg, samples_to_ms(end_sample), cut)]

    def _blocks(self, up_to_sample: int, whole_only: bool) -> list[SegmentEvent]:
        ready_bytes = (up_to_sample - self._pending_start_sample) * 2
        if whole_only:
            ready_bytes -= ready_bytes % self._block_bytes
        ready = bytes(self._pending[:ready_bytes])
        del self._pending[:ready_bytes]
        return [
            SegmentAudio(self._leg, ready[at : at + self._block_bytes])
            for at in range(0, len(ready), self._block_bytes)
        ]

    @property
    def _pending_start_sample(self) -> int:
        return self._end_sample - len(self._pending) // 2
