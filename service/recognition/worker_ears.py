"""What one worker hears with: recognisers for words and for phrases, made ahead, let go when memory is short."""

import ctypes
import resource
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from service.recognition.recognizer_pool import RecognizerPool, Recognizing
from service.recognition.spotter import SpotterPools
from service.recognition.spotting_grammar import SpottingGrammar
from streaming.frames import ANALYSIS_RATE_HZ, SAMPLES_PER_MS, Leg
from streaming.recognizer import RecognizerError

STEP_BYTES = 200 * SAMPLES_PER_MS * 2
"""Vosk decodes in 200 ms blocks (16 kHz PCM); between two, a worker reads its messages."""
_AHEAD_SHARE = 0.8  # of the memory budget: beyond it no ears are made ahead


class WorkerEars:
    """The pools and the memory they may take. A worker that is forked inherits them as they are."""

    def __init__(
        self,
        pool: RecognizerPool,
        memory_mb: int,
        spotters: SpotterPools | None = None,
        resident_bytes: Callable[[], int] | None = None,
    ) -> None:
        self.pool = pool
        self.spotters = spotters if spotters is not None else SpotterPools({}, lambda _grammar: pool.borrow(0), 0)
        self.may_make_ahead = True
        self._memory_bytes = memory_mb * 1_048_576
        self._resident_bytes = resident_bytes or memory_of_this_process
        self._murmur: list[bytes] = []
        self._leaving: threading.Thread | None = None

    def warm_up(self) -> None:
        """Make those of a first call now. Raises RecognizerError when the model makes none."""
        self.pool.warm_up()
        self.spotters.warm_up()

    def listen_for(self, grammars: Mapping[Leg, SpottingGrammar]) -> None:
        """The rules have changed: from now on lend ears for these."""
        self.spotters.listen_for(grammars)
        self.spotters.warm_up()
        self.may_make_ahead = True

    def make_ahead(self) -> bool:
        """One small step (at most 0.2 s) towards ears for more, while nobody speaks; False when there is none to take.

        So that twenty callers at once do not all wait for theirs: a new one costs 0.15 s, and its first words twice as
        much as later ones.
        """
        self._murmur = self._murmur or murmur()
        room = self._resident_bytes() < _AHEAD_SHARE * self._memory_bytes
        kinds: list[RecognizerPool | SpotterPools] = [self.pool, self.spotters]
        fewest_first = sorted(kinds, key=len)
        try:
            self.may_make_ahead = room and any(kind.make_ahead(self._murmur) for kind in fewest_first)
        except RecognizerError:
            self.may_make_ahead = False  # whoever needs one is told
        return self.may_make_ahead

    def within_budget(self) -> int:
        """Let some go where memory is short; returns the bytes the process held before.

        Beside the decoding: to free one that has heard much takes up to 0.34 s.
        """
        memory_bytes = self._resident_bytes()
        if memory_bytes > self._memory_bytes and not (self._leaving and self._leaving.is_alive()):
            gone = [*self.pool.let_go(), *self.spotters.let_go()]
            self._leaving = threading.Thread(target=_part_with, args=(gone,), daemon=True)
            self._leaving.start()
        return memory_bytes


def _part_with(gone: list[Recognizing]) -> None:
    gone.clear()  # Vosk frees each without Python's lock, and only the model is shared
    give_memory_back()


def murmur() -> list[bytes]:
    """A second of noise that swells like syllables, four times a second, as steps of 16 kHz PCM; nobody's words."""
    times_s = np.arange(ANALYSIS_RATE_HZ) / ANALYSIS_RATE_HZ
    noise = np.random.default_rng(1).standard_normal(ANALYSIS_RATE_HZ)
    swelling = (noise * (1 + np.sin(2 * np.pi * 4 * times_s)) * 1_000).clip(-32_768, 32_767)
    pcm_s16le = swelling.astype("<i2").tobytes()
    return [pcm_s16le[at : at + STEP_BYTES] for at in range(0, len(pcm_s16le), STEP_BYTES)]


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
