"""The service's side of a nursery: starts the process, orders workers, hears what became of them."""

import asyncio
import contextlib
import json
import os
import socket
import sys
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from alerts.spotting_list import SpottingList
from config.recognition import RecognitionSettings
from service.recognition.nursery import FORK, KILL, LISTEN, ORDER
from streaming.frames import Leg

_READ_BYTES = 65_536
_CHEAPER = 4
_MOST_MEMORY_MB, _LEAST_MEMORY_MB = 2_400, 800  # ten recognisers that have heard much beside the model; four of them
_LONGEST_REPORT_BYTES = 4_194_304  # grammars of several thousand phrases
# One arithmetic thread each: more would only fight for the cores, and a process with threads cannot be forked safely.
# Huge pages for what it holds: 5 to 8 % less time for warm recognisers (docs/benchmarks.md).
_ENVIRONMENT = (
    "OMP_NUM_THREADS=1",
    "OPENBLAS_NUM_THREADS=1",
    "MALLOC_ARENA_MAX=2",
    "GLIBC_TUNABLES=glibc.malloc.hugetlb=1",
)


class NurseryGoneError(Exception):
    """The nursery takes no orders any more."""


@dataclass(frozen=True, slots=True)
class ModelReady:
    """The model is loaded; `no_spotting` says why phrases are not spotted, None when they are.

    `composed`: words come from its graphs composed into one.
    """

    no_spotting: str | None = None
    composed: bool = False


