"""An hour at what the machine carries: memory over time, and whether it was still in time at the end."""

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

from service.bench.driver_link import running_driver
from service.bench.orders import EarshotTarget, PlayOrder, PlayReport
from service.bench.own_node import running_node
from service.bench.quantiles import quantile
from tests.prove.report import table, write_block
from tests.prove.soak import Soaked
from web.sources import Tier

_CALL_S = (60.0, 240.0)
_SETTLE_S = 5.0
_WARM_SHARE = 1 / 6  # the first ten minutes of the hour


async def hold(
    calls: int, minutes: float, sample_s: float = 10.0, own_sentences: Path | None = None, spread_s: float = 10.0
) -> tuple[Soaked, PlayReport]:
    """Play so many calls, one after the other on each line; returns memory over time and what was told."""
    soaked = Soaked()
    with tempfile.TemporaryDirectory() as folder:
        async with running_node(Path(folder)) as node, running_driver(own_sentences) as driver:
            await node.ready()
            target = EarshotTarget(
                http=node.http, audiosocket_port=node.audiosocket_port, tier=Tier.FULL, language="ko", via="audiosocket"
            )
            order = PlayOrder(
                target=target,
                calls=calls,
                spread_s=spread_s,
                settle_s=_SETTLE_S,
                window_s=minutes * 60,
                call_s=_CALL_S,
                driver_cores=tuple(os.sched_getaffinity(0)),
                seed="hour",
            )
            loop = asyncio.get_running_loop()
            began_s = loop.time()

            async def sample() -> None:
                while True:
                    soaked.minutes.append((loop.time() - began_s) / 60)
                    soaked.memory_mb.append(node.memory_mb())
                    await asyncio.sleep(sample_s)

            async def mark() -> None:
                return

            cpu_s = node.cpu_s()
            sampling = asyncio.create_task(sample())
            report = await driver.play(order, mark)
            sampling.cancel()
            await asyncio.gather(sampling, return_exceptions=True)
            soaked.cpu_cores = (node.cpu_s() - cpu_s) / (loop.time() - began_s)
            soaked.calls, soaked.alerts = report.calls_begun, len(report.alert_latencies_s)
            soaked.failures = node.failures()
    return soaked, report


def main() -> None:
    """The long form: sixty minutes; `--calls` is what `earshot bench` found for the full tier."""
    asked = argparse.ArgumentParser(prog="python -m tests.prove.capacity_hour")
    asked.add_argument("--calls", type=int, default=3 * (os.cpu_count() or 1))
    asked.add_argument("--minutes", type=float, default=60.0)
    asked.add_argument("--material", type=Path, help="folder of own sentences")
    chosen = asked.parse_args()
    soaked, report = asyncio.run(hold(chosen.calls, chosen.minutes, own_sentences=chosen.material))
    warm_minute = chosen.minutes * _WARM_SHARE
    marks = sorted({round(chosen.minutes * share, 1) for share in (0.02, 0.05, 0.1, 1 / 6, 0.25, 0.5, 0.75, 1.0)})
    rows: list[list[object]] = []
    for minute in marks:
        place = min(range(len(soaked.minutes)), key=lambda at: abs(soaked.minutes[at] - minute))
        rows.append([f"{soaked.minutes[place]:.1f}", round(soaked.memory_mb[place])])
    lags = [quantile(report.partial_lags_s, share) for share in (0.5, 0.95, 0.99)]
    lines = table(["minute", "memory, MB (Pss of service and workers)"], rows)
    lines += [
        "",
        f"{chosen.calls} calls at once, {soaked.cpu_cores:.2f} cores. Growth after the first {warm_minute:g} minutes: "
        f"{soaked.growth(warm_minute):+.1%}. {soaked.calls} calls, {soaked.alerts} acoustic alerts, p95 "
        f"{_shown(quantile(report.alert_latencies_s, 0.95))}; partial lag p50 {_shown(lags[0])}, p95 "
        f"{_shown(lags[1])}, p99 {_shown(lags[2])}; {report.calls_shed} calls shed for a time, "
        f"{report.sockets_lost} sockets lost, {len(soaked.failures)} errors in the log.",
    ]
    command = f"python -m tests.prove.capacity_hour --calls {chosen.calls} --minutes {chosen.minutes:g}"
    write_block("capacity-hour", "An hour at capacity", command, lines)
    print("\n".join(lines))  # noqa: T201  # a report for people


def _shown(value_s: float | None) -> str:
    return f"{value_s:.2f} s" if value_s is not None else "–"


if __name__ == "__main__":
    main()
