"""The ears of a worker: made ahead evenly, and the memory they may take."""

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

    spotters = SpotterPools({Leg.AGENT: _GRAMMAR, Leg.CUSTOMER: _GRAMMAR}, lambda _grammar: make("phrases"), most)
    return WorkerEars(RecognizerPool(lambda: make("words"), most), 1_000, spotters, lambda: 0)


def test_whoever_stops_half_way_has_ears_of_each_kind() -> None:
    made: list[str] = []
    ears = _ears(made, 4)
    for _ in range(6 * (len(murmur()) + 2)):  # making, hearing each block, and putting away: six ears
        assert ears.make_ahead()
    assert sorted(made) == 4 * ["phrases"] + 2 * ["words"]
    while ears.make_ahead():
        pass
    assert sorted(made) == 8 * ["phrases"] + 4 * ["words"]
    assert not ears.may_make_ahead


def test_memory_of_a_process_is_known_and_can_be_given_back() -> None:
    before = memory_of_this_process()
    give_memory_back()
    assert 1_000_000 < memory_of_this_process() <= before + 10_000_000
