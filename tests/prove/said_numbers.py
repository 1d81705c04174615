"""Plays calls in which 500 numbers of people are said, and looks for them wherever something may have stayed."""

import asyncio
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import soundfile
from websockets.asyncio.client import connect

from alerts.masking.masked_text import MASK
from service.demo.recording import demo_recordings
from streaming.bleep import bleeped
from tests.fakes.servers import RedisServer, running_postgres, running_redis
from tests.fakes.told_numbers import Half, Told, numbers_of_people
from tests.fakes.what_stayed import in_database, in_files, in_redis, readable, redis_watched
from tests.prove.node import Node, running_node, simulated_calls
from tests.prove.report import table, write_block

_COUNT = 500
_RUN = 4  # so many words, or digits, of one number in a row give something of it away
_FIGURES = 6  # in one word; four figures alone stand in every time of day
_ROOT = Path(__file__).parents[2]


async def prove(count: int, folder: Path, bus: RedisServer, database: str, commands: Callable[[], str]) -> list[str]:
    """The lines of the report. Raises AssertionError where a number was found."""
    numbers = list(numbers_of_people(Half.JUDGING, count))
    told_file = folder / "told"
    told_file.write_text("\n".join(_line(each) for each in numbers), encoding="utf-8")
    data = folder / "data"
    environment = {
        "EARSHOT_REDIS_URL": bus.url,
        "EARSHOT_DATABASE_URL": database,
        "EARSHOT_RECORDING__KEEP_CALLS": "true",
        "EARSHOT_RECOGNITION__SPOTTING": "false",
        "PYTHONPATH": f"{_ROOT / 'tests' / 'fakes' / 'scripted_ear'}:{_ROOT}",
        "TOLD_FILE": str(told_file),
    }
    shown: list[str] = []
    async with running_node(data, on_cores=None, **environment) as node:
        await node.ready()
        following = asyncio.create_task(_follow(node, shown))
        async with simulated_calls(node, demo_recordings(), "--loop", "--calls", "6", "--speed", "4"):
            while _given(told_file) < count:  # the node's own workers take them
                await asyncio.sleep(0.5)
                if following.done():
                    following.result()
        await asyncio.sleep(15)  # both legs are gone: the calls end, their clips and recordings are written
        covered = await _bleeps(node, data)
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            metrics = (await client.get(f"{node.http}/metrics")).text
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        log = readable("\n".join(node.log))
    places = {
        "database": "\n".join(in_database(database)),
        "other files": "\n".join(in_files(data)),
        "Redis, kept and on its way": "\n".join([commands(), *chain.from_iterable(in_redis(bus.port))]),
        "log": log,
        "metrics": metrics,
        "consoles": readable("\n".join(shown)),
    }
    found = Counter[str]()
    for where, text in places.items():
        for each in numbers:
            found[where] += any(run in text for run in _runs(each))
    rows: list[list[object]] = [[where, f"{len(text):,}", found[where]] for where, text in places.items()]
    hidden = places["database"].count(MASK)
    lines = [
        f"{count} phone, card, identity and account numbers, IBANs and addresses in Chinese, English and Korean (the",
        "half that nobody worked on), said as scripted words with times into calls of a running service with Redis,",
        f"recordings and clips. Looked for: any {_RUN} words or digits of one in a row, in what is compressed too.",
        "",
        *table(["where", "letters looked at", "numbers found"], rows),
        "",
        f"Masks in the database: {hidden:,}. Masked words in recordings: {covered['exact']} covered to the sample,",
        f"{covered['open']} not.",
    ]
    print("\n".join(lines))  # noqa: T201
    assert hidden > count * 4
    assert covered["exact"] > count
    assert covered["open"] == 0
    assert sum(found.values()) == 0, found
    return lines


def _line(told: Told) -> str:
    return " ".join(word for utterance in told.utterances for word, _ in utterance)


def _runs(told: Told) -> set[str]:
    secret = [word for utterance in told.utterances for word, hidden in utterance if hidden]
    runs = set[str]()
    for at in range(len(secret) - _RUN + 1):
        for joint in (" ", "", '", "', '","'):
            runs.add(joint.join(secret[at : at + _RUN]))
    runs |= {word for word in secret if (word.isdecimal() and len(word) >= _FIGURES) or "@" in word[1:]}
    return runs or {" ".join(secret), "".join(secret)}


def _given(told_file: Path) -> int:
    place = told_file.parent / f"{told_file.name}.next"
    return int(place.read_text() or 0) if place.exists() else 0


async def _follow(node: Node, shown: list[str]) -> None:
    """A console that follows every call's words."""
    async with connect(f"{node.websocket}/ws/console", max_size=None, proxy=None) as console:
        await console.send(json.dumps({"type": "hello", "topics": ["alerts", "calls"]}))
        known = set[str]()
        async for message in console:
            shown.append(str(message))
            for call in _calls_in(json.loads(message)):
                if call["call_id"] not in known:
                    known.add(call["call_id"])
                    await console.send(json.dumps({"type": "subscribe", "topics": [f"transcript:{call['call_id']}"]}))
                elif call["state"] == "ended":
                    await console.send(json.dumps({"type": "unsubscribe", "topics": [f"transcript:{call['call_id']}"]}))


def _calls_in(message: dict[str, Any]) -> list[dict[str, Any]]:
    if message["type"] == "snapshot":
        return list(message["calls"])
    return [message["call"]] if isinstance(message.get("call"), dict) and "call_id" in message["call"] else []


async def _bleeps(node: Node, data: Path) -> Counter[str]:
    """The masked words of all kept calls against the tone in their recordings."""
    found = Counter[str]()
    async with httpx.AsyncClient(base_url=node.http, trust_env=False, timeout=60) as client:
        for path in (data / "recordings").glob("*.flac"):
            samples, rate_hz = soundfile.read(path, dtype="int16", always_2d=True)
            assert rate_hz == 16_000
            call_id = path.stem.removeprefix("call-")
            lines = (await client.get(f"/api/v1/calls/{call_id}/transcript")).json()["lines"]
            for line in lines:
                leg = samples[:, ("agent", "customer").index(line["leg"])]
                for word in line["words"]:
                    if MASK in word["text"]:
                        piece = leg[word["start_ms"] * 16 : word["end_ms"] * 16]
                        tone = np.frombuffer(bleeped(bytes(len(piece) * 2), 0, [(0, len(piece))]), "<i2")
                        found["exact" if np.array_equal(piece, tone) else "open"] += len(piece) > 0
    return found


def main() -> None:
    """`python -m tests.prove.said_numbers [count]`; three minutes."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else _COUNT
    os.environ.pop("EARSHOT_KEY", None)
    with (
        tempfile.TemporaryDirectory(prefix="earshot-numbers-") as folder,
        running_redis() as bus,
        running_postgres() as database,
        redis_watched(bus.port) as commands,
    ):
        lines = asyncio.run(prove(count, Path(folder), bus, database.new_database(), commands))
    write_block("numbers", "Numbers of people that were said", "python -m tests.prove.said_numbers", lines)


if __name__ == "__main__":
    main()
