"""The workers of one language: hired from a nursery, watched, replaced when they die or hang."""

import asyncio
import time
from collections.abc import Callable, Set
from contextlib import suppress
from dataclasses import dataclass

import structlog

from alerts.spotting_list import SpottingList
from service.recognition.nursery_process import (
    ModelReady,
    ModelRefused,
    NurseryGoneError,
    PhrasesSpelled,
    Report,
    WorkerEnded,
    WorkerSource,
)
from service.recognition.worker_link import WorkerLink
from service.recognition.worker_messages import ListenFor, Message, WorkerHello, WorkerLoad

_log = structlog.get_logger(__name__)

_WATCH_S = 0.1
_SETTLED_S = 1.0  # a worker that dies younger than this is replaced after this time, so a dying loop stays slow


@dataclass(slots=True)
class CrewCounts:
    """What happened to workers since the start; only ever rising."""

    workers_lost: int = 0
    workers_hung: int = 0


@dataclass(frozen=True, slots=True)
class CrewEars:
    """Whom the crew tells what; all calls come on the event loop."""

    heard: Callable[[WorkerLink, Message], None]  # a message of a living worker
    lost: Callable[[WorkerLink], None]  # it died; its replacement is hired already, or will be in a second
    hired: Callable[[], None]  # there are workers for whatever waits for one
    ticked: Callable[[float], None]  # ten times a second, with monotonic seconds
    busy: Callable[[], Set[WorkerLink]]  # of whom an answer is due


