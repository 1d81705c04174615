"""An hour of calls with one fault after the other; the page docs/reliability.md is what came of it.

`python -m tests.prove.reliability [--minutes N] [--calls N] [--seed N] [--beside WORDS]`
"""

import argparse
import asyncio
import random
import tempfile
import time
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import psycopg

from service.bench.processes import pss_mb, tree_of
from service.demo.recording import demo_recordings
from tests.prove.chaos_site.console import CountingConsole
from tests.prove.chaos_site.notes import NoteWriter
from tests.prove.chaos_site.pbx import AtRandom, StubbornPbx
from tests.prove.chaos_site.promises import Kept
from tests.prove.chaos_site.site import Site, cancelled, running_site
from tests.prove.node import simulated_calls
from tests.prove.report import commit, machine, percentile, table
from tests.prove.soak_site.faults import FAULTS, as_node

_PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
_PATIENCE_S = 60.0
_CALM_S = (5.0, 15.0)  # between two faults
_SAMPLE_S = 10.0
_BY_SOUND = frozenset({"dead_air", "long_silence", "talk_over", "interruption"})


@dataclass(slots=True)
class Struck:
    """One fault: when it was over, and how long until all was well."""

    name: str
    from_s: float
    to_s: float
    recovered_s: float


@dataclass(slots=True)
class Soaked(Kept):
    """Everything that was seen."""

    seconds: float = 0.0
    struck: list[Struck] = field(default_factory=list)
    alerts: list[tuple[float, float]] = field(default_factory=list)  # when it was told, published − received
    memory_mb: list[tuple[float, float]] = field(default_factory=list)
    played: int = 0
    found: int = 0


class _TimedConsole(CountingConsole):
    """Notes how late each new alert of the sound was, by its own stamps."""

    def watch(self, late: list[tuple[float, float]]) -> None:
        take = self._take_alert

        def timed(message: dict[str, Any]) -> None:
            stamps = message["timing"]
            if message["version"] == 1 and message["kind"] in _BY_SOUND and stamps["published_at"] is not None:
                took = datetime.fromisoformat(stamps["published_at"]) - datetime.fromisoformat(stamps["received_at"])
                late.append((time.monotonic(), took.total_seconds()))
            take(message)

        self._take_alert = timed  # type: ignore[method-assign]  # one console of this proof looks at the clock


async def soak(minutes: float, calls: int, seed: int) -> Soaked:
    """Two nodes, the first with words; calls that never end on either, calls that begin and end on the first."""
    soaked, chance = Soaked(), random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="earshot-reliability-") as folder:
        async with running_site(Path(folder), 2, append_only=False) as site:
            await _give_words(site)
            async with AsyncExitStack() as stop:
                pbx = StubbornPbx(site, calls, AtRandom(chance), prefix="soak", again_s=0.1)
                notes = NoteWriter(site, chance)
                consoles = [_TimedConsole(site, random.Random(seed + number), again_s=0.1) for number in range(2)]
                consoles[0].watch(soaked.alerts)
                tasks = [asyncio.create_task(console.run()) for console in consoles]
                stop.push_async_callback(cancelled, tasks)
                await stop.enter_async_context(pbx.ringing())
                await pbx.all_attached()
                files = [path for path in demo_recordings() if path.stem in ("dead_air", "forbidden_phrase")]
                first = as_node(site.nodes[0])
                played = await stop.enter_async_context(simulated_calls(first, files, "--loop", "--calls", "1"))
                await asyncio.gather(*(console.hears_of() for console in consoles))
                began_s = time.monotonic()
                sampling = asyncio.create_task(_sample(site, soaked, began_s))
                stop.push_async_callback(cancelled, [sampling])
                await _strike_on(site, chance, soaked, began_s + minutes * 60, pbx, consoles, notes)
                soaked.seconds = time.monotonic() - began_s
                soaked.played, soaked.moves = len(played), pbx.moves
                soaked.found = await _dead_airs_found(site, [call["call_id"] for call in played])
                await asyncio.sleep(3)
            await _compare(site, consoles, notes, soaked)
            soaked.faults += [
                f"log of {node.name}: {line[:200]}" for node in site.nodes for line in _errors(node.errors())
            ]
    return soaked


