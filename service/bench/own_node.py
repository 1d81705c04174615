"""A real Earshot in a process of its own, on free ports: started, asked, measured from outside, stopped."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Set
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from service.bench.children import child_process
from service.bench.processes import cpu_s, pss_mb, tree_of

_READY_S = 60
_STOP_S = 20
# the calls played here have no business in another database, and end with the node
_ELSEWHERE = ("-u", "EARSHOT_DATABASE_URL", "-u", "EARSHOT_REDIS_URL", "EARSHOT_DRAIN__LONGEST_S=0")


class NodeStartError(Exception):
    """It did not start; the text holds the last lines it said."""


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
        return sum(pss_mb(pid) for pid in tree_of(self.process.pid))

    def own_memory_mb(self) -> float:
        """Memory of the service process alone."""
        return pss_mb(self.process.pid)

    def cpu_s(self) -> float:
        """CPU seconds of the service and its living workers."""
        return sum(cpu_s(pid) for pid in tree_of(self.process.pid))

    def own_cpu_s(self) -> float:
        """CPU seconds of the service process alone."""
        return cpu_s(self.process.pid)

    def failures(self) -> list[str]:
        """Lines of the log that report an error or an unhandled exception."""
        return [line for line in self.log if '"level": "error"' in line or "Traceback" in line or "Exception" in line]

    async def ready(self) -> None:
        """Wait until the model is loaded and everything is ready. Raises TimeoutError."""
        async with asyncio.timeout(_READY_S), httpx.AsyncClient(trust_env=False) as client:
            while (await client.get(f"{self.http}/readyz")).status_code != 200:  # noqa: ASYNC110  # another process
                await asyncio.sleep(0.1)

    async def metrics(self) -> "MetricsPage":
        """Its /metrics as they stand now."""
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            return MetricsPage((await client.get(f"{self.http}/metrics")).text)


class MetricsPage:
    """One look at /metrics."""

    def __init__(self, text: str) -> None:
        self._samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]

    def total(self, name: str) -> float:
        """The sum over all labels; 0 for what is not there."""
        return float(sum(sample.value for sample in self._samples if sample.name == name))

    def by_label(self, name: str, label: str) -> dict[str, float]:
        """The sums by one label's values."""
        sums: dict[str, float] = {}
        for sample in self._samples:
            if sample.name == name:
                sums[sample.labels[label]] = sums.get(sample.labels[label], 0.0) + sample.value
        return sums

    def buckets(self, name: str) -> dict[float, float]:
        """A histogram's cumulative counts by upper bound, over all labels."""
        counts: dict[float, float] = {}
        for sample in self._samples:
            if sample.name == f"{name}_bucket":
                bound = float(sample.labels["le"])
                counts[bound] = counts.get(bound, 0.0) + sample.value
        return counts


@asynccontextmanager
async def running_node(
    data_dir: Path, *arguments: str, language: str = "ko", on_cores: Set[int] | None = None, **environment: str
) -> AsyncIterator[Node]:
    """`earshot serve` on free ports until the block ends; then stopped by SIGTERM, which must be clean.

    `on_cores`: the processor cores it may use. Raises NodeStartError.
    """
    command = ["env", *_ELSEWHERE, *(f"{name}={value}" for name, value in environment.items())]
    command += [sys.executable, "-m", "service.commands.program", "serve", "--language", language]
    command += ["--http-port", "0", "--audiosocket-port", "0", "--data-dir", str(data_dir), *arguments]
    process = await child_process(command, on_cores, with_errors=True)
    if process.stdout is None or process.stderr is None:
        raise NodeStartError("no pipes to the node")
    log: list[str] = []
    reading = asyncio.create_task(_keep(process.stderr, log))
    try:
        async with asyncio.timeout(_READY_S):
            line = await process.stdout.readline()
        if not line:
            await reading
            raise NodeStartError("the node did not start: " + " | ".join(log[-20:]))
        ready = json.loads(line)
        yield Node(ready["http"], ready["audiosocket_port"], process, log)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(_STOP_S):
                await process.wait()
        await reading


async def _keep(stream: asyncio.StreamReader, log: list[str]) -> None:
    async for line in stream:  # line by line, so that the log is there while the node runs
        log.append(line.decode(errors="replace").rstrip())  # noqa: PERF401  # the same
