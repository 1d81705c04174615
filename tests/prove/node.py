"""A real Earshot in a process of its own, and the simulated PBX beside it."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from service.bench.own_node import Node, running_node

__all__ = ["Node", "play_to_the_end", "running_node", "simulated_calls", "small_node"]

_FEW_EARS = {  # a node otherwise makes ears for thirty callers ahead: seconds of both cores
    "EARSHOT_RECOGNITION__RECOGNIZERS_PER_WORKER": "2",
    "EARSHOT_RECOGNITION__SPOTTERS_PER_WORKER": "1",
}


@asynccontextmanager
async def small_node(data_dir: Path, **environment: str) -> AsyncIterator[Node]:
    """A node for a call or two, where it is not about how many it carries."""
    async with running_node(data_dir, on_cores=None, **{**_FEW_EARS, **environment}) as node:
        yield node


@asynccontextmanager
async def simulated_calls(node: Node, files: list[Path], *arguments: str) -> AsyncIterator[list[dict[str, str]]]:
    """`earshot simulate` against the node in a process of its own; yields the growing list of finished calls."""
    command = [sys.executable, "-m", "service.commands.program", "simulate", *map(str, files)]
    command += ["--to", node.http, "--audiosocket", f"127.0.0.1:{node.audiosocket_port}", *arguments]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    played: list[dict[str, str]] = []

    async def read(stream: asyncio.StreamReader) -> None:
        async for line in stream:
            played.append(json.loads(line))  # noqa: PERF401  # it must grow while the calls are played

    reading = asyncio.create_task(read(process.stdout))
    try:
        yield played
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        await reading


async def play_to_the_end(node: Node, files: list[Path], *arguments: str) -> list[dict[str, str]]:
    """Play the files once and return the finished calls (call_id, recording, began_at)."""
    command = [sys.executable, "-m", "service.commands.program", "simulate", *map(str, files)]
    command += ["--to", node.http, "--audiosocket", f"127.0.0.1:{node.audiosocket_port}", *arguments]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"simulate failed: {err.decode()[-500:]}")
    return [json.loads(line) for line in out.splitlines()]