async def _give_words(site: Site) -> None:
    """The first node hears words too; the other hears by sound."""
    node = site.nodes[0]
    await node.kill()
    node.environment = {
        **node.environment,
        "EARSHOT_RECOGNITION__ENABLED": "true",
        "EARSHOT_RECOGNITION__WORKERS": "1",
        "EARSHOT_DRAIN__LONGEST_S": "15",
    }
    site.nodes[1].environment = {**site.nodes[1].environment, "EARSHOT_DRAIN__LONGEST_S": "15"}
    await site.nodes[1].kill()
    await asyncio.gather(node.start(), site.nodes[1].start())
    await _ready(site)


async def _ready(site: Site) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        for node in site.living():
            while True:
                with suppress(httpx.HTTPError):
                    if (await client.get(f"{node.http}/readyz")).status_code == 200:
                        break
                await asyncio.sleep(0.1)


async def _strike_on(
    site: Site,
    chance: random.Random,
    soaked: Soaked,
    until_s: float,
    pbx: StubbornPbx,
    consoles: list[_TimedConsole],
    notes: NoteWriter,
) -> None:
    """All faults in a random order, again and again; recovery is until a note anybody writes is on every console."""
    waiting: list[str] = []
    while time.monotonic() < until_s:
        await asyncio.sleep(chance.uniform(*_CALM_S))
        if not waiting:
            waiting = chance.sample(sorted(FAULTS), len(FAULTS))
        name, from_s = waiting.pop(), time.monotonic()
        await FAULTS[name](site, chance)
        to_s = time.monotonic()
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await _ready(site)
                known = [alert_id for _, alert_id, _ in consoles[0].told[-20:]]
                _, noted = await asyncio.gather(pbx.all_attached(), notes.write(known))
                await asyncio.gather(*(console.hears_of(noted) for console in consoles))
        except TimeoutError:
            soaked.faults.append(f"after {name}: not well again within {_PATIENCE_S:g} s")
        soaked.struck.append(Struck(name, from_s, to_s, time.monotonic() - to_s))
        print(f"{name}: {soaked.struck[-1].recovered_s:.1f} s", flush=True)  # noqa: T201  # an hour is long


async def _sample(site: Site, soaked: Soaked, began_s: float) -> None:
    while True:
        process = site.nodes[0].process
        if process is not None:
            memory_mb = sum(pss_mb(pid) for pid in tree_of(process.pid))
            soaked.memory_mb.append(((time.monotonic() - began_s) / 60, memory_mb))
        await asyncio.sleep(_SAMPLE_S)


async def _dead_airs_found(site: Site, call_ids: list[str]) -> int:
    """Of the finished calls with a dead air, those whose alert is stored."""
    async with await psycopg.AsyncConnection.connect(site.plain_url) as connection:
        asked = await connection.execute("SELECT DISTINCT call_id FROM alerts WHERE kind = 'dead_air'")
        with_alert = {str(row[0]) for row in await asked.fetchall()}
    return sum(call_id in with_alert for call_id in call_ids if "dead_air" in call_id)


async def _compare(site: Site, consoles: list[_TimedConsole], notes: NoteWriter, soaked: Soaked) -> None:
    """What is stored against what was acknowledged, and what each console was told."""
    async with await psycopg.AsyncConnection.connect(site.plain_url) as connection:
        asked = await connection.execute("SELECT sequence, alert_id, version FROM alert_changes")
        stored = {(str(alert_id), int(version)): int(number) for number, alert_id, version in await asked.fetchall()}
        ended = await connection.execute("SELECT count(*) FROM calls WHERE state = 'ended' AND call_id LIKE 'soak-%'")
        row = await ended.fetchone()
    if row and row[0]:
        soaked.faults.append(f"{row[0]} calls that go on were ended")
    soaked.compare(stored, consoles, notes)


def _errors(lines: list[str]) -> list[str]:
    return [line for line in lines if line != "nothing"]