@dataclass(frozen=True, slots=True)
class ModelRefused:
    """The model cannot be used; `reason` is one clear sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class PhrasesSpelled:
    """The phrases of changed rules as `grammars` (spotting_grammar.grammars_text), or why there are none."""

    no_spotting: str | None
    grammars: str


@dataclass(frozen=True, slots=True)
class WorkerEnded:
    """A worker process is over; `status` below zero is the signal that ended it."""

    worker: int
    status: int


Report = ModelReady | ModelRefused | PhrasesSpelled | WorkerEnded


class WorkerSource(Protocol):
    """Where workers come from: a NurseryProcess, or a fake in tests. One use: start, order, stop."""

    async def start(self) -> None:
        """Begin loading the model; done already, nothing."""
        ...

    async def loaded(self) -> bool:
        """Start it and wait for its model; False when it is refused or gone. `reports` tells all of it again."""
        ...

    def fork(self, worker: int) -> socket.socket:
        """Order worker number `worker`; our end of its socket, usable at once. Raises NurseryGoneError."""
        ...

    def kill(self, worker: int) -> None:
        """End that worker without asking it. Raises NurseryGoneError."""
        ...

    def listen_for(self, phrases: SpottingList) -> None:
        """The rules have changed; PhrasesSpelled follows. Raises NurseryGoneError."""
        ...

    def reports(self) -> AsyncIterator[Report]:
        """What happens, until the nursery is gone."""
        ...

    async def stop(self) -> None:
        """End it and every worker; returns when the process is gone."""
        ...


class NurseryProcess:
    """One nursery with its model. Start it once, stop it once.

    `prepared`: it makes recognisers before it is ready (for at most five seconds), and every worker inherits them.
    `composed`: the folder with the model's graphs composed into one, for the words.
    """

    def __init__(
        self,
        model_dir: Path,
        settings: RecognitionSettings,
        phrases: SpottingList | None = None,
        *,
        prepared: bool = True,
        composed: Path | None = None,
    ) -> None:
        self._model_dir, self._settings, self._phrases, self._prepared = model_dir, settings, phrases, prepared
        self._composed = composed
        self._control: socket.socket | None = None
        self._process: Process | None = None
        self._early: list[Report] = []  # what it said before anybody followed its reports
        self._half_said = b""

    @property
    def pid(self) -> int:
        """Of the nursery process; 0 before the start."""
        return self._process.pid if self._process else 0

    async def start(self) -> None:
        """Start the process; it reports ModelReady when workers can live. Once: a second start changes nothing."""
        if self._process is not None:
            return
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        self._control = ours
        listened_for = self._listened_for()
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                "/usr/bin/env",  # which becomes the interpreter: same process, four variables more
                *_ENVIRONMENT,
                sys.executable,
                *("-m", "service.recognition.nursery"),
                *("--control", str(theirs.fileno())),
                *("--model", str(self._model_dir)),
                *("--profile", self._settings.profile.value),
                *(("--composed", str(self._composed)) if self._composed is not None else ()),
                *("--recognizers", str(recognizers_of(self._settings, composed=self._composed is not None))),
                *("--spotters", str(self._settings.spotters_per_worker)),
                *("--memory-mb", str(worker_memory_mb(self._settings) + self._composed_mb())),
                *("--niceness", str(self._settings.niceness)),
                *(("--prepared",) if self._prepared else ()),
                stdin=asyncio.subprocess.PIPE,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # Ctrl-C in the terminal reaches the service alone
            )
        if self._process.stdin is not None:
            with contextlib.suppress(ConnectionError):  # it died at once; its reports end, and that is seen
                self._process.stdin.write(listened_for)
                await self._process.stdin.drain()
            self._process.stdin.close()

    def _listened_for(self) -> bytes:
        """The phrases by kind of leg, or the reason why there are none."""
        if not self._settings.spotting:
            return json.dumps("it is switched off (recognition.spotting)").encode()
        if self._phrases is None:
            return json.dumps("there are no rules for this language").encode()
        lists = {Leg.AGENT: self._phrases.agent, Leg.CUSTOMER: self._phrases.customer, Leg.MIXED: self._phrases.mixed}
        return json.dumps(
            {kind.value: [each.phrases, each.decoys, each.stems] for kind, each in lists.items()}
        ).encode()

    def fork(self, worker: int) -> socket.socket:
        """See WorkerSource."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._order(FORK, worker, [theirs.fileno()])
        except NurseryGoneError:
            ours.close()
            raise
        ours.setblocking(False)
        return ours

    def kill(self, worker: int) -> None:
        """See WorkerSource."""
        self._order(KILL, worker, [])

    def listen_for(self, phrases: SpottingList) -> None:
        """See WorkerSource."""
        self._phrases = phrases
        with tempfile.TemporaryFile() as listened_for:  # as a file, because an order must never be half sent
            listened_for.write(self._listened_for())
            listened_for.seek(0)
            self._order(LISTEN, 0, [listened_for.fileno()])

    async def loaded(self) -> bool:
        """See WorkerSource."""
        await self.start()
        async for report in self._said():
            self._early.append(report)
            if isinstance(report, ModelReady | ModelRefused):
                return isinstance(report, ModelReady)
        return False

    async def reports(self) -> AsyncIterator[Report]:
        """See WorkerSource."""
        while self._early:
            yield self._early.pop(0)
        async for report in self._said():
            yield report

    async def _said(self) -> AsyncIterator[Report]:
        """One report after the other; whoever stops in between loses none."""
        if self._control is None:
            return
        loop = asyncio.get_running_loop()
        while len(self._half_said) < _LONGEST_REPORT_BYTES:
            line, end, rest = self._half_said.partition(b"\n")
            if end:
                self._half_said = rest
                yield _report_of(line)
                continue
            try:
                received = await loop.sock_recv(self._control, _READ_BYTES)
            except ConnectionError:
                return
            if not received:
                return
            self._half_said += received

    async def stop(self) -> None:
        """See WorkerSource. Workers die with the nursery (parent-death signal), and their sockets are closed anyway."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    def _composed_mb(self) -> int:
        """The composed graph is on top of what a worker may hold: shared, and never growing."""
        if self._composed is None:
            return 0
        return sum(file.stat().st_size for file in self._composed.iterdir()) // 1_048_576

    def _order(self, what: int, worker: int, files: list[int]) -> None:
        if self._control is None:
            raise NurseryGoneError("not started")
        try:
            socket.send_fds(self._control, [ORDER.pack(what, worker)], files)
        except OSError as error:  # closed, reset, or (BlockingIOError) hundreds of orders nobody takes
            raise NurseryGoneError("takes no orders") from error


def worker_memory_mb(settings: RecognitionSettings) -> int:
    """What one worker may hold, the shared model included: the setting, or what this machine can spare."""
    if settings.worker_memory_mb is not None:
        return settings.worker_memory_mb
    machine_mb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 1_048_576
    return max(_LEAST_MEMORY_MB, min(_MOST_MEMORY_MB, machine_mb // 2 // workers_of(settings)))


def recognizers_of(settings: RecognitionSettings, *, composed: bool) -> int:
    """How many a worker may keep: of a composed graph four times as many, which hold a twentieth of the memory each."""
    return settings.recognizers_per_worker * (_CHEAPER if composed else 1)


def workers_of(settings: RecognitionSettings) -> int:
    """How many workers there are to be: the setting, or one for each core this process may use."""
    return settings.workers or len(os.sched_getaffinity(0))


def _report_of(line: bytes) -> Report:
    match json.loads(line):
        case {"kind": "ready", "no_spotting": str() | None as reason, "composed": bool(composed)}:
            return ModelReady(reason, composed)
        case {"kind": "listens", "no_spotting": str() | None as reason, "grammars": str(grammars)}:
            return PhrasesSpelled(reason, grammars)
        case {"kind": "failed", "reason": str(reason)}:
            return ModelRefused(reason)
        case {"kind": "ended", "worker": int(worker), "status": int(status)}:
            return WorkerEnded(worker, status)
        case _:
            raise ValueError("a report of unknown kind")
