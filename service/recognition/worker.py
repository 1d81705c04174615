"""A recognition worker: one thread, one socket to the service, the segments of many calls in turns."""

import ctypes
import os
import resource
import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import assert_never

import numpy as np

from service.recognition.recognizer_pool import RecognizerPool, Recognizing
from service.recognition.spotter import Spotter, SpotterPools
from service.recognition.spotting_grammar import Spotted, grammars_in
from service.recognition.worker_messages import (
    AbandonSegment,
    CloseSegment,
    CutSegment,
    Decoded,
    FinalSaid,
    FromWorker,
    ListenFor,
    Message,
    MessageReader,
    OpenSegment,
    PartialSaid,
    PhraseSaid,
    SegmentFailed,
    SegmentSound,
    StopWords,
    WorkerHello,
    WorkerLoad,
    message_bytes,
)
from streaming.frames import ANALYSIS_RATE_HZ, SAMPLES_PER_MS, Leg
from streaming.recognizer import FinalWords, PartialText, RecognizerError

_STEP_BYTES = 200 * SAMPLES_PER_MS * 2  # Vosk decodes in 200 ms blocks; between two, messages are read
_READ_BYTES = 262_144
_READS_PER_STEP = 16  # so that a flood of audio cannot keep the worker from decoding
_LOAD_EVERY_NS = 1_000_000_000
_AHEAD_SHARE = 0.8  # of the memory budget: beyond it no ears are made ahead


@dataclass(slots=True)
class _Segment:
    number: int
    leg: int
    spot: Leg | None
    words: bool
    waiting: deque[tuple[int, bytes]] = field(default_factory=deque)  # when it came, audio
    closed_ns: int | None = None
    begun: bool = False  # it has its ears
    recognizer: Recognizing | None = None
    spotter: Spotter | None = None
    samples: int = 0
    shown: str = ""
    served: int = 0  # number of the step that served it last

    def oldest_ns(self) -> int | None:
        """Since when something is to be done for it."""
        return self.waiting[0][0] if self.waiting else self.closed_ns


