"""How late an alert, a first partial and a final are on live calls at real-time speed, six at once."""

import asyncio
import json
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from service.demo.recording import demo_recordings
from tests.prove.node import play_to_the_end, running_node
from tests.prove.report import percentile, table, write_block
from tests.prove.watching_console import Told, WatchingConsole, watching

_SIX = ("dead_air", "calm", "agent_hangs_up", "forbidden_phrase", "talk_over", "shouting_customer")
_SLACK_MS = 700  # an utterance belongs to the turn it begins in, give or take the voice detector's edges


@dataclass(slots=True)
class Measured:
    """Milliseconds, one entry a case."""

    dead_air_ms: list[float] = field(default_factory=list)
    first_partial_ms: list[float] = field(default_factory=list)
    final_ms: list[float] = field(default_factory=list)
    turns: int = 0
    dead_air_found: int = 0
    dead_air_plays: int = 0
    wrong: list[str] = field(default_factory=list)
    cpu_cores: float = 0.0
    memory_mb: float = 0.0


async def measure(rounds: int, via: str = "audiosocket") -> Measured:
    """Play six recordings at once, `rounds` times over, and compare what a console was told with the truth."""
    measured = Measured()
    files = [path for path in demo_recordings() if path.stem in _SIX]
    with tempfile.TemporaryDirectory() as folder:
        async with running_node(Path(folder)) as node:
            await node.ready()
            for _ in range(rounds):
                async with watching(node.websocket, "alerts", "calls", follow_all=True) as console:
                    cpu_s, began_s = node.cpu_s(), asyncio.get_running_loop().time()
                    played = await play_to_the_end(node, files, "--via", via, "--calls", str(len(files)))
                    measured.cpu_cores = (node.cpu_s() - cpu_s) / (asyncio.get_running_loop().time() - began_s)
                    await asyncio.sleep(3)
                    for call in played:
                        _compare(call, console, measured)
                measured.memory_mb = node.memory_mb()
            measured.wrong += [f"log: {line[:200]}" for line in node.failures()]
    return measured


def _compare(call: dict[str, str], console: WatchingConsole, measured: Measured) -> None:
    truth = json.loads(_truth_of(call["recording"]).read_text(encoding="utf-8"))
    alerts = list(console.alerts(call["call_id"]).values())
    dead = [alert for alert in alerts if alert["kind"] == "dead_air"]
    if call["recording"] == "dead_air":
        measured.dead_air_plays += 1
        measured.dead_air_found += bool(dead)
        for alert in dead:
            stamps = alert["timing"]
            measured.dead_air_ms.append(_between_ms(stamps["received_at"], stamps["published_at"]))
    elif dead:
        measured.wrong.append(f"dead_air in {call['recording']}")
    hung_up = any(alert["kind"] == "agent_hangup" for alert in alerts)
    if hung_up is not (call["recording"] == "agent_hangs_up"):
        measured.wrong.append(f"agent_hangup is {hung_up} in {call['recording']}")
    began = datetime.fromisoformat(call["began_at"])
    lines = [told for told in console.of("transcript") if told.message["call_id"] == call["call_id"]]
    for turn in truth["turns"]:
        measured.turns += 1
        _compare_turn(turn, began, lines, measured)


def _compare_turn(turn: dict[str, Any], began: datetime, lines: list[Told], measured: Measured) -> None:
    of_turn = [
        told
        for told in lines
        if told.message["leg"] == turn["leg"]
        and told.message["text"]
        and turn["start_ms"] - _SLACK_MS <= told.message["start_ms"] < turn["end_ms"]
    ]
    arrived_ms = [((told.at - began).total_seconds() * 1000, told.message["final"]) for told in of_turn]
    partials = [at_ms for at_ms, final in arrived_ms if not final]
    finals = [at_ms for at_ms, final in arrived_ms if final]
    if partials or finals:
        measured.first_partial_ms.append(min(partials + finals) - turn["start_ms"])
    if finals:
        measured.final_ms.append(max(finals) - turn["end_ms"])


def _truth_of(name: str) -> Path:
    return next(path for path in demo_recordings() if path.stem == name).with_suffix(".json")


def _between_ms(earlier: str, later: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds() * 1000


def main() -> None:
    """The long form: twenty plays."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    measured = asyncio.run(measure(rounds))
    rows: list[list[object]] = []
    for name, values in (
        ("dead-air alert: published − received, ms", measured.dead_air_ms),
        ("first partial: console − start of the turn, ms", measured.first_partial_ms),
        ("last final: console − end of the turn, ms", measured.final_ms),
    ):
        rows.append([name, len(values), round(median(values)), round(percentile(values, 0.95)), round(max(values))])
    lines = table(["what", "cases", "median", "p95", "max"], rows)
    lines += [
        "",
        f"{rounds} plays of six calls at once over AudioSocket; dead air found in {measured.dead_air_found} of "
        f"{measured.dead_air_plays}; wrong: {measured.wrong or 'nothing'}; {measured.turns} turns; "
        f"{measured.cpu_cores:.2f} cores and {measured.memory_mb:.0f} MB in the last play, workers and model included.",
    ]
    write_block("latency", "Latency of live calls", f"python -m tests.prove.latency {rounds}", lines)
    print("\n".join(lines))  # noqa: T201  # a report for people


if __name__ == "__main__":
    main()
