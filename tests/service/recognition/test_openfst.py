"""OpenFst's programs: whether they are here, and that they step back."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from service.recognition.openfst import ProgramFailedError, programs_missing, run_program
from tests.fakes.slow_program import HANGS, pid_of, stands_in, until


def test_they_are_missing_where_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not programs_missing()
    monkeypatch.setenv("PATH", "")
    assert programs_missing()


async def test_a_program_steps_back_and_is_named_when_it_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = stands_in(tmp_path / "bin", "slow", HANGS, monkeypatch)
    running = asyncio.create_task(run_program("slow", folder=tmp_path))
    pid = await pid_of(program)
    first_to_go = Path(f"/proc/{pid}/oom_score_adj")
    await until(lambda: first_to_go.read_text(encoding="ascii") == "1000\n")
    assert os.sched_getscheduler(pid) == os.SCHED_IDLE
    assert os.getpriority(os.PRIO_PROCESS, pid) == 19
    assert os.getsid(pid) != os.getsid(0)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(ProgramFailedError, match="slow was ended from outside, most likely because memory ran out"):
        await running


async def test_what_a_program_cannot_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(ProgramFailedError, match="fstconvert failed: "):
        await run_program("fstconvert", "nothing", "something", folder=tmp_path)
