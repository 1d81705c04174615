"""`earshot demo` in a process of its own, as a newcomer starts it."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

_UP_S, _DOWN_S = 60, 20


@dataclass(slots=True)
class Demo:
    """A running demo: where its console is, what it said."""

    http: str
    process: asyncio.subprocess.Process
    log: list[str] = field(default_factory=list)

    def failures(self) -> list[str]:
        """What it said of errors."""
        return [line for line in self.log if '"level": "error"' in line or "Traceback" in line or "Exception" in line]


@asynccontextmanager
async def running_demo(data_dir: Path) -> AsyncIterator[Demo]:
    """Until the block ends; then it is stopped as by Ctrl-C."""
    command = ["env", "EARSHOT_RECOGNITION__GRAPH=shipped"]  # with a folder to keep it in it would compose, for minutes
    command += [sys.executable, "-m", "service.commands.program", "demo", "--no-browser"]
    command += ["--http-port", "0", "--audiosocket-port", "0", "--data-dir", str(data_dir)]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    log: list[str] = []

    async def keep(stream: asyncio.StreamReader) -> None:
        async for line in stream:  # line by line, so that the log is there while the demo runs
            log.append(line.decode(errors="replace").rstrip())  # noqa: PERF401  # the same

    keeping = asyncio.create_task(keep(process.stderr))
    try:
        async with asyncio.timeout(_UP_S):
            ready = json.loads(await process.stdout.readline())
        yield Demo(ready["http"], process, log)
    finally:
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(_DOWN_S):
            await process.wait()
        await keeping
