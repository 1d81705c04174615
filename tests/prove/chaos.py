"""Kill nodes, Redis or the database again and again under load: nothing acknowledged is lost, nothing told twice.

`python -m tests.prove.chaos [--victim NAME] [--kills N] [--calls N] [--nodes N] [--consoles N] [--seed N]`: so many
kills of one kind, or of each in turn; each victim writes its own block, so a run can go on where it was broken off.
"""

import argparse
import asyncio
import random
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import psycopg

from alerts.alert import Action, Alert
from alerts.life.escalation import next_step
from service.store.rows import alert_of
from tests.prove.chaos_site.console import CountingConsole
from tests.prove.chaos_site.notes import NoteWriter
from tests.prove.chaos_site.pbx import AtRandom, StubbornPbx
from tests.prove.chaos_site.promises import Kept
from tests.prove.chaos_site.site import ESCALATION, Site, cancelled, running_site
from tests.prove.report import table, write_block

VICTIMS = ("node", "redis with its append-only file", "redis without", "database")
_QUIET_S = 4.0  # at the end the calls are gone and every console catches up
_PATIENCE_S = 60.0
_RECENT = 20  # alerts whose notes tell whether all is well again
_LOOKS = 15
_NEWEST = "SELECT c.content FROM alerts a JOIN alert_changes c ON c.sequence = a.sequence"


@dataclass(slots=True)
class Outcome(Kept):
    """What one run of kills showed."""

    victim: str = ""
    kills: int = 0
    escalations: int = 0
    escalated_late_s: float = 0.0
    recoveries_s: list[float] = field(default_factory=list)


async def rampage(victim: str, kills: int, seed: int, *, nodes: int, calls: int, consoles: int) -> Outcome:
    """One site, one kind of victim."""
    chance, outcome = random.Random(seed), Outcome(victim=victim)
    with tempfile.TemporaryDirectory(prefix="earshot-chaos-") as folder:
        async with running_site(Path(folder), nodes, append_only="with its" in victim) as site:
            pbx = StubbornPbx(site, calls, AtRandom(chance))
            notes = NoteWriter(site, chance)
            watching = [CountingConsole(site, random.Random(seed + number)) for number in range(consoles)]
            async with AsyncExitStack() as stop:
                tasks = [asyncio.create_task(console.run()) for console in watching]
                stop.push_async_callback(cancelled, tasks)
                async with pbx.ringing():
                    await pbx.all_attached()
                    await asyncio.gather(*(console.hears_of() for console in watching))
                    for _ in range(kills):
                        await asyncio.sleep(chance.uniform(0.5, 3.0))
                        outcome.recoveries_s.append(await _strike(victim, site, pbx, watching, notes))
                        outcome.kills += 1
                    outcome.faults += await _overdue(site)
                await asyncio.sleep(_QUIET_S)
                await _compare(site, watching, notes, outcome)
            outcome.moves = pbx.moves
            errors = {line for node in site.nodes for line in node.errors()} - {"nothing"}
            outcome.faults += [f"log: {line[:200]}" for line in errors]
    return outcome


async def _strike(
    victim: str, site: Site, pbx: StubbornPbx, watching: list[CountingConsole], notes: NoteWriter
) -> float:
    """Kill one, start it again, and measure until every call is heard, somebody's note on an alert is acknowledged,
    and every console has been told of it.

    A node's clock runs from its kill: others have to take over. A server's runs from the moment it is there again.
    """
    chance = notes.chance
    if victim == "node":
        node = chance.choice(site.living())
        began_s = time.monotonic()
        await node.kill()
        await _settled(pbx, watching, notes)
        took_s = time.monotonic() - began_s
        await node.start()
        return took_s
    server = site.postgres if victim == "database" else site.redis
    await asyncio.to_thread(server.kill)
    await asyncio.sleep(chance.uniform(0.0, 3.0))
    await asyncio.to_thread(server.start)
    began_s = time.monotonic()
    await _settled(pbx, watching, notes)
    return time.monotonic() - began_s


async def _settled(pbx: StubbornPbx, watching: list[CountingConsole], notes: NoteWriter) -> None:
    """Every call has a living node, and every console has been told what a supervisor changed just now."""
    known = [alert_id for _, alert_id, _ in watching[0].told[-_RECENT:]]
    async with asyncio.timeout(_PATIENCE_S):
        _, noted = await asyncio.gather(pbx.all_attached(), notes.write(known))
        await asyncio.gather(*(console.hears_of(noted) for console in watching))


