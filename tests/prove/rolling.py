"""Two nodes restarted one after the other under running calls: alerts go on, none is lost, no call ends.

`python -m tests.prove.rolling [calls] [rounds]`
"""

import asyncio
import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg

from tests.prove.chaos_site.console import CountingConsole
from tests.prove.chaos_site.pbx import AtRandom, SilencePlayed, StubbornPbx
from tests.prove.chaos_site.site import Site, SiteNode, running_site
from tests.prove.report import percentile, table, write_block

_DRAIN_S = 40.0  # the calls here never end by themselves
_STEADY_S = 12.0
_LATEST_S = 5.0  # an alert that comes later has not come
_UNKNOWN_S = 0.3  # a longer break of the line makes what was said in it unknown (api.md)


@dataclass(slots=True)
class Rolled:
    """What a rolling restart showed."""

    restarts: int = 0
    alerts: int = 0
    gap_before_s: float = 0.0  # the longest between two alerts, new or changed, while nothing happened
    gap_s: float = 0.0  # and from the first restart on
    silences: int = 0  # that became too long while nodes restarted
    unknown: int = 0  # of them those in which the line itself was away for longer than 300 ms
    late_s: list[float] = field(default_factory=list)  # from the sound of the others to their alert on the console
    moves: int = 0
    faults: list[str] = field(default_factory=list)


class _TimedConsole(CountingConsole):
    """Notes when each alert, new or changed, came, and of which call it found a silence."""

    def note_times(self) -> list[tuple[float, str | None]]:
        """The list that grows from now on."""
        times: list[tuple[float, str | None]] = []
        take = self._take_alert

        def timed(message: dict[str, Any]) -> None:
            found = message["kind"] == "dead_air" and message["change"]["action"] == "found"
            times.append((time.monotonic(), message["call_id"] if found else None))
            take(message)

        self._take_alert = timed  # type: ignore[method-assign]  # one console of this proof looks at the clock
        return times


async def roll(calls: int, rounds: int) -> Rolled:
    """Restart each node in turn, `rounds` times over."""
    rolled = Rolled()
    with tempfile.TemporaryDirectory(prefix="earshot-rolling-") as folder:
        async with running_site(Path(folder), 2, append_only=False) as site:
            for node in site.nodes:
                node.environment["EARSHOT_DRAIN__LONGEST_S"] = str(_DRAIN_S)
            for node in site.nodes:
                await node.kill()
                await node.start()
            pbx = StubbornPbx(site, calls, AtRandom(random.Random(1)), prefix="rolling", again_s=0.05, packet_ms=100)
            console = _TimedConsole(site, random.Random(2), again_s=0.05)
            times = console.note_times()
            watching = asyncio.create_task(console.run())
            try:
                async with pbx.ringing():
                    await pbx.all_attached()
                    await asyncio.sleep(_STEADY_S)
                    began_s = time.monotonic()
                    for _ in range(rounds):
                        for node in site.nodes:
                            await _restart(site, node)
                            rolled.restarts += 1
                            await asyncio.sleep(_STEADY_S / 2)
                    ended_s = time.monotonic()
                    rolled.faults += await _ended_calls(site)
                await asyncio.sleep(_LATEST_S)
                rolled.faults += await _untold(site, console)
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
            rolled.alerts, rolled.moves = len(times), pbx.moves
            moments = [at_s for at_s, _ in times]
            rolled.gap_before_s = _longest(moments, began_s - _STEADY_S / 2, began_s)
            rolled.gap_s = _longest(moments, began_s, ended_s)
            _look_at_silences([each for each in pbx.silences if began_s <= each.sent_s <= ended_s - 1], times, rolled)
            rolled.faults += console.faults
            rolled.faults += [line[:200] for node in site.nodes for line in node.errors() if line != "nothing"]
    return rolled


