"""Segments are shared out, survive their workers, and are refused or dropped, and counted, when that is the truth."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from alerts.spotting_list import SpottedPhrases, SpottingList
from config.recognition import RecognitionSettings
from service.recognition.group import RecognitionGroup, RecognitionStartError
from service.recognition.nursery_process import ModelRefused
from service.recognition.segment import LossReason, Segment
from streaming.frames import Leg
from streaming.observations import Word
from tests.fakes.recognizer import REFUSED, spoken
from tests.fakes.running_group import running_group
from tests.fakes.segment_listener import SegmentListener
from tests.fakes.workers import FakeNursery

_SETTINGS = RecognitionSettings(workers=2, recognizers_per_worker=2, behind_limit_ms=500, hung_worker_s=1)


class _Node:
    """A running group, and the nurseries it has used."""

    def __init__(self, settings: RecognitionSettings) -> None:
        self.nurseries: list[FakeNursery] = []
        self.group = RecognitionGroup("ko", Path("model"), settings, source=self._nursery)

    def _nursery(self) -> FakeNursery:
        self.nurseries.append(FakeNursery())
        return self.nurseries[-1]

    def open(self, leg_key: str = "call/agent", start_ms: int = 0) -> tuple[Segment, SegmentListener]:
        listener = SegmentListener()
        segment = self.group.open_segment(leg_key, start_ms, listener.hear)
        assert segment is not None
        return segment, listener

    def worker_of(self, segment: Segment) -> int:
        assert segment.link is not None
        return segment.link.number

    def decode(self, on: bool) -> None:
        for nursery in self.nurseries:
            nursery.decoding.set() if on else nursery.decoding.clear()


@asynccontextmanager
async def _running(settings: RecognitionSettings = _SETTINGS) -> AsyncIterator[_Node]:
    node = _Node(settings)
    async with running_group(node.group, 10):
        yield node


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - the group has no event for it, and needs none
            await asyncio.sleep(0)


async def test_a_segment_comes_back_as_partials_and_finals_in_call_time() -> None:
    async with _running() as node:
        segment, listener = node.open(start_ms=5_000)
        segment.feed(spoken("A", 100))
        segment.feed(spoken("B\x01", 100))
        segment.feed(spoken("C", 100))
        segment.close()
        await listener.over()
        assert list(node.group.memory_bytes().values()) == [1_000_000]
    assert [partial.text for partial in listener.partials] == ["A", "C"]
    assert [(final.text, final.last) for final in listener.finals] == [("AB", False), ("C", True)]
    assert listener.finals[0].words == (Word("AB", 5_100, 5_200, 1.0),)
    assert (listener.partials[1].start_ms, listener.partials[1].end_ms) == (5_200, 5_300)
    assert (node.group.open_segments, node.group.queued_ms()) == (0, 0)
    assert (node.group.counts.segments, node.group.decoded_ms) == (1, 300)
    assert (node.group.cpu_ms(), node.group.spotting_cpu_ms(), node.group.decoding_cpu_ms()) == (5, 1, 3)
    assert dict(node.group.lag.buckets())["+Inf"] == 3


async def test_segments_are_spread_and_a_leg_returns_to_its_worker() -> None:
    async with _running() as node:
        first, _ = node.open("a")
        second, _ = node.open("b")
        assert {node.worker_of(first), node.worker_of(second)} == {0, 1}
        home = node.worker_of(second)
        first.abandon()
        second.abandon()
        again, _ = node.open("b")
        assert node.worker_of(again) == home


async def test_a_dead_workers_segments_run_again_from_the_last_final_and_others_go_on() -> None:
    async with _running() as node:
        hit, listener = node.open("a", start_ms=1_000)
        spared, other = node.open("b")
        hit.feed(spoken("A\x01", 100))
        hit.feed(spoken("B", 100))
        spared.feed(spoken("X", 100))
        await listener.until(lambda: len(listener.partials) == 1)
        await other.until(lambda: bool(other.partials))
        node.nurseries[0].newest(node.worker_of(hit)).task.cancel()
        hit.feed(spoken("C", 100))
        hit.close()
        spared.close()
        await listener.over()
        await other.over()
    assert [final.text for final in listener.finals] == ["A", "BC"]
    assert listener.finals[1].words == (Word("BC", 1_200, 1_300, 1.0),)
    assert [final.text for final in other.finals] == ["X"]
    assert (node.group.workers_lost, node.group.counts.reruns, node.group.dropped_segments) == (1, 1, 0)


async def test_a_worker_that_answers_nothing_is_ended_and_its_segments_run_again() -> None:
    async with _running() as node:
        segment, listener = node.open()
        node.decode(False)
        segment.feed(spoken("A", 100))
        segment.close()
        await _until(lambda: bool(node.nurseries[0].killed))
        node.decode(True)
        await listener.over()
    assert [final.text for final in listener.finals] == ["A"]
    assert (node.group.workers_hung, node.group.workers_lost) == (1, 1)


async def test_a_new_nursery_takes_up_what_the_old_one_left() -> None:
    async with _running() as node:
        segment, listener = node.open()
        segment.feed(spoken("A", 100))
        await listener.until(lambda: bool(listener.partials))
        node.nurseries[0].die()
        await _until(lambda: len(node.nurseries) == 2)
        segment.feed(spoken("B", 100))
        segment.close()
        await listener.over()
        assert node.group.ready
    assert [final.text for final in listener.finals] == ["AB"]
    assert node.nurseries[0].stopped
    assert node.group.counts.nurseries_lost == 1


async def test_changed_rules_reach_every_worker_and_the_nurseries_to_come() -> None:
    rules = SpottingList(SpottedPhrases(("bye",), ()), SpottedPhrases((), ()))
    async with _running() as node:
        workers = node.nurseries[0].workers
        node.group.listen_for(rules)
        await _until(lambda: [worker.listens_for for worker in workers] == [["bye"], ["bye"]])
        node.nurseries[0].die()
        node.group.listen_for(rules)  # nobody takes it; the next nursery begins with it
        await _until(lambda: len(node.nurseries) == 2)


async def test_a_segment_that_kills_every_worker_is_given_up() -> None:
    async with _running() as node:
        segment, listener = node.open()
        segment.feed(spoken("A", 100))
        while not listener.lost:
            link = segment.link
            if link is not None and link.pid is not None:
                node.nurseries[0].newest(link.number).task.cancel()
                await _until(lambda link=link: segment.link is not link)  # type: ignore[misc]
            await asyncio.sleep(0)
    assert listener.lost[0].reason is LossReason.CRASHING
    assert node.group.counts.lost_segments == 1


async def test_what_is_behind_is_dropped_and_new_speech_refused_until_it_is_gone() -> None:
    async with _running() as node:
        keeping_up, _ = node.open("b")
        segment, listener = node.open("a")
        node.decode(False)
        segment.feed(spoken("A", 100))
        await _until(lambda: node.group.oldest_wait_ms() > 410)
        assert segment.link is not None
        segment.link.data_received(b"")  # it answers, so it is not dead, only slow
        assert node.group.lag_ms() > 410
        assert node.group.open_segment("c", 0, listener.hear) is None
        assert node.group.counts.refused_segments == 1
        while not listener.lost and segment.link is not None:
            segment.link.data_received(b"")
            await asyncio.sleep(0)
        assert listener.lost[0].reason is LossReason.BEHIND
        assert listener.lost[0].at_ms == 100
        assert node.group.dropped_segments == 2
        assert keeping_up.link is not None
        assert node.group.open_segment("c", 0, listener.hear) is not None


async def test_a_silent_worker_costs_its_own_segments_time_and_nobody_else_anything() -> None:
    async with _running() as node:
        segment, _ = node.open("a")
        node.decode(False)
        segment.feed(spoken("A", 100))
        await _until(lambda: node.group.oldest_wait_ms() > 300)
        assert node.group.lag_ms() == 0
        others = [node.open(f"leg {n}")[0] for n in range(3)]
        assert node.worker_of(segment) not in [node.worker_of(other) for other in others]


async def test_what_a_crash_delays_has_its_time_again_and_moves_no_call() -> None:
    settings = _SETTINGS.model_copy(update={"hung_worker_s": 60.0})
    async with _running(settings) as node:
        segment, listener = node.open("a")
        segment.feed(spoken("A", 1_000))
        await listener.until(lambda: bool(listener.partials))
        node.decode(False)
        node.nurseries[0].newest(node.worker_of(segment)).task.cancel()
        await _until(lambda: segment.runs == 2)
        assert node.group.recovering
        waited_s = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() - waited_s < 0.9:  # longer than behind_limit_ms
            assert segment.link is not None
            segment.link.data_received(b"")
            assert node.group.lag_ms() == 0
            await asyncio.sleep(0.01)
        assert not listener.lost
        node.decode(True)
        segment.close()
        await listener.over()
    assert [final.text for final in listener.finals] == ["A"]


async def test_phrases_alone_have_places_of_their_own_and_a_segment_can_lose_its_words_or_its_end() -> None:
    async with _running() as node:
        opened = [node.group.open_segment(f"leg {n}", 0, SegmentListener().hear) for n in range(9)]
        assert opened[-1] is None
        listener = SegmentListener()
        phrases = node.group.open_segment("p", 0, listener.hear, spot=Leg.AGENT, words=False)
        assert phrases is not None
        phrases.feed(spoken("A", 100))
        phrases.cut()
        await listener.over()
        segment = opened[0]
        assert segment is not None
        segment.feed(spoken("A", 100))
        segment.stop_words()
        segment.stop_words()
        assert node.group.open_segment("again", 0, listener.hear) is not None  # its place is free


async def test_there_are_never_more_segments_than_two_for_each_recogniser() -> None:
    async with _running() as node:
        opened = [node.group.open_segment(f"leg {n}", 0, SegmentListener().hear) for n in range(10)]
        assert [segment is not None for segment in opened] == [True] * 8 + [False] * 2


async def test_a_patient_feeder_is_never_refused_and_waits_for_room() -> None:
    async with _running() as node:
        node.decode(False)
        listener = SegmentListener()
        segments = [node.group.open_segment(f"leg {n}", 0, listener.hear, patient=True) for n in range(10)]
        for segment in segments:
            assert segment is not None
            segment.feed(spoken("A", 600))
        waiting = asyncio.create_task(node.group.room())
        await asyncio.sleep(0)
        assert not waiting.done()
        node.decode(True)
        async with asyncio.timeout(10):
            await waiting
        assert node.group.queued_ms() < 4_000


async def test_refused_audio_loses_its_segment_only() -> None:
    async with _running() as node:
        bad, listener = node.open("a")
        good, other = node.open("a")
        bad.feed(spoken(chr(REFUSED), 100))
        good.feed(spoken("A", 100))
        good.close()
        await listener.over()
        await other.over()
        bad.feed(spoken("B", 100))
        bad.close()
        bad.abandon()
    assert [lost.reason for lost in listener.lost] == [LossReason.REFUSED]
    assert [final.text for final in other.finals] == ["A"]


async def test_the_stop_ends_open_segments_and_releases_who_waits() -> None:
    async with _running() as node:
        segment, listener = node.open()
        segment.feed(spoken("A", 60_000))
        waiting = asyncio.create_task(node.group.room())
        await asyncio.sleep(0)
    await waiting
    assert [lost.reason for lost in listener.lost] == [LossReason.STOPPED]
    assert not node.group.ready
    assert node.group.open_segment("a", 0, listener.hear) is None


async def test_an_unusable_model_stops_the_start_with_its_sentence() -> None:
    group = RecognitionGroup("ko", Path("m"), _SETTINGS, source=lambda: FakeNursery(ModelRefused("m: no model")))
    running = asyncio.create_task(group.run())
    with pytest.raises(RecognitionStartError, match="m: no model"):
        await running
    with pytest.raises(RecognitionStartError, match="m: no model"):
        await group.wait_ready()


async def test_a_model_whose_loading_dies_is_tried_three_times() -> None:
    started: list[FakeNursery] = []

    def dying() -> FakeNursery:
        started.append(FakeNursery())
        started[-1].die()
        return started[-1]

    group = RecognitionGroup("ko", Path("m"), _SETTINGS, source=dying)
    with pytest.raises(RecognitionStartError, match="died 3 times"):
        await group.run()
    assert len(started) == 3
