"""Half an hour of the demo: memory over time, exceptions in the log, calls and alerts that went through."""

import asyncio
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from service.demo.recording import demo_recordings
from tests.prove.node import running_node, simulated_calls
from tests.prove.report import table, write_block
from tests.prove.watching_console import watching


@dataclass(slots=True)
class Soaked:
    """One memory figure a sample, and what went through."""

    minutes: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    cpu_cores: float = 0.0
    calls: int = 0
    alerts: int = 0
    failures: list[str] = field(default_factory=list)

    def growth(self, after_minute: float) -> float:
        """Growth since `after_minute`: the mean of the last tenth of the samples over that of the first tenth."""
        rest = [mb for minute, mb in zip(self.minutes, self.memory_mb, strict=True) if minute >= after_minute]
        width = max(1, len(rest) // 10)
        first, last = sum(rest[:width]) / width, sum(rest[-width:]) / width
        return last / first - 1


async def soak(minutes: float, sample_s: float = 10.0) -> Soaked:
    """The demo's six calls for so long, a console and its levels watching."""
    soaked = Soaked()
    with tempfile.TemporaryDirectory() as folder:
        async with running_node(Path(folder)) as node:
            await node.ready()
            loop = asyncio.get_running_loop()
            async with (
                watching(node.websocket, "alerts", "calls", "levels") as console,
                simulated_calls(node, demo_recordings(), "--loop", "--calls", "6") as played,
            ):
                began_s, cpu_s = loop.time(), node.cpu_s()
                while (passed_s := loop.time() - began_s) < minutes * 60:
                    soaked.minutes.append(passed_s / 60)
                    soaked.memory_mb.append(node.memory_mb())
                    await asyncio.sleep(sample_s)
                soaked.cpu_cores = (node.cpu_s() - cpu_s) / (loop.time() - began_s)
                soaked.calls, soaked.alerts = len(played), len(console.alerts())
            soaked.failures = node.failures()
    return soaked


def main() -> None:
    """The long form: thirty minutes."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    soaked = asyncio.run(soak(minutes))
    marks = [0.5, 1, 2, 5, 10, 15, 20, 25, 30]
    rows: list[list[object]] = []
    for mark in marks:
        near = [mb for minute, mb in zip(soaked.minutes, soaked.memory_mb, strict=True) if abs(minute - mark) < 0.25]
        if near:
            rows.append([mark, round(sum(near) / len(near))])
    lines = table(["minute", "memory, MB (Pss of service and workers)"], rows)
    lines += [
        "",
        f"Growth after the first five minutes: {soaked.growth(5):+.1%}. {soaked.calls} calls, {soaked.alerts} alerts, "
        f"{soaked.cpu_cores:.2f} cores, {len(soaked.failures)} errors in the log.",
        *[f"- `{line[:200]}`" for line in soaked.failures[:10]],
    ]
    write_block("soak", "Half an hour of the demo", f"python -m tests.prove.soak {minutes:g}", lines)
    print("\n".join(lines))  # noqa: T201  # a report for people


if __name__ == "__main__":
    main()
