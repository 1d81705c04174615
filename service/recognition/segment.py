"""One stretch of speech on its way through a worker: what was fed, what is decoded, and the audio to run it again."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from service.recognition.worker_link import WorkerLink
from service.recognition.worker_messages import (
    AbandonSegment,
    CloseSegment,
    CutSegment,
    FinalSaid,
    OpenSegment,
    PhraseSaid,
    SegmentSound,
    StopWords,
)
from streaming.band_filling import BandFiller
from streaming.frames import SAMPLES_PER_MS, Leg, samples_to_ms
from streaming.observations import Word

_CAUGHT_UP_MS = 200  # one step of a worker
_MOST_KEPT_SAMPLES = 120_000 * SAMPLES_PER_MS  # config's longest segment; beyond it a second run begins later


class LossReason(StrEnum):
    """Why a segment's words will not come."""

    BEHIND = "behind"  # its audio waited too long for a decoder
    CRASHING = "crashing"  # every worker that took it died
    REFUSED = "refused"  # Vosk did not take its audio
    STOPPED = "stopped"  # recognition was shut down


@dataclass(frozen=True, slots=True)
class PartialHeard:
    """The running utterance: audio from `start_ms` to `end_ms` (call time) sounds like `text` so far."""

    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class FinalHeard:
    """One utterance for good, in call time. `last`: the segment is done, nothing follows."""

    start_ms: int
    end_ms: int
    text: str
    words: tuple[Word, ...]
    last: bool


@dataclass(frozen=True, slots=True)
class PhraseHeard:
    """A phrase of the rules was spotted, in call time; with a `distance` above 0 only something that sounds like it."""

    start_ms: int
    end_ms: int
    phrase: str
    confidence: float
    distance: float = 0.0


@dataclass(frozen=True, slots=True)
class SegmentLost:
    """The segment is over; of its audio from `from_ms` to `at_ms` no words will come."""

    from_ms: int
    at_ms: int
    reason: LossReason


SegmentEvent = PartialHeard | FinalHeard | PhraseHeard | SegmentLost


