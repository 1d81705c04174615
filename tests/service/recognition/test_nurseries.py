"""A group goes on with the model as it ships until the composed graph is there, and moves over without losing words."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from alerts.spotting_list import SpottedPhrases, SpottingList
from config.recognition import RecognitionSettings
from service.recognition.composed_graph import ComposedGraphs, ComposeError
from service.recognition.group import RecognitionGroup
from service.recognition.nurseries import GraphState, Nurseries
from service.recognition.nursery_process import ModelReady, ModelRefused
from streaming.observations import Word
from tests.fakes.recognizer import spoken
from tests.fakes.running_group import running_group
from tests.fakes.segment_listener import SegmentListener
from tests.fakes.workers import FakeNursery

_SETTINGS = RecognitionSettings(workers=2, recognizers_per_worker=2, hung_worker_s=1)
_PHRASES = SpottingList(*(SpottedPhrases(("old",), (), ()) for _ in range(2)))
_NEW_PHRASES = SpottingList(*(SpottedPhrases(("new",), (), ()) for _ in range(2)))


class _Graphs(ComposedGraphs):
    """Composes when the test says so, or fails."""

    def __init__(self, reason: str | None = None, failure: str | None = None, found: Path | None = None) -> None:
        super().__init__(Path("graphs"))
        self.reason, self.failure, self.found = reason, failure, found
        self.asked = 0
        self.may_end = asyncio.Event()

    def find(self, model_dir: Path) -> Path | None:
        return self.found

    def why_not(self, model_dir: Path) -> str | None:
        return self.reason

    async def compose(self, model_dir: Path) -> Path:
        self.asked += 1
        await self.may_end.wait()
        if self.failure is not None:
            raise ComposeError(self.failure)
        return Path("graphs/made")


class _Node:
    """A group whose nurseries are fakes; the second one says that its graph is composed, or is `refused`."""

    def __init__(self, graphs: _Graphs, *, refused: bool = False) -> None:
        self.graphs, self.refused = graphs, refused
        self.nurseries: list[FakeNursery] = []
        self.group = RecognitionGroup(
            "ko", Path("model"), _SETTINGS, source=self._nursery, phrases=_PHRASES, graphs=graphs
        )

    def _nursery(self) -> FakeNursery:
        first = ModelReady(composed=bool(self.nurseries))
        self.nurseries.append(FakeNursery(ModelRefused("damaged") if self.refused and self.nurseries else first))
        return self.nurseries[-1]


@asynccontextmanager
async def _running(node: _Node) -> AsyncIterator[RecognitionGroup]:
    async with running_group(node.group, 10):
        yield node.group


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - there is no event for it, and none is needed
            await asyncio.sleep(0.005)


async def test_speech_goes_on_with_the_composed_graph_from_the_last_final() -> None:
    node = _Node(_Graphs())
    async with _running(node) as group:
        listener = SegmentListener()
        segment = group.open_segment("call/agent", 1_000, listener.hear)
        assert segment is not None
        segment.feed(spoken("A\x01", 100))
        segment.feed(spoken("B", 100))
        await listener.until(lambda: bool(listener.partials))
        await _until(lambda: group.graph == (GraphState.COMPOSING, None))
        node.graphs.may_end.set()
        await _until(lambda: group.graph == (GraphState.COMPOSED, None) and group.ready)
        segment.feed(spoken("C", 100))
        segment.close()
        await listener.over()
        assert [nursery.stopped for nursery in node.nurseries] == [True, False]
    assert [final.text for final in listener.finals] == ["A", "BC"]
    assert listener.finals[1].words == (Word("BC", 1_200, 1_300, 1.0),)
    assert (group.workers_lost, group.counts.nurseries_lost, group.dropped_segments) == (0, 0, 0)
    assert node.nurseries[1].stopped
    assert node.graphs.asked == 1


async def test_rules_changed_while_it_was_composed_are_listened_for_afterwards() -> None:
    node = _Node(_Graphs())
    async with _running(node) as group:
        node.graphs.may_end.set()
        await _until(lambda: len(node.nurseries) == 2)
        await _until(lambda: group.graph[0] is GraphState.COMPOSED)
        group.listen_for(_NEW_PHRASES)
        await _until(lambda: node.nurseries[1].listens == [_NEW_PHRASES])
    assert node.nurseries[0].listens == []


@pytest.mark.parametrize(
    ("graphs", "refused", "why"),
    [
        (_Graphs(reason="OpenFst's programs are not installed."), False, "OpenFst's programs are not installed."),
        (_Graphs(failure="fstcompose was killed."), False, "fstcompose was killed."),
        (_Graphs(), True, "The composed graph cannot be used."),
    ],
    ids=["cannot be composed", "composing fails", "cannot be used"],
)
async def test_without_a_graph_that_can_be_used_everything_stays_as_it_is(
    graphs: _Graphs, *, refused: bool, why: str
) -> None:
    node = _Node(graphs, refused=refused)
    async with _running(node) as group:
        graphs.may_end.set()
        await _until(lambda: graphs.reason is not None or graphs.asked == 1)
        await _until(lambda: not refused or [nursery.stopped for nursery in node.nurseries] == [False, True])
        listener = SegmentListener()
        segment = group.open_segment("call/agent", 0, listener.hear)
        assert segment is not None
        segment.feed(spoken("A", 100))
        segment.close()
        await listener.over()
        assert [final.text for final in listener.finals] == ["A"]
        await _until(lambda: group.graph == (GraphState.SHIPPED, why))
        assert not node.nurseries[0].stopped


async def test_a_graph_that_is_there_is_used_at_once_and_not_made_again() -> None:
    graphs = _Graphs(found=Path("graphs/made"))
    nurseries = Nurseries(Path("model"), _SETTINGS, None, graphs, FakeNursery)
    assert isinstance(await nurseries.next(), FakeNursery)
    ready = asyncio.Event()
    ready.set()
    with suppress(TimeoutError):
        await asyncio.wait_for(nurseries.better(ready), 0.05)
        raise AssertionError("there is nothing better")
    assert graphs.asked == 0


async def test_a_better_one_that_nobody_took_is_ended() -> None:
    made: list[FakeNursery] = []

    def make() -> FakeNursery:
        made.append(FakeNursery())
        return made[-1]

    graphs = _Graphs()
    graphs.may_end.set()
    nurseries = Nurseries(Path("model"), _SETTINGS, None, graphs, make)
    await nurseries.next()
    ready = asyncio.Event()
    ready.set()
    await nurseries.better(ready)
    await nurseries.close()
    assert [nursery.stopped for nursery in made] == [False, True]
