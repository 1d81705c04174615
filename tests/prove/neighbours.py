"""Bad neighbours: dead browsers, slow consoles, slow listeners, silent and racing PBXes beside a good call."""

import asyncio
import json
import socket
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from service.demo.recording import demo_recordings
from streaming.wire.audiosocket import encode_audio, encode_uuid
from tests.prove.node import Node, running_node, simulated_calls
from tests.prove.report import percentile, table, write_block
from tests.prove.watching_console import watching

_CROWD = 5  # bad neighbours of one kind at once
_RATE_HZ = 16_000


@dataclass(slots=True)
class Beside:
    """What the good call and the node were like beside one kind of neighbour."""

    name: str
    dead_air_ms: list[float] = field(default_factory=list)
    loop_ms: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    good_calls: int = 0
    dead_air_alerts: int = 0


Neighbour = Callable[[Node], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def nobody(node: Node) -> AsyncIterator[None]:
    """The comparison."""
    yield


@asynccontextmanager
async def killed_browsers(node: Node) -> AsyncIterator[None]:
    """Consoles and listeners that vanish without a goodbye, again and again."""

    async def vanish() -> None:
        while True:
            reader, writer = await asyncio.open_connection("127.0.0.1", int(node.http.rpartition(":")[2]))
            key = "dGhlIHNhbXBsZSBub25jZQ=="
            writer.write(
                f"GET /ws/console HTTP/1.1\r\nHost: {node.http[7:]}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
            )
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(0.2)
            writer.transport.abort()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async with _crowd(vanish):
        yield


@asynccontextmanager
async def slow_consoles(node: Node) -> AsyncIterator[None]:
    """Consoles that ask for everything and never read."""

    async def stuck() -> None:
        narrow = socket.socket()
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        narrow.setblocking(False)
        await asyncio.get_running_loop().sock_connect(narrow, ("127.0.0.1", int(node.http.rpartition(":")[2])))
        async with connect(f"{node.websocket}/ws/console", sock=narrow, compression=None, max_queue=1) as console:
            hello = {"type": "hello", "topics": ["alerts", "calls", "levels"]}
            await console.send(json.dumps(hello))
            await asyncio.Event().wait()

    async with _crowd(stuck):
        yield


@asynccontextmanager
async def slow_listeners(node: Node) -> AsyncIterator[None]:
    """Listeners of every live call that never read."""

    async def stuck() -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            while True:
                answer = (await client.get(f"{node.http}/api/v1/calls", params={"state": "live"})).json()
                if not answer["calls"]:
                    await asyncio.sleep(0.5)
                    continue
                call_id = answer["calls"][0]["call_id"]
                with suppress(ConnectionClosed):
                    async with connect(
                        f"{node.websocket}/ws/listen/{call_id}", compression=None, max_queue=1
                    ) as listener:
                        await listener.send(json.dumps({"type": "hello"}))
                        await asyncio.sleep(15)

    async with _crowd(stuck):
        yield


@asynccontextmanager
async def silent_pbxes(node: Node) -> AsyncIterator[None]:
    """AudioSocket legs that stop sending in the middle, the socket still open."""

    async def silent() -> None:
        async with _leg(node) as writer:
            for _ in range(50):
                writer.write(encode_audio(bytes(640), _RATE_HZ))
                await asyncio.sleep(0.02)
            writer.write(encode_audio(bytes(640), _RATE_HZ)[:100])  # and the last frame is cut
            await asyncio.Event().wait()

    async with _crowd(silent):
        yield


@asynccontextmanager
async def racing_pbxes(node: Node) -> AsyncIterator[None]:
    """Legs that send real speech ten times faster than real time."""
    import soundfile  # only this neighbour speaks

    speech, _ = soundfile.read(next(path for path in demo_recordings() if path.stem == "calm"), dtype="int16")
    leg = speech[:, 0].tobytes()

    async def racing() -> None:
        while True:
            async with _leg(node) as writer:
                with suppress(ConnectionError):
                    for start in range(0, len(leg), 640):
                        writer.write(encode_audio(leg[start : start + 640], _RATE_HZ))
                        await writer.drain()
                        await asyncio.sleep(0.002)

    async with _crowd(racing):
        yield


@asynccontextmanager
async def flooding_pbx(node: Node) -> AsyncIterator[None]:
    """One leg that sends as fast as TCP takes it."""

    async def flooding() -> None:
        block = encode_audio(bytes(6_400), _RATE_HZ)
        async with _leg(node) as writer:
            while True:
                writer.write(block)
                await writer.drain()

    async with _crowd(flooding, 1):
        yield


NEIGHBOURS: tuple[Neighbour, ...] = (
    nobody,
    killed_browsers,
    slow_consoles,
    slow_listeners,
    silent_pbxes,
    racing_pbxes,
    flooding_pbx,
)


async def beside(neighbour: Neighbour, seconds: float) -> Beside:
    """A good call with dead air, played in a loop, beside the neighbour."""
    result = Beside(neighbour.__name__)
    files = [path for path in demo_recordings() if path.stem == "dead_air"]
    with tempfile.TemporaryDirectory() as folder:
        async with running_node(Path(folder)) as node, AsyncExitStack() as stack:
            await node.ready()
            client = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
            console = await stack.enter_async_context(watching(node.websocket, "alerts"))
            await stack.enter_async_context(neighbour(node))
            played = await stack.enter_async_context(simulated_calls(node, files, "--loop", "--calls", "2"))
            loop = asyncio.get_running_loop()
            began_s = loop.time()
            while loop.time() - began_s < seconds:
                await asyncio.sleep(1)
                metrics = (await client.get(f"{node.http}/metrics")).text
                result.loop_ms.append(_value(metrics, "earshot_event_loop_lateness_seconds") * 1000)
                result.memory_mb.append(node.memory_mb())
            result.good_calls = len(played)
            good = {call["call_id"] for call in played}
            for alert in console.alerts().values():
                if alert["kind"] == "dead_air" and alert["call_id"].startswith("demo-dead_air"):
                    result.dead_air_alerts += alert["call_id"] in good
                    stamps = alert["timing"]
                    result.dead_air_ms.append(_between_ms(stamps["received_at"], stamps["published_at"]))
    return result


@asynccontextmanager
async def _crowd(one: Callable[[], Coroutine[object, object, None]], size: int = _CROWD) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(one()) for _ in range(size)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _leg(node: Node) -> AsyncIterator[asyncio.StreamWriter]:
    """An announced agent leg; whatever happens, its socket is gone afterwards."""
    async with httpx.AsyncClient(trust_env=False) as client:
        document = {"call_id": f"bad-{uuid.uuid4().hex[:8]}", "language": "ko"}
        answer = (await client.post(f"{node.http}/api/v1/calls", json=document)).json()
    _, writer = await asyncio.open_connection("127.0.0.1", node.audiosocket_port)
    try:
        writer.write(encode_uuid(answer["legs"]["agent"]["stream_id"]))
        yield writer
    finally:
        writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()


def _value(metrics: str, name: str) -> float:
    return next(float(line.split()[1]) for line in metrics.splitlines() if line.startswith(f"{name} "))


def _between_ms(earlier: str, later: str) -> float:
    from datetime import datetime

    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds() * 1000


def main() -> None:
    """The long form: two minutes beside each."""
    rows: list[list[object]] = []
    for neighbour in NEIGHBOURS:
        result = asyncio.run(beside(neighbour, 120))
        rows.append(
            [
                result.name.replace("_", " "),
                f"{result.dead_air_alerts}/{result.good_calls}",
                round(percentile(result.dead_air_ms, 0.5)),
                round(percentile(result.dead_air_ms, 0.95)),
                round(percentile(result.loop_ms, 0.95)),
                round(max(result.loop_ms)),
                round(result.memory_mb[0]),
                round(max(result.memory_mb)),
            ]
        )
    header = [
        "beside the good calls",
        "dead air found",
        "alert ms p50",
        "p95",
        "loop ms p95",
        "max",
        "MB first",
        "MB most",
    ]
    lines = table(header, rows)
    lines += ["", "Two good calls in a loop; five bad neighbours of a kind at once (one for the flood)."]
    write_block("neighbours", "Bad neighbours", "python -m tests.prove.neighbours", lines)
    print("\n".join(lines))  # noqa: T201  # a report for people


if __name__ == "__main__":
    main()