class WorkerCrew:
    """`size` workers, as long as there is a nursery to hire from. One `run` per nursery, one after the other."""

    def __init__(self, language: str, size: int, hung_worker_s: float, ears: CrewEars) -> None:
        self.size = size
        self.counts = CrewCounts()
        self.links: dict[int, WorkerLink] = {}
        self.loads: dict[int, WorkerLoad] = {}
        self.refusal: str | None = None
        self.no_spotting: str | None = None
        self.composed = False
        self._language, self._hung_worker_s, self._ears = language, hung_worker_s, ears
        self._source: WorkerSource | None = None
        self._model_loaded = False
        self._born_s: dict[int, float] = {}
        self._hire_at_s: dict[int, float] = {}
        self._condemned: set[int] = set()
        self._connecting: set[asyncio.Task[object]] = set()
        self._cpu_ms_of_the_dead = self._spotting_ms_of_the_dead = self._decoding_ms_of_the_dead = 0

    def pids(self) -> dict[int, int]:
        """Process ids of the workers that have said hello, by worker number."""
        return {number: link.pid for number, link in self.links.items() if link.pid is not None}

    def cpu_ms(self) -> int:
        """CPU time of all workers so far, about a second old."""
        return self._cpu_ms_of_the_dead + sum(load.cpu_ms for load in self.loads.values())

    def spotting_cpu_ms(self) -> int:
        """The part of it that went into spotting."""
        return self._spotting_ms_of_the_dead + sum(load.spotting_cpu_ms for load in self.loads.values())

    def decoding_cpu_ms(self) -> int:
        """The part of it that went into writing words down."""
        return self._decoding_ms_of_the_dead + sum(load.decoding_cpu_ms for load in self.loads.values())

    def listen_for(self, phrases: SpottingList) -> None:
        """The rules have changed: what is spoken from a moment later on is searched for these."""
        if self._source is not None:
            with suppress(NurseryGoneError):  # the next nursery begins with them
                self._source.listen_for(phrases)

    async def run(self, source: WorkerSource) -> None:
        """Until the nursery is gone; `refusal` then says whether the model was the cause."""
        watch: asyncio.Task[None] | None = None
        try:
            await source.start()
            self._source, self._model_loaded = source, False
            for number in range(self.size):
                self._hire(number)
            self._ears.hired()
            watch = asyncio.create_task(self._watch())
            async for report in source.reports():
                self._note(report)
                if self.refusal is not None:
                    break
        finally:
            self._source = None
            for link in self.links.values():
                link.close()
            for number in list(self.links):
                self._bury(number)
            self._hire_at_s.clear()
            leaving = [*self._connecting, *([watch] if watch else [])]
            for task in leaving:
                task.cancel()
            await asyncio.gather(*leaving, return_exceptions=True)
            await source.stop()

    def _note(self, report: Report) -> None:
        match report:
            case ModelReady(no_spotting, composed):
                self._model_loaded = True
                self.composed = composed
                self.no_spotting = no_spotting
                if no_spotting is not None:
                    _log.info("phrases are not spotted", language=self._language, reason=no_spotting)
                for link in self.links.values():
                    link.heard_s = time.monotonic()  # until now a worker could not answer
            case PhrasesSpelled(no_spotting, grammars):
                self.no_spotting = no_spotting
                _log.info("phrases of changed rules are spotted", language=self._language, reason_not=no_spotting)
                for link in self.links.values():
                    link.say(ListenFor(grammars))
            case ModelRefused(reason):
                self.refusal = reason
            case WorkerEnded(worker, status):
                _log.warning("recognition worker ended", language=self._language, worker=worker, status=status)

    def _hire(self, number: int) -> None:
        if self._source is None:
            return
        try:
            ours = self._source.fork(number)
        except NurseryGoneError:
            return  # its end shows in its reports, and the next nursery hires anew
        link = WorkerLink(number, self._take, self._link_lost)
        self.links[number] = link
        self._born_s[number] = time.monotonic()
        self._condemned.discard(number)
        connecting: asyncio.Task[object] = asyncio.create_task(
            asyncio.get_running_loop().create_connection(lambda: link, sock=ours)
        )
        self._connecting.add(connecting)
        connecting.add_done_callback(self._connecting.discard)
        connecting.add_done_callback(lambda task: ours.close() if task.cancelled() else None)  # it may not have begun

    def _take(self, link: WorkerLink, message: Message) -> None:
        if isinstance(message, WorkerLoad):
            self.loads[link.number] = message
        elif isinstance(message, WorkerHello):
            link.pid = message.pid
        self._ears.heard(link, message)

    def _link_lost(self, link: WorkerLink) -> None:
        number = link.number
        self.counts.workers_lost += 1
        _log.warning("recognition worker lost", language=self._language, worker=number)
        self._bury(number)
        now_s = time.monotonic()
        if now_s - self._born_s[number] > _SETTLED_S:
            self._hire(number)
        else:
            self._hire_at_s[number] = now_s + _SETTLED_S
        self._ears.lost(link)

    def _bury(self, number: int) -> None:
        del self.links[number]
        load = self.loads.pop(number, None)
        if load is not None:
            self._cpu_ms_of_the_dead += load.cpu_ms
            self._spotting_ms_of_the_dead += load.spotting_cpu_ms
            self._decoding_ms_of_the_dead += load.decoding_cpu_ms

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_WATCH_S)
            now_s = time.monotonic()
            due = [number for number, at_s in self._hire_at_s.items() if at_s <= now_s]
            for number in due:
                del self._hire_at_s[number]
                self._hire(number)
            if due:
                self._ears.hired()
            if self._model_loaded:
                self._replace_hanging(now_s)
            self._ears.ticked(now_s)

    def _replace_hanging(self, now_s: float) -> None:
        busy = self._ears.busy()
        for number, link in self.links.items():
            if link not in busy and link.pid is not None:
                link.heard_s = now_s  # nothing is due from it
            elif now_s - link.heard_s > self._hung_worker_s and number not in self._condemned:
                self._condemned.add(number)
                self.counts.workers_hung += 1
                _log.error("recognition worker hangs", language=self._language, worker=number)
                self._end_worker(number)

    def _end_worker(self, number: int) -> None:
        if self._source is None:
            return
        try:
            self._source.kill(number)  # its socket closes, and the rest follows from that
        except NurseryGoneError:
            return  # then it is dead already
