"""A recognition worker: one thread, one socket to the service, the segments of many calls in turns."""

import os
import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import assert_never

from service.recognition.recognizer_pool import Recognizing
from service.recognition.spotter import Spotter
from service.recognition.spotting_grammar import Spotted, grammars_in
from service.recognition.worker_ears import STEP_BYTES, WorkerEars
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
from streaming.frames import Leg
from streaming.recognizer import FinalWords, PartialText, RecognizerError

_READ_BYTES = 262_144
_READS_PER_STEP = 16  # so that a flood of audio cannot keep the worker from decoding
_LOAD_EVERY_NS = 1_000_000_000
_SPOT_PATIENCE_NS = 1_200_000_000  # a phrase may be found so much later than its words while others wait for words


@dataclass(slots=True)
class _Segment:
    number: int
    leg: int
    spot: Leg | None
    words: bool
    waiting: deque[tuple[int, bytes]] = field(default_factory=deque)  # when it came, audio
    unspotted: deque[tuple[int, bytes]] = field(default_factory=deque)  # written down, not yet searched for phrases
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

    def __init__(self, link: socket.socket, ears: WorkerEars) -> None:
        self._link, self._ears = link, ears
        self._pool, self._spotters = ears.pool, ears.spotters
        self._spotting_ns = self._decoding_ns = 0
        self._reader = MessageReader()
        self._segments: dict[int, _Segment] = {}
        self._outgoing: list[bytes] = []
        self._told_load_ns = 0
        self._steps = 0

    def run(self) -> None:
        """Serve until the service is gone. Raises RecognizerError when the model makes no recogniser."""
        self._ears.warm_up()
        self._say(WorkerHello(os.getpid()))
        try:
            self._send()
            while self._read():
                segment = self._next()
                if segment is not None:
                    self._step(segment)
                self._catch_up_spotting(patient=segment is not None)
                self._tell_load()
                self._send()
        except ConnectionError:
            return  # the service is gone, and with it everybody who wanted to know

    def _read(self) -> bool:
        """Take what has come; wait for something when there is nothing to decode. False when the service is gone."""
        for _ in range(_READS_PER_STEP):
            idle = self._next() is None and not any(each.unspotted for each in self._segments.values())
            try:
                received = self._link.recv(
                    _READ_BYTES, socket.MSG_DONTWAIT if self._ears.may_make_ahead or not idle else 0
                )
            except BlockingIOError:
                if idle:
                    self._ears.make_ahead()
                return True
            if not received:
                return False
            arrived_ns = time.monotonic_ns()
            for message in self._reader.feed(received):
                self._take(message, arrived_ns)
        return True

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
                self._ears.listen_for(grammars_in(grammars))
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
                self._spot_written(segment)
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
        for arrived_ns, block in _step_of(segment.waiting):
            segment.samples += len(block) // 2
            segment.unspotted.append((arrived_ns, block))
            if segment.recognizer is not None:
                self._write_down(segment, segment.recognizer, block)
        if segment.recognizer is None:
            self._spot_written(segment)
        self._say(Decoded(segment.number, segment.samples))

    def _longest_unspotted(self) -> _Segment | None:
        waiting = [segment for segment in self._segments.values() if segment.unspotted]
        return min(waiting, key=lambda segment: segment.unspotted[0][0], default=None)

    def _catch_up_spotting(self, *, patient: bool) -> None:
        """Search what is written down for phrases, one segment at a time; when `patient`, only what is overdue.

        Words go first: a partial text is watched as it grows, and a burst of speakers passes within a second.
        """
        segment = self._longest_unspotted()
        if segment is None or (patient and time.monotonic_ns() - segment.unspotted[0][0] < _SPOT_PATIENCE_NS):
            return
        self._spot_written(segment)

    def _spot_written(self, segment: _Segment) -> None:
        while segment.unspotted:
            _, block = segment.unspotted.popleft()
            self._spot(segment, partial(Spotter.feed, pcm_s16le=block))

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
                self._spot_written(segment)  # a second run begins behind this final
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
        self._say(
            WorkerLoad(
                time.process_time_ns() // 1_000_000,
                self._ears.within_budget(),
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


def _step_of(waiting: deque[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    """Up to 200 ms off the front, as the blocks it came in: what Vosk hears depends on how its audio is cut.

    One decoder that is in time and another that is behind so write the same words. A longer block is cut.
    """
    blocks: list[tuple[int, bytes]] = []
    room = STEP_BYTES
    while waiting and room:
        arrived_ns, block = waiting[0]
        if len(block) > room and blocks:
            break
        if len(block) > room:
            waiting[0] = (arrived_ns, block[room:])
            block = block[:room]
        else:
            waiting.popleft()
        blocks.append((arrived_ns, block))
        room -= len(block)
    return blocks