async def _restart(site: Site, node: SiteNode) -> None:
    """SIGTERM, the drain, the start: the balancer sends nothing to a node that is not ready."""
    process = node.process
    assert process is not None
    node.leaving = True
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(_DRAIN_S + 30):
        await process.wait()
    if process.returncode:
        raise RuntimeError(f"{node.name} did not stop in order: {process.returncode}")
    await node.start()
    node.leaving = False


def _look_at_silences(silences: list[SilencePlayed], times: list[tuple[float, str | None]], rolled: Rolled) -> None:
    """Each silence that became too long is an alert, or one more in an alert, soon after its sound."""
    for silence in silences:
        rolled.silences += 1
        came_s = [at_s - silence.sent_s for at_s, call_id in times if call_id == silence.call_id]
        late_s = [each for each in came_s if -0.5 <= each <= _LATEST_S]
        if late_s:
            rolled.late_s.append(min(late_s))
        elif silence.broken_s > _UNKNOWN_S:
            rolled.unknown += 1
        else:
            rolled.faults.append(f"a silence was not told; its line was away for {silence.broken_s:.2f} s")


def _longest(times: list[float], from_s: float, to_s: float) -> float:
    inside = [from_s, *(each for each in times if from_s <= each <= to_s), to_s]
    return max(later - earlier for earlier, later in pairwise(inside))


async def _ended_calls(site: Site) -> list[str]:
    """Calls that were ended although their PBX goes on with them."""
    async with await psycopg.AsyncConnection.connect(site.database_url.replace("+psycopg", "")) as connection:
        asked = await connection.execute("SELECT count(*) FROM calls WHERE state = 'ended'")
        row = await asked.fetchone()
    return [f"{row[0]} calls were ended"] if row and row[0] else []


async def _untold(site: Site, console: CountingConsole) -> list[str]:
    """Stored changes that the console was never told."""
    async with await psycopg.AsyncConnection.connect(site.database_url.replace("+psycopg", "")) as connection:
        asked = await connection.execute("SELECT sequence, alert_id, version FROM alert_changes")
        rows = await asked.fetchall()
    stored = {(str(alert_id), int(version)): int(number) for number, alert_id, version in rows}
    await asyncio.sleep(1.0)  # what was stored just now is on its way
    told = {(alert_id, version) for _, alert_id, version in console.told}
    missed = [key for key, number in stored.items() if number > (console.first_cursor or 0) and key not in told]
    return [f"{len(missed)} stored changes were never told"] if missed else []


def main() -> None:
    """The long form: 20 calls, each node restarted three times."""
    calls, rounds = [*map(int, sys.argv[1:]), *(20, 3)[len(sys.argv) - 1 :]][:2]
    rolled = asyncio.run(roll(calls, rounds))
    row: list[object] = [calls, rolled.restarts, rolled.moves, rolled.alerts, f"{rolled.gap_before_s:.2f}"]
    lines = table(
        ["calls", "restarts", "calls moved", "alerts told", "longest gap before, s", "longest gap, s", "faults"],
        [[*row, f"{rolled.gap_s:.2f}", len(rolled.faults)]],
    )
    late_s = rolled.late_s
    late = [f"{percentile(late_s, share):.2f}" for share in (0.5, 0.95, 1)]
    header = ["silences that became too long", "told", "line away over 300 ms", "late, s: p50", "p95", "max"]
    lines += ["", *table(header, [[rolled.silences, len(late_s), rolled.unknown, *late]])]
    lines += [
        "",
        f"Drain of {_DRAIN_S:g} s, the calls go to the other node one by one. The gaps are between any two alerts, so",
        "they depend on how many there are; late is from the sending of the sound that makes a silence too long to its",
        "alert on the console. A fault is such a silence not told, a change told twice, out of order or never, a",
        "call that ended, or an error in a log.",
    ]
    lines += [f"Faults: {'; '.join(rolled.faults) or 'none'}."]
    write_block("rolling", "Two nodes restarted in turn", f"python -m tests.prove.rolling {calls} {rounds}", lines)
    print("\n".join(lines))  # noqa: T201  # a report for people


if __name__ == "__main__":
    main()