def page_of(soaked: Soaked, said: argparse.Namespace) -> str:
    """The whole page."""
    late_s = [late for _, late in soaked.alerts]
    rows: list[list[object]] = []
    for name in FAULTS:
        struck = [each for each in soaked.struck if each.name == name]
        during = [
            late
            for at_s, late in soaked.alerts
            if any(each.from_s <= at_s <= each.to_s + each.recovered_s + 2 for each in struck)
        ]
        took_s = [each.recovered_s for each in struck]
        recovery = [f"{median(took_s):.1f}", f"{max(took_s):.1f}"] if took_s else ["–", "–"]
        worst = [len(during), f"{percentile(during, 0.5):.2f}", f"{max(during):.2f}"] if during else [0, "–", "–"]
        rows.append([name, len(struck), *recovery, *worst])
    header = ["fault", "times", "well again after, s: median", "longest", "alerts meanwhile", "late, s: median", "most"]
    memory = soaked.memory_mb
    tenth = max(1, len(memory) // 10)
    after = [mb for minute, mb in memory if minute >= min(5.0, soaked.seconds / 120)] or [mb for _, mb in memory]
    early, final = after[:tenth], after[-tenth:]
    with_dead_air = "of the calls that began and ended, those with a dead air whose alert is stored"
    lines = [
        "# Reliability",
        "",
        "Calls run while one thing after the other is broken on purpose. This page is written by one command:",
        "",
        f"`{_command(said)}` · commit {commit()} · {datetime.now(UTC):%Y-%m-%d} · {machine()}",
        "",
        f"**{soaked.seconds / 60:.0f} minutes, {len(soaked.struck)} faults, {len(soaked.faults)} broken promises.** "
        + (f"Meanwhile on the machine: {said.beside}." if said.beside else ""),
        "",
        *table(header, rows),
        "",
        f"Two nodes on one PostgreSQL and one Redis; {said.calls} calls that never end on either, by sound alone or",
        "with words as the node has it, and one after the other that begins and ends on the one with words. Well:",
        "every node ready, every call heard, and a note written just then acknowledged and on both consoles.",
        "",
        *table(
            ["what", "figure"],
            [
                ["new alerts of the sound told", len(late_s)],
                ["late (published − received), s: median / p95 / p99 / most", _quantiles(late_s)],
                ["calls that began and ended meanwhile", soaked.played],
                [with_dead_air, soaked.found],
                ["changes of alerts stored / told to two consoles", f"{soaked.changes} / {soaked.told}"],
                ["notes acknowledged, and all stored", soaked.notes],
                ["calls that came again on a node, consoles that did", f"{soaked.moves}, {soaked.reconnects}"],
                ["told again after having been shown unstored", soaked.told_again],
                ["memory of the node with words, MB: early / at the end", f"{_mean(early):.0f} / {_mean(final):.0f}"],
            ],
        ),
        "",
        "A promise is broken when a change is told twice, out of order, never, or told and not stored; when a note",
        "that was acknowledged is gone; when a call ends that goes on; when a node is not well again within a minute;",
        "and by any error in a log.",
        "",
        *([f"- {fault}" for fault in soaked.faults[:40]] or ["None was."]),
        "",
    ]
    return "\n".join(lines)


def _quantiles(values: list[float]) -> str:
    return " / ".join(f"{percentile(values, share):.2f}" for share in (0.5, 0.95, 0.99, 1.0))


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else float("nan")


def _command(said: argparse.Namespace) -> str:
    return f"python -m tests.prove.reliability --minutes {said.minutes:g} --calls {said.calls} --seed {said.seed}"


def main() -> None:
    """The hour."""
    wanted = argparse.ArgumentParser(prog="python -m tests.prove.reliability")
    wanted.add_argument("--minutes", type=float, default=60.0)
    wanted.add_argument("--calls", type=int, default=3)
    wanted.add_argument("--seed", type=int, default=9)
    wanted.add_argument("--beside", default="", help="what else the machine did, for the page")
    wanted.add_argument("--page", type=Path, default=_PAGE)
    said = wanted.parse_args()
    page = page_of(asyncio.run(soak(said.minutes, said.calls, said.seed)), said)
    said.page.write_text(page, encoding="utf-8")
    print(page)  # noqa: T201  # a report for people


if __name__ == "__main__":
    main()
