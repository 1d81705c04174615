"""The ears of a worker: made ahead evenly, and the memory they may take."""

import threading

from service.recognition.recognizer_pool import RecognizerPool
from service.recognition.spotter import SpotterPools
from service.recognition.spotting_grammar import SpottingGrammar
from service.recognition.worker_ears import WorkerEars, give_memory_back, memory_of_this_process, murmur
from streaming.frames import Leg
from streaming.recognizer import FinalWords, PartialText
from tests.fakes.recognizer import FakeRecognizer

_GRAMMAR = SpottingGrammar({("bye",): "Good bye"}, ["la"])


class _Deaf(FakeRecognizer):
    def feed(self, pcm_s16le: bytes) -> PartialText | FinalWords:
        return super().feed(bytes(len(pcm_s16le)))


def _ears(made: list[str], most: int) -> WorkerEars:
    def make(kind: str) -> FakeRecognizer:
        made.append(kind)
        return _Deaf()

    spotters = SpotterPools(dict.fromkeys(Leg, _GRAMMAR), lambda _grammar: make("phrases"), most)
    return WorkerEars(RecognizerPool(lambda: make("words"), most), 1_000, spotters, lambda: 0)


def test_whoever_stops_half_way_has_ears_of_each_kind() -> None:
    made: list[str] = []
    ears = _ears(made, 4)
    for _ in range(6 * (len(murmur()) + 2)):  # making, hearing each block, and putting away: six ears
        assert ears.make_ahead()
    assert sorted(made) == 4 * ["phrases"] + 2 * ["words"]  # two for agents, two for customers, none for mixed legs
    while ears.make_ahead():
        pass
    assert sorted(made) == 8 * ["phrases"] + 4 * ["words"]
    assert not ears.may_make_ahead


class _Heavy(_Deaf):
    """Takes its time to be freed."""

    def __init__(self, begun: threading.Event, free: threading.Event) -> None:
        super().__init__()
        self._begun, self._free = begun, free

    def __del__(self) -> None:
        self._begun.set()
        self._free.wait(10)


def test_what_is_let_go_is_freed_beside_the_decoding_and_one_at_a_time() -> None:
    begun, free = threading.Event(), threading.Event()
    pool = RecognizerPool(lambda: _Heavy(begun, free), 3)
    lent = [pool.borrow(leg) for leg in range(3)]
    while lent:
        pool.give_back(lent.pop(), 1)
    ears = WorkerEars(pool, 1_000, resident_bytes=lambda: 1_001 * 1_048_576)
    assert ears.within_budget() == 1_001 * 1_048_576
    assert begun.wait(10)
    ears.within_budget()
    assert len(pool) == 2  # the first is still being freed
    free.set()


def test_memory_of_a_process_is_known_and_can_be_given_back() -> None:
    before = memory_of_this_process()
    give_memory_back()
    assert 1_000_000 < memory_of_this_process() <= before + 10_000_000
