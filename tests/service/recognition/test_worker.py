"""A worker, in this process, with fake recognisers: what it answers, in which order, and what it does with trouble."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from service.recognition import worker
from service.recognition.recognizer_pool import RecognizerPool
from service.recognition.spotter import SpotterPools
from service.recognition.spotting_grammar import SpottingGrammar, grammars_text
from service.recognition.worker import Worker
from service.recognition.worker_ears import WorkerEars
from service.recognition.worker_messages import (
    AbandonSegment,
    CloseSegment,
    CutSegment,
    Decoded,
    FinalSaid,
    ListenFor,
    Message,
    MessageReader,
    OpenSegment,
    PartialSaid,
    PhraseSaid,
    SegmentFailed,
    SegmentSound,
    StopWords,
    ToWorker,
    WorkerHello,
    WorkerLoad,
    message_bytes,
)
from streaming.frames import Leg
from streaming.recognizer import FinalWords, PartialText, RecognizerError
from tests.fakes.recognizer import REFUSED, FakeRecognizer, spoken

_BUDGET_MB = 1_000
_GRAMMAR = SpottingGrammar({("bye",): "Good bye", ("buy",): None}, ["la"])


@dataclass
class _Bench:
    """Makes recognisers, reports memory, and remembers."""

    made: list[FakeRecognizer] = field(default_factory=list)
    spotters: list[FakeRecognizer] = field(default_factory=list)
    resident_bytes: int = 0

    def make(self) -> FakeRecognizer:
        self.made.append(FakeRecognizer())
        return self.made[-1]

    def make_spotter(self, _grammar: SpottingGrammar) -> FakeRecognizer:
        self.spotters.append(FakeRecognizer())
        return self.spotters[-1]


@contextmanager
def _running(bench: _Bench, recognizers: int = 2) -> Iterator[socket.socket]:
    ours, theirs = socket.socketpair()
    ours.settimeout(10)
    spotters = SpotterPools({Leg.AGENT: _GRAMMAR}, bench.make_spotter, recognizers)
    pool = RecognizerPool(bench.make, recognizers)
    worker = Worker(theirs, WorkerEars(pool, _BUDGET_MB, spotters, lambda: bench.resident_bytes))
    thread = threading.Thread(target=worker.run)
    thread.start()
    with theirs:
        with ours:
            yield ours
        thread.join(10)
        assert not thread.is_alive()


def _say(link: socket.socket, *messages: ToWorker) -> None:
    link.sendall(b"".join(message_bytes(message) for message in messages))


def _until(link: socket.socket, last: type[Message], times: int = 1) -> list[Message]:
    """All answers up to the `times`-th of a kind, load reports left out."""
    reader = MessageReader()
    heard: list[Message] = []
    while sum(isinstance(message, last) for message in heard) < times:
        heard += reader.feed(link.recv(65_536))
    return [message for message in heard if not isinstance(message, WorkerLoad)]


class _Attentive(FakeRecognizer):
    """Takes any sound."""

    def feed(self, pcm_s16le: bytes) -> PartialText | FinalWords:
        return super().feed(bytes(len(pcm_s16le)))


@dataclass
class _AttentiveBench(_Bench):
    """Makes those."""

    def make(self) -> FakeRecognizer:
        self.made.append(_Attentive())
        return self.made[-1]

    def make_spotter(self, _grammar: SpottingGrammar) -> FakeRecognizer:
        self.spotters.append(_Attentive())
        return self.spotters[-1]


def _until_true(happened: Callable[[], bool]) -> None:
    limit_s = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < limit_s
        time.sleep(0.005)


def test_ears_for_all_are_made_while_nobody_speaks() -> None:
    bench = _AttentiveBench()
    with _running(bench, recognizers=3) as link:
        _until_true(lambda: len(bench.made) == 3 and len(bench.spotters) == 3)
        _say(link, OpenSegment(1, 7), SegmentSound(1, spoken("hello")), CloseSegment(1))
        assert isinstance(_until(link, FinalSaid)[-1], FinalSaid)
    assert (len(bench.made), len(bench.spotters)) == (3, 3)


def test_no_ears_are_made_ahead_where_memory_is_short() -> None:
    bench = _AttentiveBench(resident_bytes=_BUDGET_MB * 1_048_576)
    with _running(bench, recognizers=3) as link:
        _say(link, OpenSegment(1, 7), SegmentSound(1, spoken("hello")), CloseSegment(1))
        _until(link, FinalSaid)
        assert len(bench.made) == 1


def test_a_segment_is_decoded_with_partials_acknowledgements_and_a_last_final() -> None:
    with _running(_Bench()) as link:
        _say(
            link,
            OpenSegment(1, 1),
            SegmentSound(1, spoken("A", 200)),
            SegmentSound(1, spoken("B", 200)),
            CloseSegment(1),
        )
        heard = _until(link, FinalSaid)
    assert heard[0] == WorkerHello(os.getpid())
    assert [m.text for m in heard if isinstance(m, PartialSaid)] == ["A", "AB"]
    assert [m.samples for m in heard if isinstance(m, Decoded)] == [3_200, 6_400]
    assert isinstance(heard[-1], FinalSaid)
    assert (heard[-1].text, heard[-1].last, heard[-1].samples) == ("AB", True, 6_400)


def test_an_endpoint_gives_a_final_and_the_segment_goes_on() -> None:
    with _running(_Bench()) as link:
        _say(
            link,
            OpenSegment(1, 1),
            SegmentSound(1, spoken("A\x01", 200)),
            SegmentSound(1, spoken("B", 200)),
            CloseSegment(1),
        )
        finals = [m for m in _until(link, FinalSaid, 2) if isinstance(m, FinalSaid)]
    assert [(final.text, final.last) for final in finals] == [("A", False), ("B", True)]


def test_a_long_block_is_decoded_in_steps_and_short_ones_are_joined() -> None:
    with _running(_Bench()) as link:
        _say(link, OpenSegment(1, 1), SegmentSound(1, spoken("A", 500)), CloseSegment(1))
        heard = _until(link, FinalSaid)
        assert [m.samples for m in heard if isinstance(m, Decoded)] == [3_200, 6_400, 8_000]
        _say(link, OpenSegment(2, 1), *(SegmentSound(2, spoken("A", 20)) for _ in range(20)), CloseSegment(2))
        heard = _until(link, FinalSaid)
    steps = [m.samples for m in heard if isinstance(m, Decoded)]
    assert steps[-1] == 6_400
    assert all(step % 320 == 0 for step in steps)


def test_segments_take_turns_so_a_long_queue_holds_up_nobody() -> None:
    with _running(_Bench()) as link:
        _say(
            link,
            OpenSegment(1, 1),
            SegmentSound(1, spoken("A", 2_000)),
            OpenSegment(2, 2),
            SegmentSound(2, spoken("B", 400)),
        )
        served = [m.segment for m in _until(link, Decoded, 12) if isinstance(m, Decoded)]
    assert served == [1, 2, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1]


def test_a_segment_waits_for_a_recogniser_and_then_gets_its_turn() -> None:
    bench = _Bench()
    with _running(bench, recognizers=1) as link:
        _say(link, OpenSegment(1, 1), SegmentSound(1, spoken("A")), OpenSegment(2, 2), SegmentSound(2, spoken("B")))
        _say(link, CloseSegment(2))
        assert {m.segment for m in _until(link, Decoded) if isinstance(m, Decoded)} == {1}
        _say(link, CloseSegment(1))
        finals = [m for m in _until(link, FinalSaid, 2) if isinstance(m, FinalSaid)]
    assert [final.text for final in finals] == ["A", "B"]
    assert len(bench.made) == 1


def test_an_abandoned_segment_leaves_a_clean_recogniser_behind() -> None:
    bench = _Bench()
    with _running(bench, recognizers=1) as link:
        _say(link, OpenSegment(1, 1), SegmentSound(1, spoken("secret")))
        _until(link, Decoded)
        _say(link, AbandonSegment(1), AbandonSegment(77), SegmentSound(1, spoken("late")), CloseSegment(1))
        _say(link, OpenSegment(2, 2), SegmentSound(2, spoken("B")), CloseSegment(2))
        heard = _until(link, FinalSaid)
    assert isinstance(heard[-1], FinalSaid)
    assert (heard[-1].segment, heard[-1].text) == (2, "B")
    assert bench.made[0].finished == 2


def test_a_refused_segment_fails_alone_and_takes_its_recogniser_along() -> None:
    bench = _Bench()
    with _running(bench, recognizers=1) as link:
        _say(link, OpenSegment(1, 1), SegmentSound(1, spoken(chr(REFUSED))), CloseSegment(1))
        assert _until(link, SegmentFailed)[-1] == SegmentFailed(1)
        _say(link, OpenSegment(2, 2), SegmentSound(2, spoken("B")), CloseSegment(2))
        assert [m.text for m in _until(link, FinalSaid) if isinstance(m, FinalSaid)] == ["B"]
    assert bench.made[0].finished == 0  # another one heard the B


def test_above_its_memory_budget_a_worker_makes_its_recognisers_anew() -> None:
    bench = _Bench(resident_bytes=(_BUDGET_MB + 1) * 1_048_576)
    with _running(bench) as link:
        for segment in (1, 2):
            _say(link, OpenSegment(segment, 1), SegmentSound(segment, spoken("A")), CloseSegment(segment))
            _until(link, FinalSaid)
    assert len(bench.made) == 2


def test_nothing_heard_is_an_empty_final() -> None:
    with _running(_Bench()) as link:
        _say(link, OpenSegment(1, 1), CloseSegment(1))
        assert _until(link, FinalSaid)[-1] == FinalSaid(1, 0, True, "", ())


def test_phrases_are_spotted_beside_the_words_and_told_before_the_last_final() -> None:
    bench = _Bench()
    with _running(bench) as link:
        _say(link, OpenSegment(1, 1, Leg.AGENT), SegmentSound(1, spoken("la\x01", 200)), SegmentSound(1, spoken("bye")))
        _say(link, CloseSegment(1))
        heard = [m for m in _until(link, FinalSaid, 2) if isinstance(m, PhraseSaid | FinalSaid)]
    assert heard[1] == PhraseSaid(1, "Good bye", 200, 300, 1.0)
    assert [m.text for m in (heard[0], heard[2]) if isinstance(m, FinalSaid)] == ["la", "bye"]
    assert len(bench.spotters) == 1


def test_nothing_is_spotted_for_a_leg_without_phrases_nor_for_a_decoy() -> None:
    bench = _Bench()
    with _running(bench) as link:
        for number, (spot, text) in enumerate([(None, "bye"), (Leg.CUSTOMER, "bye"), (Leg.AGENT, "buy")]):
            _say(link, OpenSegment(number, 1, spot), SegmentSound(number, spoken(text)), CloseSegment(number))
        heard = _until(link, FinalSaid, 3)
    assert not any(isinstance(m, PhraseSaid) for m in heard)
    assert len(bench.spotters) == 1


def test_an_abandoned_spotter_is_clean_for_the_next() -> None:
    bench = _Bench()
    with _running(bench, recognizers=1) as link:
        _say(link, OpenSegment(1, 1, Leg.AGENT), SegmentSound(1, spoken("b")))
        _until(link, Decoded)
        _say(link, AbandonSegment(1))
        _say(link, OpenSegment(2, 2, Leg.AGENT), SegmentSound(2, spoken("bye")), CloseSegment(2))
        heard = _until(link, FinalSaid)
    assert [m.phrase for m in heard if isinstance(m, PhraseSaid)] == ["Good bye"]
    assert len(bench.spotters) == 1


class _Noting(_Attentive):
    """Notes whose turn it was."""

    def __init__(self, turns: list[str], name: str) -> None:
        super().__init__()
        self._turns, self._name = turns, name

    def feed(self, pcm_s16le: bytes) -> PartialText | FinalWords:
        self._turns.append(self._name)
        return super().feed(pcm_s16le)


def _turns_of_two_segments(blocks: int) -> list[str]:
    """Whose turn it was while two segments of so many blocks came at once: w for words, p for phrases."""
    turns: list[str] = []
    ours, theirs = socket.socketpair()
    ours.settimeout(10)
    spotters = SpotterPools({Leg.AGENT: _GRAMMAR}, lambda _grammar: _Noting(turns, "p"), 2)
    ears = WorkerEars(RecognizerPool(lambda: _Noting(turns, "w"), 2), _BUDGET_MB, spotters, lambda: 0)
    ears.may_make_ahead = False
    with theirs, ours:
        thread = threading.Thread(target=Worker(theirs, ears).run)
        sounds = [SegmentSound(number, spoken("hello")) for _ in range(blocks) for number in (1, 2)]
        _say(ours, *(OpenSegment(number, number, Leg.AGENT) for number in (1, 2)), *sounds)
        thread.start()
        _until_true(lambda: turns.count("p") == 2 * blocks)
        ours.close()
        thread.join(10)
    return turns


def test_words_go_first_and_phrases_follow() -> None:
    assert "".join(_turns_of_two_segments(30)) == 60 * "w" + 60 * "p"


def test_phrases_that_wait_too_long_are_not_put_off_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_SPOT_PATIENCE_NS", 0)
    turns = _turns_of_two_segments(30)
    assert (turns.count("w"), turns.count("p")) == (60, 60)
    assert turns.index("p") < 20


def test_phrases_are_told_before_a_final_within_a_segment_so_a_second_run_need_not_find_them() -> None:
    bench = _Bench()
    with _running(bench) as link:
        _say(link, OpenSegment(1, 7, Leg.AGENT), SegmentSound(1, spoken("bye\x01")), SegmentSound(1, spoken("hello")))
        heard = _until(link, FinalSaid)
        kinds = [type(message) for message in heard]
        assert kinds.index(PhraseSaid) < kinds.index(FinalSaid)


def test_a_spotter_that_fails_goes_and_the_words_stay() -> None:
    class _Refusing(FakeRecognizer):
        def feed(self, pcm_s16le: bytes) -> PartialText | FinalWords:
            raise RecognizerError("refused")

    ours, theirs = socket.socketpair()
    ours.settimeout(10)
    spotters = SpotterPools({Leg.AGENT: _GRAMMAR}, lambda _grammar: _Refusing(), 2)
    worker = Worker(theirs, WorkerEars(RecognizerPool(FakeRecognizer, 2), _BUDGET_MB, spotters, lambda: 0))
    thread = threading.Thread(target=worker.run)
    thread.start()
    with theirs:
        with ours:
            _say(ours, OpenSegment(1, 1, Leg.AGENT), SegmentSound(1, spoken("bye")), CloseSegment(1))
            assert [m.text for m in _until(ours, FinalSaid) if isinstance(m, FinalSaid)] == ["bye"]
        thread.join(10)


def test_new_rules_count_from_the_next_segment_on() -> None:
    bench = _Bench()
    new = SpottingGrammar({("la",): "La"}, [])
    with _running(bench) as link:
        _say(link, OpenSegment(1, 1, Leg.AGENT), SegmentSound(1, spoken("bye")))
        _until(link, Decoded)
        _say(link, ListenFor(grammars_text({Leg.AGENT: new})), OpenSegment(2, 2, Leg.AGENT))
        _say(link, SegmentSound(2, spoken("la")), CloseSegment(2), CloseSegment(1))
        heard = _until(link, FinalSaid, 2)
        _say(link, OpenSegment(3, 1, Leg.AGENT), SegmentSound(3, spoken("la")), CloseSegment(3))
        heard += _until(link, FinalSaid)
        _say(link, ListenFor(grammars_text({})), OpenSegment(4, 1, Leg.AGENT), SegmentSound(4, spoken("la")))
        _say(link, CloseSegment(4))
        heard += _until(link, FinalSaid)
    told = {(m.segment, m.phrase) for m in heard if isinstance(m, PhraseSaid)}
    assert told == {(1, "Good bye"), (2, "La"), (3, "La")}


def test_phrases_alone_take_no_full_recogniser() -> None:
    bench = _Bench()
    with _running(bench, recognizers=1) as link:
        _say(link, OpenSegment(1, 1), SegmentSound(1, spoken("x")))  # the one recogniser is out
        _say(link, OpenSegment(2, 2, Leg.AGENT, words=False), SegmentSound(2, spoken("bye", 400)))
        _say(link, OpenSegment(3, 3, Leg.AGENT, words=False), SegmentSound(3, spoken("bye")))  # waits for the spotter
        _say(link, CloseSegment(2), CloseSegment(3))
        heard = _until(link, FinalSaid, 2)
    assert [m.segment for m in heard if isinstance(m, PhraseSaid)] == [2, 3]
    assert [(m.segment, m.text) for m in heard if isinstance(m, FinalSaid)] == [(2, ""), (3, "")]
    assert (len(bench.made), len(bench.spotters)) == (1, 1)


def test_a_segment_whose_words_stop_tells_those_so_far_and_spots_on() -> None:
    bench = _Bench()
    with _running(bench, recognizers=1) as link:
        _say(link, OpenSegment(1, 1, Leg.AGENT), SegmentSound(1, spoken("by", 200)))
        _until(link, Decoded)
        _say(link, StopWords(1), StopWords(9), OpenSegment(2, 2), SegmentSound(2, spoken("B")), CloseSegment(2))
        _say(link, SegmentSound(1, spoken("e", 300)), CloseSegment(1))
        heard = _until(link, FinalSaid, 3)
    finals = [(m.segment, m.text, m.last) for m in heard if isinstance(m, FinalSaid)]
    assert sorted(finals) == [(1, "", True), (1, "by", False), (2, "B", True)]
    assert [m.phrase for m in heard if isinstance(m, PhraseSaid)] == ["Good bye"]
    assert len(bench.made) == 1


def test_a_cut_segment_ends_with_what_was_decoded() -> None:
    bench = _Bench()
    with _running(bench, recognizers=1) as link:
        _say(link, OpenSegment(1, 1), SegmentSound(1, spoken("A", 200)))
        _until(link, Decoded)
        _say(link, SegmentSound(1, spoken("B", 10_000)), CutSegment(1), CutSegment(9))
        _say(link, OpenSegment(2, 2), SegmentSound(2, spoken("C", 400)), CutSegment(2))  # nothing of it was decoded
        heard = _until(link, FinalSaid, 2)
    finals = {m.segment: m.text for m in heard if isinstance(m, FinalSaid)}
    assert finals[1][:1] == "A"
    assert len(finals) == 2
