"""What the acoustic road costs: CPU by stage in simulated time, and how many real calls one core keeps on time."""

import argparse
import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

from tests.prove.report import table, write_block
from tests.prove.road_live import Live, measure_live

_ROOT = Path(__file__).parents[2]
_LATE_MS = 500  # issue and api.md: acoustic alerts p95


def main() -> None:
    """Stages, then live; `--against COMMIT` runs the stages of that commit in turns with ours."""
    asked = argparse.ArgumentParser(prog="python -m tests.prove.road", description=__doc__)
    asked.add_argument("--calls", type=int, default=17, help="calls in simulated time")
    asked.add_argument("--against", help="a checkout of an older commit, measured in turns with this one")
    asked.add_argument("--rounds", type=int, default=3, help="how often, of which the medians count")
    asked.add_argument("--live", default="50", help="numbers of live calls to try, rising, by comma; empty for none")
    asked.add_argument("--seconds", type=int, default=60, help="length of each live try")
    asked.add_argument("--no-write", action="store_true", help="print only")
    said = asked.parse_args()
    trees = {"before": Path(said.against)} if said.against else {}
    rounds: dict[str, list[dict[str, float]]] = {}
    for _ in range(said.rounds):
        for name, tree in (*trees.items(), ("now", _ROOT)):
            rounds.setdefault(name, []).append(_stages(tree, said.calls))
    lines = _stage_lines({name: _middle(several) for name, several in rounds.items()}, said.rounds)
    tries: list[Live] = []
    for calls in [int(each) for each in said.live.split(",") if each]:
        tries.append(asyncio.run(measure_live(calls, said.seconds)))
        if tries[-1].late_p95_ms > _LATE_MS:
            break
    lines += _live_lines(tries, said.seconds)
    print("\n".join(lines))  # noqa: T201  # a report for people
    if not said.no_write:
        write_block("road", "The acoustic road", " ".join(["python -m tests.prove.road", *sys.argv[1:]]), lines)


def _stages(tree: Path, calls: int) -> dict[str, float]:
    """The stages of the code in `tree`, in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    ran = subprocess.run(
        [sys.executable, str(tree / "tests/prove/road_stages.py"), str(calls)],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        cwd=tree,
    )
    measured: dict[str, Any] = json.loads(ran.stdout)
    return {name: float(value) for name, value in measured.items()}


def _middle(several: list[dict[str, float]]) -> dict[str, float]:
    return {name: median(each[name] for each in several) for name in several[0]}


def _stage_lines(measured: dict[str, dict[str, float]], rounds: int) -> list[str]:
    now = measured["now"]
    rows: list[list[object]] = [
        [name, *(f"{each[name]:.2f}" for each in measured.values())] for name in now if name != "memory_mb"
    ]
    lines = table(["CPU ms per leg and second of audio", *measured], rows)
    lines += ["", f"Calls per core by that: {1000 / (2 * now['all']):.0f}."]
    if "before" in measured:
        lines[-1] += f" Ratio before to now: {measured['before']['all'] / now['all']:.2f}."
    lines[-1] += f" Memory per call at its end, without recognition: {now['memory_mb']:.1f} MB."
    return [*lines, f"Simulated time, recognition off, 8 kHz, blocks of 20 ms; {rounds} runs in turns, medians.", ""]


def _live_lines(tries: list[Live], seconds: int) -> list[str]:
    if not tries:
        return []
    header = ["live calls", "alerts", "published − received p50 / p95, ms", "published − sent p50 / p95, ms"]
    header += ["CPU of the core", "CPU ms per leg and s", "MB per call"]
    rows: list[list[object]] = [
        [
            each.calls,
            each.alerts,
            f"{each.late_p50_ms:.0f} / {each.late_p95_ms:.0f}",
            f"{each.whole_p50_ms:.0f} / {each.whole_p95_ms:.0f}",
            f"{each.cpu_share:.0%}",
            f"{each.cpu_share * 1000 / (2 * each.calls):.1f}",
            f"{each.memory_per_call_mb:.1f}",
        ]
        for each in tries
    ]
    lines = table(header, rows)
    return [
        *lines,
        "",
        f"Real AudioSocket at real time, {seconds} s each, the whole service on one core, the sender on the other.",
    ]


if __name__ == "__main__":
    main()
