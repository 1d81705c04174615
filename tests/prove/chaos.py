"""Kill nodes, Redis or the database again and again under load: nothing acknowledged is lost, nothing told twice.

`python -m tests.prove.chaos [victim] [kills] [calls] [seed]`: so many kills of one kind, or of each.
"""

import asyncio
import random
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psycopg

from tests.prove.chaos_site.console import CountingConsole
from tests.prove.chaos_site.pbx import AtRandom, StubbornPbx
from tests.prove.chaos_site.site import Site, running_site
from tests.prove.report import table, write_block

VICTIMS = ("node", "redis with its append-only file", "redis without", "database")
_QUIET_S = 4.0  # at the end the calls are gone and every console catches up
_PATIENCE_S = 60.0


@dataclass(slots=True)
class Outcome:
    """What one run of kills showed. `faults` is empty when all promises were kept."""

    victim: str
    kills: int = 0
    changes: int = 0
    told: int = 0
    reconnects: int = 0
    moves: int = 0
    repeated_unstored: int = 0
    recoveries_s: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


async def rampage(victim: str, kills: int, seed: int, *, nodes: int, calls: int, consoles: int) -> Outcome:
    """One site, one kind of victim."""
    chance, outcome = random.Random(seed), Outcome(victim)
    with tempfile.TemporaryDirectory(prefix="earshot-chaos-") as folder:
        async with running_site(Path(folder), nodes, append_only="with its" in victim) as site:
            pbx = StubbornPbx(site, calls, AtRandom(chance))
            watching = [CountingConsole(site, random.Random(seed + number)) for number in range(consoles)]
            async with AsyncExitStack() as stop:
                tasks = [asyncio.create_task(console.run()) for console in watching]
                stop.push_async_callback(_cancelled, tasks)
                async with pbx.ringing():
                    await _settled(site, pbx, watching)
                    for _ in range(kills):
                        await asyncio.sleep(chance.uniform(0.5, 3.0))
                        outcome.recoveries_s.append(await _strike(victim, site, pbx, watching, chance))
                        outcome.kills += 1
                await asyncio.sleep(_QUIET_S)
                await _compare(site, watching, outcome)
            outcome.moves = pbx.moves
            errors = {line for node in site.nodes for line in node.errors()} - {"nothing"}
            outcome.faults += [f"log: {line[:200]}" for line in errors]
    return outcome


async def _strike(
    victim: str, site: Site, pbx: StubbornPbx, watching: list[CountingConsole], chance: random.Random
) -> float:
    """Kill one, start it again, and measure until every call and console is served and told something new.

    A node's clock runs from its kill: others have to take over. A server's runs from the moment it is there again.
    """
    if victim == "node":
        node = chance.choice(site.living())
        began_s = time.monotonic()
        await node.kill()
        await _settled(site, pbx, watching)
        took_s = time.monotonic() - began_s
        await node.start()
        return took_s
    server = site.postgres if victim == "database" else site.redis
    await asyncio.to_thread(server.kill)
    await asyncio.sleep(chance.uniform(0.0, 3.0))
    await asyncio.to_thread(server.start)
    began_s = time.monotonic()
    await _settled(site, pbx, watching)
    return time.monotonic() - began_s


async def _settled(site: Site, pbx: StubbornPbx, watching: list[CountingConsole]) -> None:
    """Every call has a living node, and every console has been told a change that was not told before."""
    before = [len(console.told) for console in watching]
    async with asyncio.timeout(_PATIENCE_S):
        await pbx.all_attached()
        await asyncio.gather(*(c.hears_past(count) for c, count in zip(watching, before, strict=True)))


async def _compare(site: Site, watching: list[CountingConsole], outcome: Outcome) -> None:
    """What the database holds against what each console was told."""
    url = site.database_url.replace("+psycopg", "")
    async with await psycopg.AsyncConnection.connect(url) as connection:
        rows = await (
            await connection.execute("SELECT sequence, alert_id, version FROM alert_changes ORDER BY sequence")
        ).fetchall()
    stored = {(str(alert_id), int(version)): int(sequence) for sequence, alert_id, version in rows}
    outcome.changes = len(stored)
    for number, console in enumerate(watching):
        outcome.told += len(console.told)
        outcome.reconnects += console.reconnects
        outcome.repeated_unstored += console.repeated_unstored
        outcome.faults += [f"console {number}: {fault}" for fault in console.faults]
        if console.snapshots != 1:
            outcome.faults.append(f"console {number}: {console.snapshots} snapshots")
        told = {(alert_id, version): cursor for cursor, alert_id, version in console.told}
        lost = [key for key, cursor in told.items() if cursor is not None and stored.get(key) != cursor]
        if lost:
            outcome.faults.append(f"console {number}: {len(lost)} acknowledged changes are not stored")
        first = console.first_cursor or 0
        missed = [key for key, sequence in stored.items() if sequence > first and key not in told]
        if missed:
            outcome.faults.append(f"console {number}: {len(missed)} stored changes were never told")


async def _cancelled(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def main() -> None:
    """The long form: 4 nodes, 40 calls, 8 consoles, 20 kills of each kind that is named, or of every kind."""
    named = [word for word in sys.argv[1:] if word in VICTIMS]
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    kills, calls, seed = [*numbers, *(20, 40, 6)[len(numbers) :]][:3]
    for victim in named or VICTIMS:
        _report(asyncio.run(rampage(victim, kills, seed, nodes=4, calls=calls, consoles=8)), calls, seed)


def _report(outcome: Outcome, calls: int, seed: int) -> None:
    took_s = outcome.recoveries_s
    row: list[object] = [outcome.kills, outcome.changes, outcome.told, outcome.reconnects, outcome.moves]
    row += [outcome.repeated_unstored, f"{median(took_s):.1f}", f"{max(took_s):.1f}", len(outcome.faults)]
    header = ["kills", "changes stored", "told", "consoles moved", "calls moved", "told again", "recovery s p50", "max"]
    lines = table([*header, "faults"], [row])
    lines += [
        "",
        f"4 nodes, {calls} calls by sound alone, 8 consoles, PostgreSQL and Redis on the same 2 cores.",
        "A fault is a change told twice, out of order, never, or told and not stored. `told again`: shown unstored",
        "while the database was gone, then by another node after its own had died; pages know it by its version.",
        f"Faults: {'; '.join(outcome.faults) if outcome.faults else 'none'}.",
    ]
    command = f'python -m tests.prove.chaos "{outcome.victim}" {outcome.kills} {calls} {seed}'
    write_block(f"chaos-{VICTIMS.index(outcome.victim)}", f"Killed under load: {outcome.victim}", command, lines)
    print("\n".join(lines), flush=True)  # noqa: T201  # a report for people


if __name__ == "__main__":
    main()
