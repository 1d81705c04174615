"""OpenFst's own programs, run one at a time and out of everybody's way."""

import asyncio
import contextlib
import os
import shutil
import signal
from ctypes.util import find_library
from pathlib import Path

DEBIAN_PACKAGE = "libfst-tools"
_PROGRAMS = ("fstsymbols", "fstarcsort", "fstcompose", "fstrelabel", "fstconvert")
# They register the kinds of graph that the programs do not know by themselves: olabel_lookahead and ngram.
_PLUGINS = ("fstlookahead", "fstngram")
_LAST_NICENESS = 19
_FIRST_TO_GO = "1000"  # proc(5), oom_score_adj: where memory runs out the kernel ends this one, not a worker with calls


class ProgramFailedError(Exception):
    """A program ended without its result; the text is one sentence."""


def programs_missing() -> bool:
    """Whether a program or plugin of OpenFst is not installed here."""
    return any(shutil.which(each) is None for each in _PROGRAMS) or any(find_library(each) is None for each in _PLUGINS)


async def run_program(name: str, *arguments: str, folder: Path) -> None:
    """Run a program in `folder`: it uses what others leave idle, and ends with this process, or when this is cancelled.

    Raises ProgramFailedError.
    """
    process = await asyncio.create_subprocess_exec(
        *_ends_with_its_parent(),
        *("/usr/bin/env", f"LD_PRELOAD={':'.join(filter(None, map(find_library, _PLUGINS)))}"),
        *(name, *arguments),
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,  # it names paths
        start_new_session=True,  # Ctrl-C in the terminal reaches the service alone
    )
    _step_back(process.pid)
    try:
        status = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if status == -signal.SIGKILL:
        raise ProgramFailedError(f"{name} was ended from outside, most likely because memory ran out.")
    if status:
        raise ProgramFailedError(f"{name} failed: the model's graphs are damaged, or the disk is full.")


def _ends_with_its_parent() -> tuple[str, ...]:
    """A process killed outright cannot end its children, so the kernel does it (prctl(2), PR_SET_PDEATHSIG)."""
    return ("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()


def _step_back(pid: int) -> None:
    """The class for idle moments where that is allowed; it holds for the disk too (ioprio_set(2), notes)."""
    with contextlib.suppress(OSError):
        os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, _LAST_NICENESS)
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/oom_score_adj").write_text(_FIRST_TO_GO, encoding="ascii")
