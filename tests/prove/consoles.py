"""A thousand consoles on one process, ten alerts a second: how long from publishing to the write on each socket.

The consoles are in processes of their own: `python -m tests.prove.consoles [seconds]`.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from fastapi import FastAPI, WebSocket
from websockets.asyncio.client import connect

from alerts.alert import Alert
from config.settings import ListeningSettings, Settings
from service.bus.change_feed import ChangeFeed
from service.clock import SystemClock
from service.store.store import Store
from tests.fakes.desk import FakeCalls, a_call, an_alert
from tests.fakes.servers import free_port
from tests.prove.report import percentile, table, write_block
from web.audience import Audience
from web.console_socket import ConsoleDoor, console_router
from web.sources import AlertChange

_CONSOLES, _CLIENTS, _PER_S = 1_000, 2, 10


class TimedDoor(ConsoleDoor):
    """Notes when each alert was written to each socket."""

    written_ms: list[float]
    published_ms: dict[str, float]

    async def _write(self, websocket: WebSocket, text: str) -> None:
        await super()._write(websocket, text)
        if text.startswith('{"alert_id":"'):
            self.written_ms.append(time.time() * 1000 - self.published_ms[text[13 : text.index('"', 13)]])


async def _client(url: str, count: int) -> None:
    """So many consoles; prints how late each message was when it was read, in milliseconds."""
    late_ms: list[float] = []

    async def console(ready: asyncio.Semaphore) -> None:
        async with connect(url, compression=None, max_size=None, open_timeout=60) as socket:
            await socket.send('{"type":"hello","topics":["alerts"]}')
            await socket.recv()
            ready.release()
            async for text in socket:
                now_ms = time.time() * 1000
                at = text.find('"published_at":"') if isinstance(text, str) else -1
                if isinstance(text, str) and at > 0:
                    stamp = text[at + 16 : text.index('"', at + 16)]
                    late_ms.append(now_ms - datetime.fromisoformat(stamp).timestamp() * 1000)

    ready = asyncio.Semaphore(0)
    tasks = [asyncio.create_task(console(ready)) for _ in range(count)]
    for _ in range(count):
        await ready.acquire()
    print("ready", flush=True)  # noqa: T201  # the parent waits for it
    await asyncio.to_thread(sys.stdin.readline)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    print(json.dumps(late_ms))  # noqa: T201  # the parent reads it


async def measure(seconds: int) -> tuple[list[float], list[float], float]:
    """Milliseconds until written, milliseconds until read by the consoles, and cores of the serving process."""
    settings = Settings(listening=ListeningSettings(most_consoles=_CONSOLES + 10))
    audience = Audience(settings.listening, lambda: datetime.now(UTC))
    with tempfile.TemporaryDirectory() as folder:
        store = Store(settings.model_copy(update={"data_dir": Path(folder)}), SystemClock())
        await store.open()

        def told(change: AlertChange, *, told_before: bool) -> None:
            published_at = change.alert.timing.published_at
            assert published_at is not None
            door.published_ms[change.alert.alert_id] = published_at.timestamp() * 1000
            audience.publish_alert(change, told_before=told_before)

        feed = ChangeFeed(store.newest, store.changes_after, told)
        await feed.start()
        writing = asyncio.create_task(store.run(feed.offer))
        door = TimedDoor(settings.listening, FakeCalls(a_call()), store, audience, lambda: datetime.now(UTC))
        door.written_ms, door.published_ms = [], {}
        app, port = FastAPI(), free_port()
        app.include_router(console_router(door))
        server = uvicorn.Server(
            uvicorn.Config(app, port=port, log_level="warning", ws_per_message_deflate=False, lifespan="off")
        )
        serving = asyncio.create_task(server.serve())
        clients = [
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.prove.consoles", "client", f"ws://127.0.0.1:{port}/ws/console"),
                str(_CONSOLES // _CLIENTS),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=1 << 30,
            )
            for _ in range(_CLIENTS)
        ]
        for client in clients:
            assert client.stdout is not None
            assert await client.stdout.readline() == b"ready\n"
        cpu_s, began_s = _cpu_s(), time.monotonic()
        for number in range(seconds * _PER_S):
            store.save_alert(_fresh(f"A{number}"))
            await asyncio.sleep(max(0.0, began_s + (number + 1) / _PER_S - time.monotonic()))
        await asyncio.sleep(1)
        cores = (_cpu_s() - cpu_s) / (time.monotonic() - began_s)
        read_ms: list[float] = []
        for client in clients:
            out, _ = await client.communicate(b"\n")
            read_ms += json.loads(out)
        server.should_exit = True
        await serving
        await store.close()
        await writing
        return door.written_ms, read_ms, cores


def _fresh(alert_id: str) -> Alert:
    alert = an_alert(alert_id)
    return replace(alert, timing=replace(alert.timing, published_at=None))


def _cpu_s() -> float:
    return sum(os.times()[:2])


def main() -> None:
    """The consoles of one process, or the whole run."""
    if sys.argv[1:2] == ["client"]:
        asyncio.run(_client(sys.argv[2], int(sys.argv[3])))
        return
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    written_ms, read_ms, cores = asyncio.run(measure(seconds))
    rows: list[list[object]] = [
        [name, len(values), *(round(percentile(values, share), 1) for share in (0.5, 0.95, 0.99)), round(max(values))]
        for name, values in (("until written to the socket", written_ms), ("until read by the console", read_ms))
    ]
    lines = table(["after the stamp `published_at`, ms", "messages", "p50", "p95", "p99", "max"], rows)
    lines += [
        "",
        f"{_CONSOLES} consoles, {_PER_S} alerts a second for {seconds} s, each stored in SQLite first; "
        f"{cores:.2f} cores in the serving process, the consoles in {_CLIENTS} others on the same machine.",
    ]
    write_block("consoles", "A thousand consoles on one process", f"python -m tests.prove.consoles {seconds}", lines)
    print("\n".join(lines))  # noqa: T201  # a report for people


if __name__ == "__main__":
    main()
