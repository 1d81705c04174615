"""Three times what the machine carries: alerts on time, nothing far behind, and full words soon after."""

import argparse
import asyncio
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from service.bench.driver_link import DriverLink, running_driver
from service.bench.orders import EarshotTarget, PlayOrder, PlayReport
from service.bench.own_node import Node, running_node
from service.bench.quantiles import quantile
from tests.prove.report import table, write_block
from web.sources import Tier

_STAYING_CALLS = 2  # go on when the others have hung up: by them the way back is seen
_CALL_S = (60.0, 120.0)
_LOOK_S = 0.5


@dataclass(frozen=True, slots=True)
class Course:
    """How long the rest of the run takes. Recovery is watched for; within thirty seconds it must be done."""

    spread_s: float = 10.0
    settle_s: float = 10.0
    recovery_s: float = 60.0


_LONG = Course()


@dataclass(slots=True)
class Overloaded:
    """What the crowd and those who stayed were told, and what the service said of itself meanwhile."""

    crowd: PlayReport = field(default_factory=PlayReport)
    staying: PlayReport = field(default_factory=PlayReport)
    queue_ages_s: list[float] = field(default_factory=list)
    tiers: dict[str, float] = field(default_factory=dict)  # call seconds by tier during the load
    recovered_s: float | None = None  # until every call that stayed was heard in full again; None: never
    dropped: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def sockets_lost(self) -> int:
        """Sockets of calls and consoles that the service closed."""
        return self.crowd.sockets_lost + self.staying.sockets_lost

    @property
    def alerts_s(self) -> list[float]:
        """`published_at` − `received_at` of all acoustic alerts."""
        return [*self.crowd.alert_latencies_s, *self.staying.alert_latencies_s]

    @property
    def arrivals_s(self) -> list[float]:
        """The same alerts, from the sound's sending to the console."""
        return [*self.crowd.alert_arrivals_s, *self.staying.alert_arrivals_s]

    @property
    def behind_s(self) -> list[float]:
        """Everything that can be behind: words, levels, and the oldest sound waiting for a recogniser."""
        reports = (self.crowd, self.staying)
        told = [lag for report in reports for lag in (*report.partial_lags_s, *report.level_lags_s)]
        return [*told, *self.queue_ages_s]


async def overload(calls: int, minutes: float, own_sentences: Path | None = None, course: Course = _LONG) -> Overloaded:
    """Play `calls` at once for so long; two of them stay while the recovery is watched for."""
    outcome = Overloaded()
    window_s = minutes * 60
    with tempfile.TemporaryDirectory() as folder:
        async with (
            running_node(Path(folder)) as node,
            running_driver(own_sentences) as staying_driver,
            running_driver(own_sentences) as crowd_driver,
        ):
            await node.ready()
            looking = asyncio.create_task(_look(node, outcome))
            all_s = course.spread_s + course.settle_s + window_s + course.recovery_s
            staying = asyncio.create_task(_play(staying_driver, node, course, "staying", _STAYING_CALLS, all_s, None))
            outcome.crowd = await _play(crowd_driver, node, course, "crowd", calls - _STAYING_CALLS, window_s, _CALL_S)
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
            outcome.recovered_s = await _recovered(node, course.recovery_s)
            outcome.staying = await staying
            outcome.dropped = round((await node.metrics()).total("earshot_recognizer_segments_dropped_total"))
            outcome.failures = node.failures()
    return outcome


async def _play(
    driver: DriverLink,
    node: Node,
    course: Course,
    name: str,
    calls: int,
    window_s: float,
    call_s: tuple[float, float] | None,
) -> PlayReport:
    async def mark() -> None:
        return

    target = EarshotTarget(
        http=node.http, audiosocket_port=node.audiosocket_port, tier=Tier.FULL, language="ko", via="audiosocket"
    )
    order = PlayOrder(
        target=target,
        calls=calls,
        spread_s=course.spread_s,
        settle_s=course.settle_s,
        window_s=window_s,
        call_s=call_s,
        driver_cores=tuple(os.sched_getaffinity(0)),
        seed=name,
    )
    return await driver.play(order, mark)