class Segment:
    """Fed by a leg, run on one worker at a time, and again on another when that one dies.

    `ended` is called once, when it is done, lost or abandoned. Times are call time; its audio has no gaps. With a
    `filler` the worker gets the audio with its upper band filled.
    """

    def __init__(
        self,
        number: int,
        leg: int,
        start_ms: int,
        hear: Callable[[SegmentEvent], None],
        ended: Callable[["Segment"], None],
        patient: bool = False,
        spot: Leg | None = None,
        words: bool = True,
        filler: BandFiller | None = None,
    ) -> None:
        self.number, self.patient, self.words = number, patient, words
        self.link: WorkerLink | None = None
        self.runs = 0
        self.over = False
        self.decoded_after_s = 0.0  # how long the newest decoded audio had been waiting when it was decoded
        self._spot, self._filler = spot, filler
        self._leg, self._start_ms, self._hear, self._ended = leg, start_ms, hear, ended
        self._kept: deque[bytes] = deque()  # audio since the last final
        self._kept_from = 0  # samples of the segment before it
        self._run_from = 0  # samples of the segment before this run's first
        self._fed = self._decoded = 0  # samples of the segment
        self._arrivals: deque[tuple[int, float]] = deque()  # fed up to here, at this monotonic second
        self._closed_s: float | None = None
        self._cut = False
        self._behind_from_start = 0  # samples that were waiting already when the current run began

    @property
    def catch_up_s(self) -> float:
        """Seconds of speech it had to begin with in this run, until it has caught up: nobody is late for those."""
        return samples_to_ms(self._behind_from_start) / 1000

    @property
    def queued_ms(self) -> int:
        """Audio fed and not decoded yet."""
        return samples_to_ms(self._fed - self._decoded)

    @property
    def has_work(self) -> bool:
        """Whether an answer of the worker is due."""
        return self._fed > self._decoded or self._closed_s is not None

    def waiting_s(self, now_s: float) -> float:
        """How long the oldest audio not decoded (or the close) has been waiting."""
        if self._arrivals:
            return now_s - self._arrivals[0][1]
        return now_s - self._closed_s if self._closed_s is not None else 0.0

    def feed(self, pcm_s16le: bytes) -> None:
        """The next audio, 16 kHz PCM16, whole samples. Nothing happens on a segment that is over."""
        if self.over or self._closed_s is not None:
            return
        self._add(pcm_s16le if self._filler is None else self._filler.feed(pcm_s16le))

    def _add(self, pcm_s16le: bytes) -> None:
        if not pcm_s16le:
            return
        self._fed += len(pcm_s16le) // 2
        self._arrivals.append((self._fed, time.monotonic()))
        self._kept.append(pcm_s16le)
        while self._fed - self._kept_from > _MOST_KEPT_SAMPLES:
            self._kept_from += len(self._kept.popleft()) // 2
        if self.link is not None:
            self.link.say(SegmentSound(self.number, pcm_s16le))

    def close(self) -> None:
        """The speech is over: a last FinalHeard (or SegmentLost) follows."""
        if self.over or self._closed_s is not None:
            return
        if self._filler is not None:
            self._add(self._filler.finish())
        self._closed_s = time.monotonic()
        if self.link is not None:
            self.link.say(CloseSegment(self.number))

    def stop_words(self) -> None:
        """Only phrases from here on: a FinalHeard of the words so far follows."""
        if self.over or not self.words:
            return
        self.words = False
        if self.link is not None:
            self.link.say(StopWords(self.number))

    def cut(self) -> None:
        """No time for the rest: the last FinalHeard follows, of the words decoded so far."""
        if self.over or self._cut:
            return
        self._cut = True
        self._closed_s = self._closed_s or time.monotonic()
        self._arrivals.clear()
        self._decoded = self._fed
        if self.link is not None:
            self.link.say(CutSegment(self.number))
        else:
            self._end_unheard()

    def abandon(self) -> None:
        """Nobody wants its words any more; nothing follows."""
        if self.over:
            return
        if self.link is not None:
            self.link.say(AbandonSegment(self.number))
        self._end()

    def lose(self, reason: LossReason) -> None:
        """Give it up and say so."""
        if not self.over:
            decoded = self._decoded
            self.abandon()
            self._hear(SegmentLost(self._ms(self._kept_from if self.words else decoded), self._ms(self._fed), reason))

    def run_on(self, link: WorkerLink) -> None:
        """Begin on this worker, or begin again behind the last final when another has died."""
        if self._cut:
            self._end_unheard()
            return
        self.link = link
        self.runs += 1
        self._run_from = self._decoded = self._kept_from
        self._behind_from_start = self._fed - self._decoded
        link.say(OpenSegment(self.number, self._leg, self._spot, self.words))
        if self._kept:
            link.say(SegmentSound(self.number, b"".join(self._kept)))
        if self._closed_s is not None:
            link.say(CloseSegment(self.number))
        self.restart_clock()

    def restart_clock(self) -> None:
        """What waits begins to wait now: its worker could not have begun earlier."""
        now_s = time.monotonic()
        self._arrivals = deque([(self._fed, now_s)] if self._fed > self._decoded else [])
        if self._closed_s is not None:
            self._closed_s = now_s

    def take_decoded(self, samples: int) -> int:
        """The worker has decoded so many samples of this run. Returns the samples that are new."""
        if self._cut:
            return 0
        before, self._decoded = self._decoded, self._run_from + samples
        arrived_s: float | None = None
        while self._arrivals and self._arrivals[0][0] <= self._decoded:
            _, arrived_s = self._arrivals.popleft()
        if arrived_s is not None:
            self.decoded_after_s = time.monotonic() - arrived_s
        if self.queued_ms <= _CAUGHT_UP_MS:
            self._behind_from_start = 0
        return self._decoded - before

    def take_partial(self, samples: int, text: str) -> None:
        """The worker's running guess."""
        self._hear(PartialHeard(self._ms(self._kept_from), self._ms(self._run_from + samples), text))

    def take_final(self, said: FinalSaid) -> None:
        """An utterance is done; its audio is not needed again."""
        run_from_ms = self._ms(self._run_from)
        words = tuple(
            Word(word.text, run_from_ms + word.start_ms, run_from_ms + word.end_ms, word.confidence)
            for word in said.words
        )
        start_ms, end_ms = self._ms(self._kept_from), self._ms(self._run_from + said.samples)
        if words:
            start_ms, end_ms = words[0].start_ms, words[-1].end_ms
        self._forget(self._run_from + said.samples)
        if said.last:
            self._end()
        self._hear(FinalHeard(start_ms, end_ms, said.text, words, said.last))

    def take_spotted(self, said: PhraseSaid) -> None:
        """The second ear has heard a phrase; run again after a crash it may hear it once more."""
        run_from_ms = self._ms(self._run_from)
        start_ms, end_ms = run_from_ms + said.start_ms, run_from_ms + said.end_ms
        self._hear(PhraseHeard(start_ms, end_ms, said.phrase, said.confidence, said.distance))

    def _end_unheard(self) -> None:
        at_ms = self._ms(self._kept_from)
        self._end()
        self._hear(FinalHeard(at_ms, at_ms, "", (), last=True))

    def _forget(self, until: int) -> None:
        while self._kept and self._kept_from < until:
            block = self._kept.popleft()
            beyond = self._kept_from + len(block) // 2 - until
            if beyond > 0:
                self._kept.appendleft(block[-2 * beyond :])
                self._kept_from = until
                return
            self._kept_from += len(block) // 2

    def _end(self) -> None:
        self.over = True
        self.link = None
        self._kept.clear()
        self._arrivals.clear()
        self._decoded = self._fed
        self._ended(self)

    def _ms(self, samples: int) -> int:
        return self._start_ms + samples_to_ms(samples)
