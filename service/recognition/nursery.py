"""The nursery process: loads one speech model, then forks a worker for every socket it is handed; pages stay shared.

Run by the service as `python -m service.recognition.nursery`, with the phrases to spot as JSON on its standard input.
It never shares a process with an event loop, because a fork is only safe where there is one thread.
"""

import argparse
import ctypes
import gc
import json
import os
import select
import signal
import socket
import struct
import sys
import time
import traceback
from pathlib import Path

from config.recognition import DecodingProfile
from service.recognition.model_profile import profiled
from service.recognition.recognizer_pool import RecognizerPool
from service.recognition.spotter import SpotterPools
from service.recognition.spotting_grammar import SpottingGrammar, grammar_of, grammars_text
from service.recognition.vocabulary import VocabularyError, vocabulary_of
from service.recognition.worker import Worker
from service.recognition.worker_ears import WorkerEars
from streaming.frames import Leg
from streaming.recognizer import ModelError, SpeechModel

ORDER = struct.Struct("<BI")  # what, worker number
FORK, KILL, LISTEN = 1, 2, 3  # a socket for the worker comes with FORK, a file with the phrases with LISTEN
_PREPARING_S = 5.0  # the node is not ready so long
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Nursery:
    """Children of one model. Ends when the service closes the control socket; the children end with it."""

    def __init__(self, control: socket.socket, options: argparse.Namespace, listened_for: object) -> None:
        self._control, self._options = control, options
        self._grammars: dict[Leg, SpottingGrammar] = {}
        self._listened_for = listened_for
        self._workers: dict[int, int] = {}  # pid → worker number
        self._wake_read, self._wake_write = os.pipe()

    def run(self) -> None:
        """Load, report, fork and reap until told to stop by the closing of the socket."""
        try:
            model, composed = self._load()
        except ModelError as error:
            self._report(kind="failed", reason=str(error))
            return
        no_spotting = self._spell(model)
        ears = self._ears_of(model)
        until_s = time.monotonic() + (_PREPARING_S if self._options.prepared else 0)
        while time.monotonic() < until_s and ears.make_ahead():
            pass  # once, for all workers and those that replace them; the rest they make themselves
        _freeze()
        os.set_blocking(self._wake_write, False)
        signal.set_wakeup_fd(self._wake_write)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        self._report(kind="ready", no_spotting=no_spotting, composed=composed)
        while True:
            ready = select.select([self._control.fileno(), self._wake_read], [], [])[0]
            if self._wake_read in ready:
                os.read(self._wake_read, 4_096)
                self._reap()
            if self._control.fileno() in ready and not self._obey(model, ears):
                break
        for pid in self._workers:
            os.kill(pid, signal.SIGKILL)

    def _load(self) -> tuple[SpeechModel, bool]:
        """The model, and whether its words come from a composed graph: one that cannot be read costs its use only."""
        shipped, profile, graph = self._options.model, self._options.profile, self._options.composed
        with profiled(shipped, profile) as folder:
            if graph is not None:
                try:
                    with profiled(shipped, profile, graph) as composed:
                        return SpeechModel.load(shipped, folder, composed), True
                except (ModelError, OSError):
                    pass
            return SpeechModel.load(shipped, folder), False

    def _ears_of(self, model: SpeechModel) -> WorkerEars:
        """None made yet."""
        pool = RecognizerPool(model.recognizer, self._options.recognizers)
        spotters = SpotterPools(
            self._grammars, lambda grammar: model.recognizer(grammar.sequences), self._options.spotters
        )
        return WorkerEars(pool, self._options.memory_mb, spotters)

    def _spell(self, model: SpeechModel) -> str | None:
        """Spell the phrases once, for all workers. Returns why phrases are not spotted, None when they are."""
        self._grammars = {}
        if not isinstance(self._listened_for, dict):
            return str(self._listened_for)
        try:
            vocabulary = vocabulary_of(self._options.model)
        except VocabularyError as error:
            return str(error)
        for kind, (phrases, decoys, stems) in self._listened_for.items():
            if (grammar := grammar_of(phrases, decoys, stems, vocabulary, model.knows)) is not None:
                self._grammars[Leg(kind)] = grammar
        return None if self._grammars else "the model's words spell none of the phrases"

    def _listen_for(self, model: SpeechModel, ears: WorkerEars, file: int) -> None:
        """New rules: workers to come inherit them, those that live get them through the service."""
        with open(file, encoding="utf-8") as phrases:
            self._listened_for = json.load(phrases)
        no_spotting = self._spell(model)
        ears.listen_for(self._grammars)
        _freeze()
        self._report(kind="listens", no_spotting=no_spotting, grammars=grammars_text(self._grammars))

    def _obey(self, model: SpeechModel, ears: WorkerEars) -> bool:
        """One order of the service; False when there will be no more."""
        order, files, _, _ = socket.recv_fds(self._control, ORDER.size, 1)
        if len(order) < ORDER.size:
            return False
        what, number = ORDER.unpack(order)
        if what == FORK and files:
            self._fork(ears, number, files[0])
        elif what == LISTEN and files:
            self._listen_for(model, ears, files[0])
        elif what == KILL:
            for pid in [pid for pid, of in self._workers.items() if of == number]:
                os.kill(pid, signal.SIGKILL)  # not reaped yet, so the pid is still the worker's
        return True

    def _fork(self, ears: WorkerEars, number: int, link: int) -> None:
        pid = os.fork()
        if pid:
            self._workers[pid] = number
            os.close(link)
            return
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._control.close()
            os.close(self._wake_read)
            os.close(self._wake_write)
            self._live(ears, socket.socket(fileno=link))
            status = 0
        except Exception:  # noqa: BLE001 - the last line of defence of a process: shown, then the status tells
            traceback.print_exc()
        finally:
            os._exit(status)  # no destructors: freeing the model would only copy its pages

    def _live(self, ears: WorkerEars, link: socket.socket) -> None:
        _die_with_parent()
        os.nice(self._options.niceness)
        Worker(link, ears).run()

    def _reap(self) -> None:
        while self._workers:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            number = self._workers.pop(pid, None)
            self._report(kind="ended", worker=number, status=os.waitstatus_to_exitcode(status))

    def _report(self, **report: object) -> None:
        self._control.sendall(json.dumps(report).encode() + b"\n")