async def _look(node: Node, outcome: Overloaded) -> None:
    while True:
        page = await node.metrics()
        outcome.queue_ages_s.append(page.total("earshot_recognizer_queue_age_seconds"))
        for tier, live in page.by_label("earshot_calls_live", "tier").items():
            outcome.tiers[tier] = outcome.tiers.get(tier, 0.0) + live * _LOOK_S
        await asyncio.sleep(_LOOK_S)


async def _recovered(node: Node, within_s: float) -> float | None:
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    async with httpx.AsyncClient(base_url=node.http, trust_env=False, timeout=30) as client:
        while (passed_s := loop.time() - began_s) < within_s:
            live = (await client.get("/api/v1/calls", params={"state": "live"})).json()["calls"]
            stayed = [call for call in live if call["call_id"].startswith("bench-staying-")]
            tiers = {leg["tier"] for call in stayed for leg in call["legs"].values()}
            if len(stayed) == _STAYING_CALLS and tiers == {Tier.FULL.value}:
                return passed_s
            await asyncio.sleep(_LOOK_S)
    return None


def main() -> None:
    """The long form: ten minutes; `--capacity` is what `earshot bench` found for the full tier."""
    asked = argparse.ArgumentParser(prog="python -m tests.prove.overload")
    asked.add_argument("--capacity", type=int, default=3 * (os.cpu_count() or 1), help="calls, of the full tier")
    asked.add_argument("--minutes", type=float, default=10.0)
    asked.add_argument("--material", type=Path, help="folder of own sentences")
    chosen = asked.parse_args()
    outcome = asyncio.run(overload(3 * chosen.capacity, chosen.minutes, chosen.material))
    rows: list[list[object]] = []
    for name, values in (
        ("acoustic alert: published − received, s", outcome.alerts_s),
        ("the same alert: sent − on the console, s", outcome.arrivals_s),
        ("level: sent − on the console, s", [*outcome.crowd.level_lags_s, *outcome.staying.level_lags_s]),
        ("partial: sent − on the console, s", [*outcome.crowd.partial_lags_s, *outcome.staying.partial_lags_s]),
        ("oldest sound waiting for a recogniser, s", outcome.queue_ages_s),
    ):
        figures = [f"{value:.2f}" if value is not None else "–" for value in _figures(values)]
        rows.append([name, len(values), *figures])
    every_s = sum(outcome.tiers.values()) or 1.0
    shares = ", ".join(f"{tier} {seconds / every_s:.0%}" for tier, seconds in sorted(outcome.tiers.items()))
    recovered = (
        f"{outcome.recovered_s:.1f} s" if outcome.recovered_s is not None else f"not within {_LONG.recovery_s:.0f} s"
    )
    lines = table(["what", "cases", "median", "p95", "p99", "max"], rows)
    lines += [
        "",
        f"{3 * chosen.capacity} calls at once for {chosen.minutes:g} minutes, three times the {chosen.capacity} of the "
        f"full tier. Call time by tier: {shares}. {outcome.sockets_lost} sockets lost, {outcome.dropped} segments "
        f"without words, {len(outcome.failures)} errors in the log, {outcome.crowd.faults or 'no'} faults. "
        f"After the load every call was heard in full again: {recovered}.",
    ]
    command = f"python -m tests.prove.overload --capacity {chosen.capacity} --minutes {chosen.minutes:g}"
    write_block("overload", "Three times the load", command, lines)
    print("\n".join(lines))  # noqa: T201  # a report for people


def _figures(values: list[float]) -> list[float | None]:
    return [quantile(values, share) for share in (0.5, 0.95, 0.99, 1.0)]


if __name__ == "__main__":
    main()
