"""Connections that trickle: what of them is awaited, for how long, and that whoever sends properly is left alone."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from config.limits import LimitSettings
from service.bounded_http import BoundedHttp
from tests.service.ingest.doors import until

_TIMES = {"head_s": 1.0, "body_s": 1.0, "audio_body_s": 0.3, "answer_s": 0.3}  # below the bounds, for a test
_App = Callable[[Any, Any, Any], Awaitable[None]]


@asynccontextmanager
async def _serving(app: _App) -> AsyncIterator[tuple[BoundedHttp, int]]:
    bounds = BoundedHttp(LimitSettings.model_construct(None, **_TIMES), most_waiting=10)  # type: ignore[arg-type]  # times of any kind
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, http=bounds.protocol(), log_config=None, lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(10):
            while not server.started:  # noqa: ASYNC110 - uvicorn has a flag, no event
                await asyncio.sleep(0.005)
        yield bounds, server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving


async def _takes_all(scope: Any, receive: Any, send: Any) -> None:
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": f"{size:05}".encode()})


def _head(path: str, length: int) -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n".encode()


async def test_sound_may_come_for_ever_but_not_pause_for_ever() -> None:
    async with _serving(_takes_all) as (bounds, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_head("/ingest/http/c/agent", 20))
        for _ in range(20):  # 1 s of it, three times the pause
            writer.write(b"s")
            await asyncio.sleep(0.05)
        assert (await asyncio.wait_for(reader.read(200), 5)).endswith(b"00020")
        writer.write(_head("/ingest/http/c/agent", 20) + b"s")
        answer = await asyncio.wait_for(reader.read(), 5)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"no audio for 0.3 s (limits.audio_body_s)" in answer
        writer.close()
        await until(lambda: not bounds.room.waiting)
        assert bounds.cut == {"audio": 1}


async def test_who_goes_on_sending_can_still_read_that_it_was_too_slow() -> None:
    async with _serving(_takes_all) as (bounds, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_head("/api", 1000))
        for _ in range(40):  # 2 s of it: the body may take one, who is told may go on for two more
            writer.write(b"s")
            await writer.drain()
            await asyncio.sleep(0.05)
        assert bounds.cut == {"body": 1}
        assert len(bounds.room.waiting) == 1
        answer = await asyncio.wait_for(reader.read(), 5)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"body-too-slow" in answer
        await until(lambda: not bounds.room.waiting)  # it is let go, though it never stopped
        assert bounds.cut == {"body": 1}
        writer.close()


async def test_a_body_in_time_is_served_and_the_next_one_too() -> None:
    async with _serving(_takes_all) as (bounds, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(2):
            writer.write(_head("/api", 6) + b"two")
            await asyncio.sleep(0.05)
            assert len(bounds.room.waiting) == 1
            writer.write(b"two")
            assert (await asyncio.wait_for(reader.read(200), 5)).endswith(b"00006")
            assert not bounds.room.waiting
        writer.close()
        assert not bounds.cut


async def test_who_takes_nothing_of_an_answer_is_cut_off() -> None:
    gone = asyncio.Event()

    async def pours(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(500):
            await send({"type": "http.response.body", "body": bytes(1 << 16), "more_body": True})
        gone.set()

    async with _serving(pours) as (bounds, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        await asyncio.wait_for(gone.wait(), 5)
        assert bounds.cut == {"answer": 1}
        with contextlib.suppress(ConnectionError):
            while await asyncio.wait_for(reader.read(1 << 20), 5):
                pass
        writer.close()
