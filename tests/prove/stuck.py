"""Calls whose taps are slowed, flooded, killed, or read by a node with everything behind the door stuck: who waits?

`python -m tests.prove.stuck [PART OF A NAME]...`: about six minutes for all. The simulated PBX must never wait, and its
calls must not end.
"""

import asyncio
import os
import signal
import socket
import sqlite3
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from websockets.asyncio.client import connect

from service.bench.processes import tree_of
from service.demo.recording import Recording
from service.demo.simulated_pbx import Played, SimulatedPbx
from service.demo.switchboard import Target, Via
from streaming.wire.audiosocket import encode_audio, encode_uuid
from tests.calls.played import telephone_call
from tests.prove.node import Node, running_node
from tests.prove.report import percentile, table, write_block

_ROADS = (Via.AUDIOSOCKET, Via.ASTERISK, Via.RTP)
_AFTER_S, _LASTS_S = 6.0, 8.0
_LOOK_S = 0.5
_MOST_LATE_MS = 500  # of the calls' own clock: what this machine may do to it, others work on it too


@dataclass
class Site:
    """One node and the calls at it."""

    data_dir: Path
    ports: tuple[int, int]
    stack: AsyncExitStack
    node: Node = field(init=False)

    async def start(self) -> None:
        """A node on the same ports as before."""
        at = ("--http-port", str(self.ports[0]), "--audiosocket-port", str(self.ports[1]))
        self.node = await self.stack.enter_async_context(running_node(self.data_dir, *at))
        for _ in range(5):
            with suppress(httpx.HTTPError):  # a busy machine answers late
                await self.node.ready()
                return
        raise TimeoutError


Trouble = Callable[[Site], Awaitable[None]]


async def _nothing(site: Site) -> None:
    await asyncio.sleep(_LASTS_S)


@asynccontextmanager
async def _stopped(pids: list[int]) -> AsyncIterator[None]:
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


async def _decoders_stopped(site: Site) -> None:
    own = site.node.process.pid
    async with _stopped([pid for pid in tree_of(own) if pid != own]):
        await asyncio.sleep(_LASTS_S)


async def _store_locked(site: Site) -> None:
    (file,) = site.data_dir.glob("*.db")
    held = sqlite3.connect(file, timeout=5)
    held.execute("BEGIN IMMEDIATE")
    await asyncio.sleep(_LASTS_S)
    held.rollback()
    held.close()


async def _nobody_reads(site: Site) -> None:
    """A console that follows everything and a listener, neither of which ever reads."""
    calls = (await _calls(site.node)).get("calls", [])
    async with AsyncExitStack() as open_sockets:
        for path in ("/ws/console", *(f"/ws/listen/{quote(call['call_id'], safe='')}" for call in calls)):
            deaf = await open_sockets.enter_async_context(
                connect(f"{site.node.websocket}{path}", max_queue=1, close_timeout=0.1, ping_interval=None)
            )
            deaf.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            await deaf.send('{"type": "hello", "topics": ["alerts", "calls", "levels"]}')
            deaf.transport.pause_reading()
        await asyncio.sleep(_LASTS_S)


async def _everything_stuck(site: Site) -> None:
    await asyncio.gather(_decoders_stopped(site), _store_locked(site), _nobody_reads(site))


async def _flooded(site: Site) -> None:
    """A stranger's leg sent as fast as the socket takes it."""
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = (await client.post(f"{site.node.http}/api/v1/calls", json={"call_id": f"flood-{os.getpid()}"})).json()
    _, writer = await asyncio.open_connection("127.0.0.1", site.node.audiosocket_port)
    writer.write(encode_uuid(answer["legs"]["agent"]["stream_id"]))
    until_s = asyncio.get_running_loop().time() + _LASTS_S
    with suppress(ConnectionError):
        while asyncio.get_running_loop().time() < until_s:
            writer.write(encode_audio(bytes(32_000), 16_000))
            with suppress(TimeoutError):
                await asyncio.wait_for(writer.drain(), 0.2)
    writer.transport.abort()


async def _node_stopped(site: Site) -> None:
    async with _stopped([site.node.process.pid]):
        await asyncio.sleep(_LASTS_S)


async def _node_killed(site: Site) -> None:
    site.node.process.kill()
    await site.node.process.wait()
    await asyncio.sleep(1)
    await site.start()


_TROUBLES: dict[str, Trouble] = {
    "nothing": _nothing,
    "decoders stopped 8 s": _decoders_stopped,
    "store locked 8 s": _store_locked,
    "a console and listeners that never read": _nobody_reads,
    "all three at once": _everything_stuck,
    "another leg floods for 8 s": _flooded,
    "the whole node stopped 8 s": _node_stopped,
    "the node killed, started again": _node_killed,
}
_NODE_AWAY = {"the whole node stopped 8 s", "the node killed, started again"}


