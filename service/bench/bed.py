"""A target to play on: a node of our own held to one tier, or the peer; with the trials that were played on it."""

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Sequence, Set
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Literal, Protocol

from service.bench.driver_link import DriverLink
from service.bench.orders import EarshotTarget, PeerTarget, PlayOrder
from service.bench.outcome import Capacity
from service.bench.own_node import Node, running_node
from service.bench.trial import Trial, TrialRun
from web.sources import Tier

PEER = "peer"
_PROGRESS_S = 0.25


@dataclass(frozen=True, slots=True)
class TrialTimes:
    """The calls begin within `spread_s`, settle for `settle_s`, and count for `window_s`."""

    spread_s: float
    settle_s: float
    window_s: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure, with what."""

    tiers: tuple[Tier, ...]
    peer_url: str | None = None
    via: Literal["audiosocket", "ws"] = "audiosocket"
    block_ms: int = 200
    language: str = "ko"
    model: Path | None = None
    own_sentences: Path | None = None
    graphs_dir: Path | None = None  # with the model's graphs composed into one; None: the model is used as it ships

    @property
    def names(self) -> list[str]:
        """What is tried, in this order."""
        return [*self.tiers, *([PEER] if self.peer_url is not None else [])]


class Watcher(Protocol):
    """Is told what is going on, for the person who waits."""

    def begins(self, what: str, calls: int, seconds: float) -> None:
        """A trial begins."""
        ...

    def passed(self, seconds: float) -> None:
        """So much of it is over again."""
        ...

    def ended(self, what: str, calls: int, shortfalls: Sequence[str]) -> None:
        """It is over; empty `shortfalls`: all in time."""
        ...


@dataclass(slots=True)
class Bed:
    """One target with its driver: plays trials and remembers those at each number."""

    name: str
    target: EarshotTarget | PeerTarget
    run: TrialRun
    its_cores: Set[int]
    driver_cores: Set[int]
    plan: Plan
    watcher: Watcher
    node: Node | None = None
    trials: dict[int, list[Trial]] = field(default_factory=dict)
    seeds: "count[int]" = field(default_factory=count)

    @property
    def cores(self) -> int:
        """How many it has."""
        return len(self.its_cores)

    async def play(self, calls: int, times: TrialTimes) -> Trial:
        """One trial. Raises DriverError."""
        order = PlayOrder(
            target=self.target,
            calls=calls,
            spread_s=times.spread_s,
            settle_s=times.settle_s,
            window_s=times.window_s,
            block_ms=self.plan.block_ms,
            driver_cores=tuple(sorted(self.driver_cores)),
            seed=f"{calls}-{next(self.seeds)}",
        )
        self.watcher.begins(self.name, calls, times.spread_s + times.settle_s + times.window_s)
        showing = asyncio.create_task(self._show_progress())
        try:
            trial = await self.run.play(order)
        finally:
            showing.cancel()
        self.watcher.ended(self.name, calls, trial.shortfalls(self.target))
        return trial

    async def _show_progress(self) -> None:
        while True:
            await asyncio.sleep(_PROGRESS_S)
            self.watcher.passed(_PROGRESS_S)

    async def holds(self, calls: int, times: TrialTimes, trials: int) -> bool:
        """Whether more than half of the trials were served in time."""
        self.trials[calls] = []
        good = 0
        for left in range(trials, 0, -1):
            trial = await self.play(calls, times)
            self.trials[calls].append(trial)
            good += not trial.shortfalls(self.target)
            if 2 * (good + left - 1) <= trials:
                return False
        return True

    def dismiss(self) -> None:
        """Tell its node to stop; several then stop side by side."""
        if self.node is not None:
            self.node.process.send_signal(signal.SIGTERM)

    def capacity(self, calls: int) -> Capacity:
        """The outcome, when `calls` is the largest number."""
        larger = min((each for each in self.trials if each > calls), default=None)
        limit = self.trials[larger][-1].shortfalls(self.target) if larger is not None else []
        return Capacity(calls, self.cores, tuple(self.trials.get(calls, ())), limit=tuple(limit))


def graph_settings(graphs_dir: Path | None) -> dict[str, str]:
    """Settings of a node that uses what is in this folder; without one it composes nothing while it is measured."""
    if graphs_dir is None:
        return {"EARSHOT_RECOGNITION__GRAPH": "shipped"}
    return {"EARSHOT_RECOGNITION__GRAPH": "composed", "EARSHOT_RECOGNITION__GRAPHS_DIR": str(graphs_dir.resolve())}


@asynccontextmanager
async def opened_bed(plan: Plan, name: str, driver: DriverLink, watcher: Watcher) -> AsyncIterator[Bed]:
    """A node pinned to the tier `name`; or the peer, which somebody else has started.

    The acoustic node has one core, its driver the others; else all share all.
    """
    every = os.sched_getaffinity(0)
    if name == PEER:
        yield Bed(name, PeerTarget(url=plan.peer_url or ""), TrialRun(driver, None), every, every, plan, watcher)
        return
    of_node = {min(every)} if name == "acoustic" else every
    model = ["--model", str(plan.model)] if plan.model is not None else []
    settings = {
        "EARSHOT_RECOGNITION__HIGHEST_TIER": name,
        "EARSHOT_INGEST__ENDED_KEPT_S": "0",  # the memory of live calls is asked for, not of those that were
        "EARSHOT_INGEST__MOST_CALLS": "10000",
        **graph_settings(plan.graphs_dir),
    }
    with tempfile.TemporaryDirectory(prefix="earshot-bench-") as folder:
        async with running_node(Path(folder), *model, language=plan.language, on_cores=of_node, **settings) as node:
            await node.ready()
            target = EarshotTarget(
                http=node.http,
                audiosocket_port=node.audiosocket_port,
                tier=Tier(name),
                language=plan.language,
                via=plan.via,
            )
            yield Bed(name, target, TrialRun(driver, node), of_node, (every - of_node) or every, plan, watcher, node)
