"""Calls are recorded behind the call and found again after it."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from config.keeping import RecordingSettings
from service.clips.places import earlier_path, part_path, recording_path, recordings_of
from service.clips.recorder import Recorder
from service.clips.unfinished import Unfinished
from streaming.frames import Leg
from tests.service.clips.heard_call import HeardCall, pitch_hz

_LEGS = (Leg.AGENT, Leg.CUSTOMER)
_KILLED = """
import os, signal, sys
import numpy as np, soundfile
file = soundfile.SoundFile(sys.argv[1], "w", samplerate=16_000, channels=2, format="FLAC", subtype="PCM_16")
s = np.arange(160_000) / 16_000
file.write((np.stack([np.sin(2 * np.pi * hz * s) for hz in (440, 700)], axis=1) * 8_000).astype("int16"))
os.kill(os.getpid(), signal.SIGKILL)
"""


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


async def test_what_a_killed_node_recorded_is_finished_at_the_next_start(tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    command = [sys.executable, "-c", _KILLED, str(folder / f"call-c%-{uuid4().hex}.part")]
    killed = await asyncio.to_thread(subprocess.run, command, check=False)
    assert killed.returncode == -signal.SIGKILL
    (folder / f"call-empty%-{uuid4().hex}.part").write_bytes(b"")
    neighbour = Unfinished(folder / "call-c.flac", 2)  # another node goes on with the call in the same folder
    recorder = recorder_of(HeardCall(), tmp_path)
    task = asyncio.create_task(recorder.run())
    while len(list(folder.glob("*.part"))) > 1:  # noqa: ASYNC110  # a thread is at it
        await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert len(list(folder.iterdir())) == 2
    assert (folder / "call-c.flac").stat().st_mode & 0o077 == 0
    found = await recorder.cut("c", 0, 60_000, _LEGS)
    assert found is not None
    agent, customer = found[1]
    assert len(agent) // 32 > 9_000
    assert (pitch_hz(agent), pitch_hz(customer)) == (440, 700)
    neighbour.finish()
    assert sorted(path.name for path in folder.iterdir()) == ["call-c%-earlier-1.flac", "call-c.flac"]


def test_all_files_of_a_call_are_found_and_no_other(tmp_path: Path) -> None:
    for name in ("a", "a:b", "a.b", "ab"):
        path = recording_path(tmp_path, name)
        for each in (path, earlier_path(path), part_path(path)):
            each.touch()
            assert each in recordings_of(tmp_path, name)
    assert [len(recordings_of(tmp_path, name)) for name in ("a", "a:b", "a.b", "ab", "b")] == [3, 3, 3, 3, 0]


async def test_a_call_that_goes_on_after_a_restart_does_not_erase_what_was_recorded_before(tmp_path: Path) -> None:
    for _ in range(2):
        heard = HeardCall()
        recorder = recorder_of(heard, tmp_path)
        heard.hear(5_000)
        await recorder.look()
        heard.end()
        await recorder.look()
    names = sorted(path.name for path in (tmp_path / "recordings").iterdir())
    assert names == ["call-c%-earlier-1.flac", "call-c.flac"]


async def test_a_folder_that_cannot_be_written_ends_the_recording_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("in the way")
    heard = HeardCall()
    recorder = recorder_of(heard, tmp_path)
    heard.hear(5_000)
    await recorder.look()
    assert recorder.failed == 1
    assert not heard.streams[Leg.AGENT].call.closed