class Worker:
    """Reads messages, decodes at most 200 ms, reads again. Ends when the service closes the socket."""

    def __init__(
        self,
        link: socket.socket,
        pool: RecognizerPool,
        memory_mb: int,
        resident_bytes: Callable[[], int] | None = None,
        spotters: SpotterPools | None = None,
    ) -> None:
        self._link, self._pool = link, pool
        self._spotters = spotters or SpotterPools({}, lambda _grammar: pool.borrow(0), 0)
        self._spotting_ns = self._decoding_ns = 0
        self._memory_bytes = memory_mb * 1_048_576
        self._resident_bytes = resident_bytes or memory_of_this_process
        self._reader = MessageReader()
        self._segments: dict[int, _Segment] = {}
        self._outgoing: list[bytes] = []
        self._told_load_ns = 0
        self._steps = 0
        self._may_make_ahead = True
        self._murmur: list[bytes] = []

    def run(self) -> None:
        """Serve until the service is gone. Raises RecognizerError when the model makes no recogniser."""
        self._pool.warm_up()
        self._spotters.warm_up()
        self._say(WorkerHello(os.getpid()))
        try:
            self._send()
            while self._read():
                segment = self._next()
                if segment is not None:
                    self._step(segment)
                    self._tell_load()
                self._send()
        except ConnectionError:
            return  # the service is gone, and with it everybody who wanted to know

    def _read(self) -> bool:
        """Take what has come; wait for something when there is nothing to decode. False when the service is gone."""
        for _ in range(_READS_PER_STEP):
            waiting = self._next() is None and not self._may_make_ahead
            try:
                received = self._link.recv(_READ_BYTES, 0 if waiting else socket.MSG_DONTWAIT)
            except BlockingIOError:
                if self._next() is None:
                    self._make_ahead()
                return True
            if not received:
                return False
            arrived_ns = time.monotonic_ns()
            for message in self._reader.feed(received):
                self._take(message, arrived_ns)
        return True

    def _make_ahead(self) -> None:
        """While nobody speaks: ears for more, so that twenty callers at once do not all wait for theirs to be made.

        A new one costs 0.15 s, and its first words twice as much as later ones.
        """
        self._murmur = self._murmur or murmur()
        room = self._resident_bytes() < _AHEAD_SHARE * self._memory_bytes
        try:
            self._may_make_ahead = room and (
                self._pool.make_ahead(self._murmur) or self._spotters.make_ahead(self._murmur)
            )
        except RecognizerError:
            self._may_make_ahead = False  # whoever needs one is told

    def _take(self, message: Message, arrived_ns: int) -> None:
        match message:
            case OpenSegment(number, leg, spot, words):
                self._segments[number] = _Segment(number, leg, spot, words)
            case SegmentSound(number, pcm_s16le):
                if number in self._segments:
                    self._segments[number].waiting.append((arrived_ns, pcm_s16le))
            case CloseSegment(number):
                if number in self._segments:
                    self._segments[number].closed_ns = arrived_ns
            case StopWords(number):
                if number in self._segments:
                    self._stop_words(self._segments[number])
            case CutSegment(number):
                if number in self._segments:
                    self._segments[number].waiting.clear()
                    self._segments[number].closed_ns = arrived_ns
            case AbandonSegment(number):
                if number in self._segments:
                    self._abandon(self._segments[number])
            case ListenFor(grammars):
                self._spotters.listen_for(grammars_in(grammars))
                self._spotters.warm_up()
                self._may_make_ahead = True
            case WorkerHello() | PartialSaid() | FinalSaid() | PhraseSaid() | Decoded():
                pass  # ours, not theirs
            case SegmentFailed() | WorkerLoad():
                pass  # ours, not theirs
            case _:
                assert_never(message)

    def _next(self) -> _Segment | None:
        """Whose turn it is: the one served longest ago, then the one whose audio (or end) has waited longest.

        In turns, so that a segment with much to catch up (run again after a crash) never holds up those in time.
        """
        chosen: _Segment | None = None
        chosen_key = (0, 0)
        for segment in self._segments.values():
            oldest_ns = segment.oldest_ns()
            if oldest_ns is None or not (segment.begun or self._can_begin(segment)):
                continue
            key = (segment.served, oldest_ns)
            if chosen is None or key < chosen_key:
                chosen, chosen_key = segment, key
        return chosen

    def _step(self, segment: _Segment) -> None:
        self._steps += 1
        segment.served = self._steps
        try:
            if segment.waiting:
                self._begin(segment)
                self._decode(segment)
            if not segment.waiting and segment.closed_ns is not None:
                self._spot(segment, Spotter.finish)
                self._say(self._final(segment, self._rest_of_words(segment), last=True))
                self._end(segment)
        except RecognizerError:
            self._say(SegmentFailed(segment.number))
            self._discard(segment)

    def _can_begin(self, segment: _Segment) -> bool:
        """Whether its ears are free; with words only the recogniser counts, the spotter is a second ear."""
        if not segment.waiting:
            return True  # nothing to hear
        return self._pool.has_room if segment.words else self._spotters.can_lend(segment.spot)

    def _begin(self, segment: _Segment) -> None:
        if segment.begun:
            return
        if segment.words:
            segment.recognizer = self._pool.borrow(segment.leg)
        if segment.spotter is None:
            segment.spotter = self._spotters.borrow(segment.spot, segment.leg)
        segment.begun = True

    def _decode(self, segment: _Segment) -> None:
        for block in _step_of(segment.waiting):
            segment.samples += len(block) // 2
            if segment.recognizer is not None:
                self._write_down(segment, segment.recognizer, block)
            self._spot(segment, partial(Spotter.feed, pcm_s16le=block))
        self._say(Decoded(segment.number, segment.samples))

    def _write_down(self, segment: _Segment, recognizer: Recognizing, block: bytes) -> None:
        began_ns = time.process_time_ns()
        heard = recognizer.feed(block)
        self._decoding_ns += time.process_time_ns() - began_ns
        match heard:
            case PartialText(text):
                if text != segment.shown:
                    segment.shown = text
                    self._say(PartialSaid(segment.number, segment.samples, text))
            case FinalWords():
                segment.shown = ""
                self._say(self._final(segment, heard, last=False))
            case _:
                assert_never(heard)

    def _rest_of_words(self, segment: _Segment) -> FinalWords:
        if segment.recognizer is None:
            return FinalWords("", ())
        began_ns = time.process_time_ns()
        heard = segment.recognizer.finish()
        self._decoding_ns += time.process_time_ns() - began_ns
        return heard

    def _stop_words(self, segment: _Segment) -> None:
        """The words so far are told; its recogniser, clean by now, is free for others."""
        segment.words = False
        if segment.recognizer is not None:
            try:
                self._say(self._final(segment, self._rest_of_words(segment), last=False))
            except RecognizerError:
                self._pool.throw_away(segment.recognizer)
            else:
                self._pool.give_back(segment.recognizer, segment.leg)
            segment.recognizer, segment.shown = None, ""
        segment.begun = segment.spotter is not None  # one whose ears were all out waits for one now

    def _spot(self, segment: _Segment, listen: Callable[[Spotter], list[Spotted]]) -> None:
        """Phrases are a second ear: where it fails, the words go on without it."""
        if segment.spotter is None:
            return
        began_ns = time.process_time_ns()
        try:
            for spotted in listen(segment.spotter):
                sure = round(spotted.confidence, 3)
                self._say(
                    PhraseSaid(segment.number, spotted.phrase, spotted.start_ms, spotted.end_ms, sure, spotted.distance)
                )
        except RecognizerError:
            self._spotters.throw_away(segment.spotter)
            segment.spotter = None
        self._spotting_ns += time.process_time_ns() - began_ns

    def _final(self, segment: _Segment, heard: FinalWords, *, last: bool) -> FinalSaid:
        return FinalSaid(segment.number, segment.samples, last, heard.text, heard.words)

    def _end(self, segment: _Segment) -> None:
        """The segment is over; its recogniser, clean by now, goes back."""
        del self._segments[segment.number]
        if segment.recognizer is not None:
            self._pool.give_back(segment.recognizer, segment.leg)
        if segment.spotter is not None:
            self._spotters.give_back(segment.spotter, segment.leg)

    def _abandon(self, segment: _Segment) -> None:
        if segment.recognizer is not None:
            segment.recognizer.finish()  # given up in mid-word: the next borrower must not inherit it
        if segment.spotter is not None:
            segment.spotter.finish()
        self._end(segment)

    def _discard(self, segment: _Segment) -> None:
        del self._segments[segment.number]
        if segment.recognizer is not None:
            self._pool.throw_away(segment.recognizer)
        if segment.spotter is not None:
            self._spotters.throw_away(segment.spotter)

    def _tell_load(self) -> None:
        now_ns = time.monotonic_ns()
        if now_ns - self._told_load_ns < _LOAD_EVERY_NS:
            return
        self._told_load_ns = now_ns
        memory_bytes = self._resident_bytes()
        if memory_bytes > self._memory_bytes:
            self._pool.let_go()
            self._spotters.let_go()
            give_memory_back()
        self._say(
            WorkerLoad(
                time.process_time_ns() // 1_000_000,
                memory_bytes,
                len(self._pool),
                self._spotting_ns // 1_000_000,
                self._decoding_ns // 1_000_000,
            )
        )

    def _say(self, message: FromWorker) -> None:
        self._outgoing.append(message_bytes(message))

    def _send(self) -> None:
        if self._outgoing:
            self._link.sendall(b"".join(self._outgoing))  # the service always reads, so this does not wait for long
            self._outgoing.clear()


