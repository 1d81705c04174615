"""The bench's hold on the driver's process: one order out, the window's mark and a report back."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from service.bench.children import child_process
from service.bench.orders import DriverFailure, DriverLine, PlayOrder, PlayReport, WindowMark
from service.bench.processes import cpu_s

_LONGEST_LINE = 1 << 28  # an hour's lags
_STOP_S = 10


class DriverError(Exception):
    """The calls could not be played; the text says why."""


class DriverLink:
    """A driver that is running."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    def cpu_s(self) -> float:
        """CPU seconds it has taken so far."""
        return cpu_s(self._process.pid)

    async def play(self, order: PlayOrder, mark: Callable[[], Awaitable[None]]) -> PlayReport:
        """Play to the end; `mark` is awaited when the window opens and when it closes. Raises DriverError."""
        if self._process.stdin is None:
            raise DriverError("no pipe to the driver")
        self._process.stdin.write(order.model_dump_json().encode() + b"\n")
        while True:
            match await self._line():
                case WindowMark():
                    await mark()
                case PlayReport() as report:
                    return report
                case DriverFailure(reason=reason):
                    raise DriverError(reason)

    async def _line(self) -> WindowMark | PlayReport | DriverFailure:
        text = await self._process.stdout.readline() if self._process.stdout is not None else b""
        if not text:
            raise DriverError("the driver has died")
        return DriverLine.model_validate({"line": json.loads(text)}).line


@asynccontextmanager
async def running_driver(own_sentences: Path | None) -> AsyncIterator[DriverLink]:
    """A driver until the block ends. Its complaints go to our standard error."""
    command = [sys.executable, "-m", "service.bench.driver", *([str(own_sentences)] if own_sentences else [])]
    process = await child_process(command, None, with_input=True, longest_line=_LONGEST_LINE)
    try:
        yield DriverLink(process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(_STOP_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