def _freeze() -> None:
    gc.collect()
    gc.freeze()  # a collection in a child would touch, and so copy, every page with Python objects


def _die_with_parent() -> None:
    parent = os.getppid()
    prctl = getattr(ctypes.CDLL(None), "prctl", None)  # Linux; elsewhere the closing socket ends a worker
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)  # the parent died before the kernel was told


def main(arguments: list[str]) -> int:
    """Entry of the process. Exit status 0: told to stop; 1: the service vanished in mid-word."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which then closes our socket
    options = argparse.ArgumentParser(prog="service.recognition.nursery", description=__doc__)
    options.add_argument("--control", type=int, required=True, help="file descriptor of the control socket")
    options.add_argument("--model", type=Path, required=True)
    options.add_argument("--composed", type=Path, help="folder with the model's graphs composed into one")
    options.add_argument("--profile", type=DecodingProfile, required=True)
    options.add_argument("--recognizers", type=int, required=True, help="recognisers per worker")
    options.add_argument(
        "--spotters", type=int, required=True, help="recognisers for phrases per worker and kind of leg"
    )
    options.add_argument("--memory-mb", type=int, required=True)
    options.add_argument("--niceness", type=int, required=True)
    options.add_argument("--prepared", action="store_true", help="make recognisers before the first worker")
    chosen = options.parse_args(arguments)
    try:
        with socket.socket(fileno=chosen.control) as control:
            Nursery(control, chosen, json.load(sys.stdin)).run()
    except (ConnectionError, ValueError):
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