def _step_of(waiting: deque[tuple[int, bytes]]) -> list[bytes]:
    """Up to 200 ms off the front, as the blocks it came in: what Vosk hears depends on how its audio is cut.

    One decoder that is in time and another that is behind so write the same words. A longer block is cut.
    """
    blocks: list[bytes] = []
    room = _STEP_BYTES
    while waiting and room:
        arrived_ns, block = waiting[0]
        if len(block) > room and blocks:
            break
        if len(block) > room:
            waiting[0] = (arrived_ns, block[room:])
            block = block[:room]
        else:
            waiting.popleft()
        blocks.append(block)
        room -= len(block)
    return blocks


def murmur() -> list[bytes]:
    """A second of noise that swells like syllables, four times a second, as steps of 16 kHz PCM; nobody's words."""
    times_s = np.arange(ANALYSIS_RATE_HZ) / ANALYSIS_RATE_HZ
    noise = np.random.default_rng(1).standard_normal(ANALYSIS_RATE_HZ)
    swelling = (noise * (1 + np.sin(2 * np.pi * 4 * times_s)) * 1_000).clip(-32_768, 32_767)
    pcm_s16le = swelling.astype("<i2").tobytes()
    return [pcm_s16le[at : at + _STEP_BYTES] for at in range(0, len(pcm_s16le), _STEP_BYTES)]


def memory_of_this_process() -> int:
    """Resident bytes, shared model pages included; the peak where the system has no /proc."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def give_memory_back() -> None:
    """Freed caches stay with glibc until it is told to return them (measured: 370 MB of 20 recognisers)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # other C libraries have no such call and need none
    if trim is not None:
        trim(0)
