"""A real Earshot in a process of its own, the simulated PBX beside it, and what the operating system says of both."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

_READY_S = 60
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(slots=True)
class Node:
    """A running service: where it is, what it logged."""

    http: str
    audiosocket_port: int
    process: asyncio.subprocess.Process
    log: list[str] = field(default_factory=list)

    @property
    def websocket(self) -> str:
        """The same address for WebSockets."""
        return self.http.replace("http://", "ws://")

    def memory_mb(self) -> float:
        """Memory of the service and all its workers, shared pages counted once (Pss)."""
        return sum(_pss_mb(pid) for pid in tree_of(self.process.pid))

    def cpu_s(self) -> float:
        """CPU seconds of the service and its living workers."""
        return sum(_cpu_s(pid) for pid in tree_of(self.process.pid))

    def own_cpu_s(self) -> float:
        """CPU seconds of the service process alone."""
        return _cpu_s(self.process.pid)

    def failures(self) -> list[str]:
        """Lines of the log that report an error or an unhandled exception."""
        return [line for line in self.log if '"level": "error"' in line or "Traceback" in line or "Exception" in line]

    async def ready(self) -> None:
        """Wait until the model is loaded and everything is ready. Raises TimeoutError."""
        async with asyncio.timeout(_READY_S), httpx.AsyncClient(trust_env=False) as client:
            while (await client.get(f"{self.http}/readyz")).status_code != 200:  # noqa: ASYNC110  # another process
                await asyncio.sleep(0.1)


@asynccontextmanager
async def running_node(data_dir: Path, *arguments: str, **environment: str) -> AsyncIterator[Node]:
    """`earshot serve` in Korean on free ports until the block ends; then stopped by SIGTERM, which must be clean."""
    command = [sys.executable, "-m", "service.commands.program", "serve", "--language", "ko"]
    command += ["--http-port", "0", "--audiosocket-port", "0", "--data-dir", str(data_dir), *arguments]
    process = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **environment},
        limit=1 << 20,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    log: list[str] = []
    reading = asyncio.create_task(_keep(process.stderr, log))
    try:
        async with asyncio.timeout(_READY_S):
            line = await process.stdout.readline()
        if not line:
            await reading
            raise RuntimeError("the node did not start: " + " | ".join(log[-20:]))
        ready = json.loads(line)
        yield Node(ready["http"], ready["audiosocket_port"], process, log)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(20):
                await process.wait()
        await reading


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


def tree_of(pid: int) -> list[int]:
    """A process and all its descendants that are alive."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        each = waiting.pop()
        found.append(each)
        waiting += children.get(each, [])
    return found


def _pss_mb(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024


def _cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _keep(stream: asyncio.StreamReader, log: list[str]) -> None:
    async for line in stream:  # line by line, so that the log is there while the node runs
        log.append(line.decode(errors="replace").rstrip())  # noqa: PERF401  # the same
