"""The same telephone calls through every dialect, words by real Vosk: are the alerts and the transcript the same?

`python -m tests.prove.dialects [RECORDING]...` takes about two minutes for each recording.
"""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from service.demo.recording import Recording
from service.demo.simulated_pbx import Played, SimulatedPbx
from service.demo.switchboard import Target, Via
from streaming.frames import FRAME_MS
from tests.calls.played import telephone_call
from tests.prove.node import Node, running_node
from tests.prove.report import table, write_block
from tests.prove.watching_console import WatchingConsole, watching

_RECORDINGS = ("forbidden_phrase", "agent_hangs_up", "dead_air", "interruptions")
_AT_ONCE = 2  # so that decoders are in time on two cores: a call that is not written down in full proves nothing
_REFERENCE = Via.AUDIOSOCKET
_PATIENCE: dict[str, Any] = {  # what is proved is the dialects', not how many calls this machine can write down
    "EARSHOT_RECOGNITION__LADDER__DOWN_LAG_MS": "10000",
    "EARSHOT_RECOGNITION__LADDER__COLD_LAG_MS": "10000",
    "EARSHOT_RECOGNITION__LADDER__DOWN_BUSY_RATIO": "1",
    "EARSHOT_RECOGNITION__BEHIND_LIMIT_MS": "60000",
}
_SETTLES_S = 12  # after the last leg: last words, verdict, the end


@dataclass(frozen=True, slots=True)
class Heard:
    """What one call gave."""

    alerts: dict[tuple[str, str], tuple[int, int]]  # kind and rule → place
    words: dict[str, tuple[tuple[str, int, int], ...]]  # by leg: text and time from the leg's first word
    unheard: tuple[str, ...]  # legs of which something could not be judged, and why

    def said(self, leg: str) -> str:
        """The leg's text."""
        return " ".join(text for text, _, _ in self.words.get(leg, ()))


def _heard(view: dict[str, Any], lines: list[dict[str, Any]], alerts: Sequence[dict[str, Any]]) -> Heard:
    words: dict[str, tuple[tuple[str, int, int], ...]] = {}
    for leg in ("agent", "customer"):
        spoken = [word for line in lines if line["final"] and line["leg"] == leg for word in line["words"]]
        first_ms = spoken[0]["start_ms"] if spoken else 0
        words[leg] = tuple((each["text"], each["start_ms"] - first_ms, each["end_ms"] - first_ms) for each in spoken)
    places = {
        (alert["kind"], alert["rule"]): (alert["evidence"]["from_ms"], alert["evidence"]["to_ms"])
        for alert in alerts
        if alert["state"] != "withdrawn"
    }
    unheard = tuple(
        sorted({f"{each['leg']} {each['cause']}" for each in view["undecided"] if each["cause"] != "overlap"})
    )
    return Heard(places, words, unheard)


async def _told(
    client: httpx.AsyncClient, node: Node, console: WatchingConsole, call: Recording, via: Via, after_s: float
) -> Heard:
    played: list[Played] = []
    target = Target(node.http, "127.0.0.1", node.audiosocket_port)
    await asyncio.sleep(after_s)
    await SimulatedPbx(client, target, via).play_all([call], 1, 1, played.append)
    url = f"{node.http}/api/v1/calls/{quote(played[0].call_id, safe='')}"
    async with asyncio.timeout(_SETTLES_S + 30):
        while (await client.get(url)).json()["state"] != "ended":  # noqa: ASYNC110  # the node is another process
            await asyncio.sleep(0.25)
    await asyncio.sleep(1)
    view, lines = (await client.get(url)).json(), (await client.get(f"{url}/transcript")).json()
    return _heard(view, lines["lines"], list(console.alerts(played[0].call_id).values()))


async def every_way(data_dir: Path, calls: dict[str, Recording]) -> dict[tuple[str, Via], Heard]:
    """Each call by each dialect, a few at once."""
    found: dict[tuple[str, Via], Heard] = {}
    async with (
        running_node(data_dir, **_PATIENCE) as node,
        watching(node.websocket, "alerts", "calls") as console,
        httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_connections=None), trust_env=False) as client,
    ):
        await node.ready()
        warming = [_told(client, node, console, call, _REFERENCE, number) for number, call in enumerate(calls.values())]
        await asyncio.gather(*warming[:_AT_ONCE])  # the first sentences cost four times as much as later ones
        for unused in warming[_AT_ONCE:]:
            unused.close()
        ways = [(name, via) for name in calls for via in Via]
        for way in (ways[start : start + _AT_ONCE] for start in range(0, len(ways), _AT_ONCE)):
            told = (
                _told(client, node, console, calls[name], via, number * 0.5) for number, (name, via) in enumerate(way)
            )
            found |= dict(zip(way, await asyncio.gather(*told), strict=True))
    return found


def furthest_ms(one: Heard, other: Heard) -> int:
    """How far apart the same alerts are."""
    both = one.alerts.keys() & other.alerts.keys()
    apart = (abs(here - there) for key in both for here, there in zip(one.alerts[key], other.alerts[key], strict=True))
    return max(apart, default=0)


def main() -> None:
    """Writes the matrix down; exit 1 when anything differs."""
    names = sys.argv[1:] or list(_RECORDINGS)
    with tempfile.TemporaryDirectory() as folder:
        calls = {name: telephone_call(name, Path(folder)) for name in names}
        found = asyncio.run(every_way(Path(folder) / "data", calls))
    rows: list[list[object]] = []
    same = True
    for via in Via:
        row: list[object] = [via]
        for name in names:
            here, there = found[name, via], found[name, _REFERENCE]
            alerts_same = here.alerts.keys() == there.alerts.keys()
            words_same = here.words == there.words
            apart_ms = furthest_ms(here, there)
            count = sum(len(words) for words in here.words.values())
            row.append(
                f"{len(here.alerts)} alerts {'the same' if alerts_same else 'NOT THE SAME'}, ≤ {apart_ms} ms apart; "
                f"{count} words {'the same' if words_same else 'NOT THE SAME'}"
                + (f" (not in full: {', '.join(here.unheard)})" if here.unheard else "")
            )
            same = same and alerts_same and words_same and apart_ms <= FRAME_MS
            if not (alerts_same and words_same):
                _show_difference(name, via, here, there)
        rows.append(row)
    lines = [
        f"Each recording as an 8 kHz µ-law trunk brings it, in real time, {_AT_ONCE} calls at once, by Vosk; compared "
        f"with what came by {_REFERENCE}: kind, rule and place of each alert, and each word of both legs with its "
        "times, counted from the leg's first word.",
        "",
        *table(["by", *names], rows),
    ]
    if not sys.argv[1:]:
        write_block("dialects", "One recording by every dialect", "python -m tests.prove.dialects", lines)
    print("\n".join(lines))  # noqa: T201  # a report for people
    sys.exit(not same)


def _show_difference(name: str, via: Via, here: Heard, there: Heard) -> None:
    print(name, via, sorted(here.alerts.items()), sorted(there.alerts.items()))  # noqa: T201  # as above
    for leg in ("agent", "customer"):
        print(" ", leg, here.said(leg), "|", there.said(leg), here.words[leg] == there.words[leg])  # noqa: T201


if __name__ == "__main__":
    main()