async def _overdue(site: Site) -> list[str]:
    """Alerts nobody claimed whose next step is long past: each is a fault. Looked for while the calls still run."""
    overdue: list[str] = []
    async with await psycopg.AsyncConnection.connect(site.plain_url, autocommit=True) as connection:
        for _ in range(_LOOKS):
            rows = await (await connection.execute(_NEWEST)).fetchall()
            steps = {alert.alert_id: next_step(alert, ESCALATION) for alert in (alert_of(row[0]) for row in rows)}
            now_at = datetime.now(UTC)
            overdue = [
                f"not escalated: {alert_id} to level {step.level}, {(now_at - step.due_at).total_seconds():.0f} s late"
                for alert_id, step in steps.items()
                if step is not None and step.due_at < now_at
            ]
            if not overdue:
                break
            await asyncio.sleep(1)
    return overdue


async def _compare(site: Site, watching: list[CountingConsole], notes: NoteWriter, outcome: Outcome) -> None:
    """What the database holds against what each console was told."""
    async with await psycopg.AsyncConnection.connect(site.plain_url) as connection:
        rows = await (
            await connection.execute("SELECT sequence, alert_id, version, content FROM alert_changes ORDER BY sequence")
        ).fetchall()
    stored = {(str(alert_id), int(version)): int(sequence) for sequence, alert_id, version, _ in rows}
    outcome.compare(stored, watching, notes)
    for number, console in enumerate(watching):
        if console.snapshots != 1:
            outcome.faults.append(f"console {number}: {console.snapshots} snapshots")
    _look_at_escalations([alert_of(content) for *_, content in rows], outcome)


def _look_at_escalations(changes: list[Alert], outcome: Outcome) -> None:
    """How many there were, and how late the latest: what falls due while the database is away comes after it."""
    before: dict[str, Alert] = {}
    for alert in changes:
        step = next_step(before[alert.alert_id], ESCALATION) if alert.alert_id in before else None
        if alert.change.action is Action.ESCALATE and step is not None:
            outcome.escalations += 1
            late_s = (alert.updated_at - step.due_at).total_seconds()
            outcome.escalated_late_s = max(outcome.escalated_late_s, late_s)
        before[alert.alert_id] = alert
    if not outcome.escalations:
        outcome.faults.append("nothing was escalated")


def main() -> None:
    """The long form by default: 4 nodes, 40 calls, 8 consoles, 20 kills of every kind."""
    wanted = argparse.ArgumentParser(prog="python -m tests.prove.chaos")
    wanted.add_argument("--victim", choices=VICTIMS, action="append")
    for name, usual in (("kills", 20), ("calls", 40), ("nodes", 4), ("consoles", 8), ("seed", 6)):
        wanted.add_argument(f"--{name}", type=int, default=usual)
    said = wanted.parse_args()
    for victim in said.victim or VICTIMS:
        outcome = asyncio.run(
            rampage(victim, said.kills, said.seed, nodes=said.nodes, calls=said.calls, consoles=said.consoles)
        )
        _report(outcome, said)


def _report(outcome: Outcome, said: argparse.Namespace) -> None:
    took_s = outcome.recoveries_s
    row: list[object] = [outcome.kills, outcome.changes, outcome.told, outcome.reconnects, outcome.moves]
    row += [outcome.told_again, outcome.escalations, f"{outcome.escalated_late_s:.1f}"]
    row += [f"{median(took_s):.1f}", f"{max(took_s):.1f}", len(outcome.faults)]
    header = ["kills", "changes stored", "told", "consoles moved", "calls moved", "told again"]
    header += ["escalations", "latest after due, s", "recovery s p50", "max"]
    lines = table([*header, "faults"], [row])
    lines += [
        "",
        f"{said.nodes} nodes, {said.calls} calls by sound alone, {said.consoles} consoles, PostgreSQL and Redis on the "
        "same 2 cores.",
        "Recovery: from the kill of a node, or from when a server is there again, until every call is heard, a note",
        "is acknowledged by any node and every console has been told of it. A fault is an alert not escalated,",
        "an acknowledged note not stored, a change told twice, out of order, never, or told and not stored.",
        "`told again`: shown unstored while the database was gone, then by another node after its own had died; pages",
        "know it by its version.",
        f"Faults: {'; '.join(outcome.faults) if outcome.faults else 'none'}.",
    ]
    command = f'python -m tests.prove.chaos --victim "{outcome.victim}" --kills {outcome.kills}'
    command += f" --calls {said.calls} --nodes {said.nodes} --consoles {said.consoles} --seed {said.seed}"
    write_block(f"chaos-{VICTIMS.index(outcome.victim)}", f"Killed under load: {outcome.victim}", command, lines)
    print("\n".join(lines), flush=True)  # noqa: T201  # a report for people


if __name__ == "__main__":
    main()
