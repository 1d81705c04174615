"""Calls are recorded behind the call and found again after it."""

import asyncio
from pathlib import Path

import pytest

from config.keeping import RecordingSettings
from service.clips.recorder import Recorder
from streaming.frames import Leg
from tests.service.clips.heard_call import HeardCall, pitch_hz

_LEGS = (Leg.AGENT, Leg.CUSTOMER)


def recorder_of(heard: HeardCall, folder: Path) -> Recorder:
    return Recorder(RecordingSettings(keep_calls=True), folder / "recordings", heard.board, 60)


async def test_a_call_longer_than_the_ring_is_there_whole(tmp_path: Path) -> None:
    heard = HeardCall()
    recorder = recorder_of(heard, tmp_path)
    for second in range(0, 75, 5):
        heard.hear(second * 1_000 + 5_000)
        await recorder.look()
    assert await recorder.cut("c", 0, 1_000, _LEGS) is None  # not before its end
    heard.end()
    await recorder.look()
    found = await recorder.cut("c", 2_000, 4_000, _LEGS)
    assert found is not None
    begin_ms, (agent, customer) = found
    assert (begin_ms, len(agent), len(customer)) == (2_000, 64_000, 64_000)
    assert (pitch_hz(agent), pitch_hz(customer)) == (440, 700)
    last = await recorder.cut("c", 74_000, 99_000, (Leg.CUSTOMER,))
    assert last is not None
    assert len(last[1][0]) // 32 == pytest.approx(1_000, abs=60)
    assert [path.name for path in (tmp_path / "recordings").iterdir()] == ["call-c.flac"]


async def test_a_mixed_leg_is_on_both_sides(tmp_path: Path) -> None:
    heard = HeardCall(Leg.MIXED)
    recorder = recorder_of(heard, tmp_path)
    heard.hear(5_000)
    await recorder.look()
    heard.end()
    await recorder.look()
    found = await recorder.cut("c", 0, 2_000, (Leg.MIXED,))
    assert found is not None
    assert pitch_hz(found[1][0]) == 440


async def test_a_service_that_stops_keeps_what_was_heard(tmp_path: Path) -> None:
    heard = HeardCall()
    recorder = recorder_of(heard, tmp_path)
    heard.hear(5_000)
    await recorder.look()
    task = asyncio.create_task(recorder.run())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    found = await recorder.cut("c", 0, 5_000, _LEGS)
    assert found is not None
    assert len(found[1][0]) // 32 > 4_500


async def test_a_folder_that_cannot_be_written_ends_the_recording_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("in the way")
    heard = HeardCall()
    recorder = recorder_of(heard, tmp_path)
    heard.hear(5_000)
    await recorder.look()
    assert recorder.failed == 1
    assert not heard.streams[Leg.AGENT].call.closed
