"""The recognition of one language: all calls' speech segments shared out among workers, bounded, and counted."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import assert_never

import structlog

from alerts.spotting_list import SpottingList
from config.recognition import RecognitionSettings
from service.recognition.band import fills_band
from service.recognition.busyness import Busyness
from service.recognition.composed_graph import ComposedGraphs
from service.recognition.counts import RecognitionCounts
from service.recognition.crew import CrewEars, WorkerCrew
from service.recognition.decoding_lag import DecodingLag
from service.recognition.leg_memory import LegMemory
from service.recognition.nurseries import GraphState, Nurseries
from service.recognition.nursery_process import WorkerSource, recognizers_of, workers_of
from service.recognition.open_segments import OpenSegments
from service.recognition.segment import LossReason, Segment, SegmentEvent
from service.recognition.worker_link import WorkerLink
from service.recognition.worker_messages import (
    AbandonSegment,
    CloseSegment,
    CutSegment,
    Decoded,
    FinalSaid,
    ListenFor,
    Message,
    OpenSegment,
    PartialSaid,
    PhraseSaid,
    SegmentFailed,
    SegmentSound,
    StopWords,
    WorkerHello,
    WorkerLoad,
)
from streaming.band_filling import BandFiller
from streaming.frames import Leg, samples_to_ms

_log = structlog.get_logger(__name__)

_SEGMENTS_PER_RECOGNIZER = 2  # one decoding, one waiting: within the behind limit more would not get their turn
_REFUSED_FROM = 0.8  # of that limit: a moment in which many speak at once passes below it
_MOST_RUNS = 4  # a segment that took four workers down with it is not given another chance to do harm
_ROOM_MS_PER_WORKER = 2_000  # enough that no worker runs dry between two looks
_LOADING_ATTEMPTS = 3
_LASTING_S = 60.0  # a nursery that lived this long did not die of its start
_LONGEST_PAUSE_S = 10.0
_RECOVERY_S = 5.0  # beyond the time that finds a hung worker: fork or model load, and the second run
_COLD_S = 3.0  # so long after a worker's death the others carry its segments, and its successor is cold


class RecognitionStartError(Exception):
    """Recognition cannot start; the text is one sentence that names the model and what is wrong."""


class RecognitionGroup:
    """Shares speech segments out among forked workers; runs them again when one dies; drops what comes too late.

    `run()` is started by main and cancelled at the stop. Everything else is called on the same event loop and never
    waits, but for `wait_ready` and `room`.
    """

    def __init__(
        self,
        language: str,
        model_dir: Path,
        settings: RecognitionSettings,
        source: Callable[[], WorkerSource] | None = None,
        phrases: SpottingList | None = None,
        graphs: ComposedGraphs | None = None,
    ) -> None:
        self.language, self.model_dir = language, model_dir
        self.counts = RecognitionCounts()
        self.lag = DecodingLag()
        self._settings = settings
        self._fills_band = fills_band(model_dir, settings)
        self._nurseries = Nurseries(model_dir, settings, phrases, graphs, source)
        size = workers_of(settings)
        self._segments = OpenSegments(silent_s=settings.behind_limit_ms / 2000)
        ears = CrewEars(self._take, self._worker_lost, self._place_orphans, self._tick, self._segments.busy)
        self._busyness = Busyness(size)
        self._lost_worker_s = -_COLD_S
        self._crew = WorkerCrew(language, size, settings.hung_worker_s, ears)
        self._most_spotted = size * settings.spotters_per_worker * _SEGMENTS_PER_RECOGNIZER
        self._next_number = 1
        self._legs = LegMemory()
        self._ready = asyncio.Event()  # set once, at the first readiness or the end
        self._refusal: str | None = None
        self._running = False
        self._waiting_for_room: list[asyncio.Future[None]] = []

    async def run(self) -> None:
        """Until cancelled. Raises RecognitionStartError when the model cannot be used."""
        self._running = True
        failures = 0
        try:
            while True:
                began_s = time.monotonic()
                if await self._run_nursery():
                    continue
                failures = 1 if time.monotonic() - began_s > _LASTING_S else failures + 1
                self._refusal = self._crew.refusal
                if failures >= _LOADING_ATTEMPTS and not self._ready.is_set():
                    self._refusal = f"{self.model_dir}: the process that loads this model died {failures} times"
                if self._refusal is not None:
                    raise RecognitionStartError(self._refusal)
                self.counts.nurseries_lost += 1
                _log.error("recognition nursery lost", language=self.language, failures=failures)
                if failures > 1:
                    await asyncio.sleep(min(_LONGEST_PAUSE_S, 0.25 * 2**failures))
        finally:
            self._running = False
            self._ready.set()
            for segment in self._segments:
                self._lose(segment, LossReason.STOPPED)
            self._offer_room()
            await self._nurseries.close()

    async def wait_ready(self) -> None:
        """Until every worker lives. Raises RecognitionStartError when the model cannot be used."""
        await self._ready.wait()
        if self._refusal is not None:
            raise RecognitionStartError(self._refusal)

    def open_segment(
        self,
        leg_key: str,
        start_ms: int,
        hear: Callable[[SegmentEvent], None],
        *,
        patient: bool = False,
        spot: Leg | None = None,
        words: bool = True,
        narrow: bool = False,
    ) -> Segment | None:
        """A new stretch of speech of this leg, beginning at `start_ms` of its call; None (counted) when too busy.

        A `patient` one (recordings faster than real time) is neither refused nor dropped for being late: its feeder
        awaits `room()` and so sets the pace. `spot`: whose phrases to listen for beside the words, or, without
        `words`, instead of them. `narrow`: its upper band is empty.
        """
        if not self._running or not (patient or (self._ready.is_set() and not self._too_busy(words))):
            self.counts.refused_segments += 1
            return None
        filler = BandFiller() if narrow and self._fills_band else None
        segment = Segment(
            self._next_number,
            self._legs.number(leg_key),
            start_ms,
            hear,
            self._segment_ended,
            patient,
            spot,
            words,
            filler,
        )
        self._next_number = self._next_number % 0xFFFF_FFFF + 1
        self.counts.segments += 1
        last = self._legs.worker(leg_key)
        known = self._crew.links.get(last) if last is not None else None
        link = self._segments.best_of(list(self._crew.links.values()), known)
        self._segments.add(segment)
        if link is not None:
            self._legs.given_to(leg_key, link.number)
            segment.run_on(link)
        return segment

    def listen_for(self, phrases: SpottingList) -> None:
        """The rules have changed. Nothing waits: open segments keep what they listen for, later ones take the new."""
        self._nurseries.phrases = phrases
        self._crew.listen_for(phrases)

    async def room(self) -> None:
        """Wait until the queue is short, or recognition is over."""
        while self._running and not self._has_room():
            waiter = asyncio.get_running_loop().create_future()
            self._waiting_for_room.append(waiter)
            await waiter

    @property
    def ready(self) -> bool:
        """Whether all workers live with a loaded model."""
        return self._running and len(self._crew.pids()) == self._crew.size

    @property
    def dropped_segments(self) -> int:
        """Segments whose words will not come: refused, or given up on the way."""
        return self.counts.refused_segments + self.counts.lost_segments

    @property
    def workers_lost(self) -> int:
        """Workers that died or were ended because they hung."""
        return self._crew.counts.workers_lost

    @property
    def workers_hung(self) -> int:
        """Workers that were ended because they hung."""
        return self._crew.counts.workers_hung

    @property
    def decoded_ms(self) -> int:
        """Audio decoded since the start, second runs included."""
        return samples_to_ms(self.counts.decoded_samples)

    @property
    def heard_ms_per_worker(self) -> int:
        """Speech decoded since the start, shared by the workers: how warm their recognisers are."""
        return self.decoded_ms // self._crew.size

    @property
    def open_segments(self) -> int:
        """Segments being fed or decoded now."""
        return len(self._segments)

    def queued_ms(self) -> int:
        """Audio of all segments that waits for a decoder."""
        return self._segments.queued_ms()

    def oldest_wait_ms(self) -> int:
        """How long the oldest audio has been waiting."""
        return self._segments.oldest_wait_ms()

    def lag_ms(self) -> int:
        """How late recognition is: the longest wait, but for what a dead or silent worker has left to catch up with."""
        return self._segments.lag_ms()

    @property
    def busy_ratio(self) -> float:
        """Share of the last seconds in which workers had live audio waiting, over all workers."""
        return self._busyness.ratio

    @property
    def recovering(self) -> bool:
        """Whether a worker was lost a moment ago, or none is there to decode."""
        return not self.ready or time.monotonic() - self._lost_worker_s < _COLD_S

    @property
    def workers(self) -> int:
        """How many there should be."""
        return self._crew.size

    def cpu_ms(self) -> int:
        """CPU time of the workers since the start, about a second old."""
        return self._crew.cpu_ms()

    def spotting_cpu_ms(self) -> int:
        """The part of it that went into listening for phrases."""
        return self._crew.spotting_cpu_ms()

    def decoding_cpu_ms(self) -> int:
        """The part of it that went into writing words down."""
        return self._crew.decoding_cpu_ms()

    @property
    def no_spotting(self) -> str | None:
        """Why phrases are not listened for beside the words; None when they are, or it is not known yet."""
        return self._crew.no_spotting

    @property
    def graph(self) -> tuple[GraphState, str | None]:
        """What words come from, and why the model is used as it ships, where that is known."""
        return self._nurseries.graph(composed=self._crew.composed), self._nurseries.why_shipped

    def memory_bytes(self) -> dict[int, int]:
        """Resident memory by worker number, the shared model's pages counted in each."""
        return {number: load.memory_bytes for number, load in self._crew.loads.items()}

    def worker_pids(self) -> dict[int, int]:
        """Process ids of the living workers, by worker number."""
        return self._crew.pids()

    def open_on(self, pid: int) -> int:
        """How many segments the worker with this process id has."""
        return sum(len(self._segments.on(link)) for link in self._crew.links.values() if link.pid == pid)

    async def _run_nursery(self) -> bool:
        """Until it is gone; True when a better one is to take its place. After a death there is no time to prepare."""
        source = await self._nurseries.next(prepared=self.counts.nurseries_lost == 0)
        serving = asyncio.create_task(self._crew.run(source))
        better = asyncio.create_task(self._nurseries.better(self._ready))
        try:
            await asyncio.wait({serving, better}, return_when=asyncio.FIRST_COMPLETED)
            if not serving.done():
                self._lost_worker_s = time.monotonic()  # what is open runs again
                return True
            await serving
            return False
        finally:
            for task in (serving, better):
                task.cancel()
            await asyncio.gather(serving, better, return_exceptions=True)
            await source.stop()  # for a crew that had no time to begin
            for segment in self._segments:
                segment.link = None  # they wait for the next nursery

    def _take(self, link: WorkerLink, message: Message) -> None:
        match message:
            case WorkerHello():
                self._welcome(link)
            case Decoded(number, samples):
                if (segment := self._segments.of(number, link)) is not None:
                    self.counts.decoded_samples += segment.take_decoded(samples)
                    if not segment.patient:
                        self.lag.note(segment.decoded_after_s)
                    self._offer_room()
            case PartialSaid(number) | FinalSaid(number) | PhraseSaid(number) | SegmentFailed(number):
                if (segment := self._segments.of(number, link)) is not None:
                    self._answer(segment, message)
            case WorkerLoad() | OpenSegment() | SegmentSound() | CloseSegment() | AbandonSegment():
                pass  # the crew's, or none that a worker sends
            case StopWords() | CutSegment() | ListenFor():
                pass  # ours, not theirs
            case _:
                assert_never(message)

    def _welcome(self, link: WorkerLink) -> None:
        for segment in self._segments.on(link):
            segment.restart_clock()  # until now nobody could have decoded it
        if self.ready and not self._ready.is_set():
            _log.info("recognition ready", language=self.language, workers=self._crew.size)
            self._ready.set()

    def _answer(self, segment: Segment, message: PartialSaid | FinalSaid | PhraseSaid | SegmentFailed) -> None:
        match message:
            case PartialSaid(_, samples, text):
                segment.take_partial(samples, text)
            case FinalSaid():
                segment.take_final(message)
            case PhraseSaid(distance=distance):
                self.counts.spotted_phrases += distance == 0
                segment.take_spotted(message)
            case SegmentFailed():
                self._lose(segment, LossReason.REFUSED)
            case _:
                assert_never(message)

    def _worker_lost(self, link: WorkerLink) -> None:
        """Its open segments run again elsewhere, from their last final."""
        self._lost_worker_s = time.monotonic()
        for segment in self._segments.on(link):
            segment.link = None
            if segment.runs >= _MOST_RUNS:
                self._lose(segment, LossReason.CRASHING)
        self._place_orphans()

    def _place_orphans(self) -> None:
        for segment in self._segments:
            if segment.link is None and not segment.over:
                link = self._segments.best_of(list(self._crew.links.values()), None)
                if link is None:
                    return
                self.counts.reruns += segment.runs > 0
                segment.run_on(link)

    def _tick(self, now_s: float) -> None:
        """Ten times a second: note the load, and give up what is too late."""
        self._busyness.note(self._segments.working(now_s), now_s)
        limit_s = self._settings.behind_limit_ms / 1000
        cold_s = max(0.0, _COLD_S - (now_s - self._lost_worker_s))
        for segment in self._segments:
            allowed_s = limit_s + max(segment.catch_up_s, cold_s)  # what a crash delays is not given up for it
            if self._segments.is_silent(segment.link, now_s):
                # A worker that is silent may be dead: its segments wait for the second run rather than be dropped.
                allowed_s = max(allowed_s, self._settings.hung_worker_s + _RECOVERY_S)
            if not segment.patient and segment.waiting_s(now_s) > allowed_s:
                self._lose(segment, LossReason.BEHIND)

    def _lose(self, segment: Segment, reason: LossReason) -> None:
        self.counts.lost_segments += 1
        _log.warning("speech segment lost", language=self.language, reason=reason.value)
        segment.lose(reason)

    def _segment_ended(self, segment: Segment) -> None:
        self._segments.remove(segment)
        self._offer_room()

    def _too_busy(self, words: bool) -> bool:
        # Below the limit: audio that would have to be dropped half-way only takes CPU from what can still be in time.
        same = self._segments.with_words(words)
        kept = recognizers_of(self._settings, composed=self._crew.composed)
        most = self._crew.size * kept * _SEGMENTS_PER_RECOGNIZER if words else self._most_spotted
        return same >= most or self.lag_ms() > self._settings.behind_limit_ms * _REFUSED_FROM

    def _has_room(self) -> bool:
        return self.queued_ms() < _ROOM_MS_PER_WORKER * self._crew.size

    def _offer_room(self) -> None:
        if self._waiting_for_room and (not self._running or self._has_room()):
            for waiter in self._waiting_for_room:
                if not waiter.done():
                    waiter.set_result(None)
            self._waiting_for_room.clear()