async def _calls(node: Node) -> dict[str, Any]:
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        answer: dict[str, Any] = (await client.get(f"{node.http}/api/v1/calls", params={"state": "live"})).json()
        return answer


async def _behind_ms(site: Site, over: asyncio.Event) -> list[float]:
    """By how much what was heard of the latest leg is behind the clock, against when it was first seen; each look."""
    loop, first, looks = asyncio.get_running_loop(), dict[tuple[str, str], float](), list[float]()
    while not over.is_set():
        with suppress(httpx.HTTPError, ValueError):
            seen = await _calls(site.node)
            now_ms, behind = loop.time() * 1000, 0.0
            for call in seen["calls"]:
                for leg, body in call["legs"].items():
                    if call["call_id"].startswith("flood") or not body["connected"]:
                        continue
                    lag = now_ms - body["received_ms"]
                    behind = max(behind, lag - first.setdefault((call["call_id"], leg), lag))
            looks.append(behind)
        await asyncio.sleep(_LOOK_S)
    return looks


async def _played(site: Site, call: Recording, via: Via) -> Played:
    played: list[Played] = []
    target = Target(site.node.http, "127.0.0.1", site.node.audiosocket_port)
    async with httpx.AsyncClient(timeout=10, limits=httpx.Limits(max_connections=None), trust_env=False) as client:
        await SimulatedPbx(client, target, via).play_all([call], 1, 1, played.append)
    return played[0]


async def _tried(site: Site, call: Recording, name: str) -> tuple[list[object], bool]:
    over = asyncio.Event()
    looking = asyncio.create_task(_behind_ms(site, over))
    playing = [asyncio.create_task(_played(site, call, via)) for via in _ROADS]
    await asyncio.sleep(_AFTER_S)
    await _TROUBLES[name](site)
    over.set()
    played = await asyncio.gather(*playing)  # a call that ended by it raises here
    lines = [each.line for each in played]
    latest_ms, lost = max(line.latest_ms for line in lines), sum(line.lost_ms for line in lines)
    good = latest_ms <= _MOST_LATE_MS and (name in _NODE_AWAY or not lost)
    back = f"{sum(line.breaks for line in lines)} / {sum(line.returns for line in lines)}"
    looking.cancel()
    behind = "–"
    if name not in _NODE_AWAY and looking.done() and not looking.cancelled() and (looks := looking.result()):
        behind = f"{percentile(looks, 0.5):.0f} / {max(looks):.0f}"
    losses = ", ".join(f"{via} {line.lost_ms / 1000:.1f}" for via, line in zip(_ROADS, lines, strict=True))
    return [name, round(latest_ms), losses, back, sum(each.events_lost for each in played), behind], good


async def _run(names: list[str]) -> tuple[list[list[object]], bool]:
    rows, good = list[list[object]](), True
    with tempfile.TemporaryDirectory() as folder:
        call = telephone_call("forbidden_phrase", Path(folder))
        for name in names:
            async with AsyncExitStack() as stack:
                free = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
                ports = (free[0].getsockname()[1], free[1].getsockname()[1])
                for each in free:
                    each.close()
                site = Site(Path(folder) / f"data-{len(rows)}", ports, stack)
                await site.start()
                row, fine = await _tried(site, call, name)
                rows.append(row)
                good = good and fine
                print(*row, flush=True)  # noqa: T201  # a report for people
    return rows, good


def main() -> None:
    """Writes the table down; exit 1 when a call waited, ended, or lost audio to a node that was there."""
    wanted = [name for name in _TROUBLES if not sys.argv[1:] or any(part in name for part in sys.argv[1:])]
    rows, good = asyncio.run(_run(wanted))
    header = [
        "trouble",
        "call at most late, ms",
        "lost, s",
        "breaks / returns",
        "events lost",
        "reading behind, median / most, ms",
    ]
    lines = [
        f"Three real-time calls at once ({', '.join(_ROADS)}), trouble {_AFTER_S:.0f} s after their beginning. Every "
        "call ran to its own end. *Late* is the simulated PBX's own clock; *lost* is audio of both legs that could not "
        "be handed over; *reading behind* is how far the node's reading of the latest leg was behind the clock "
        f"until the trouble was over, asked over HTTP every {_LOOK_S} s (the answer's own time is in it).",
        "",
        *table(header, rows),
    ]
    if not sys.argv[1:]:
        write_block("stuck", "Taps that are slowed, flooded, killed", "python -m tests.prove.stuck", lines)
    print("\n".join(lines))  # noqa: T201  # as above
    raise SystemExit(not good)


if __name__ == "__main__":
    main()
