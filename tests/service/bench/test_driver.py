"""The driver against a vosk-server's protocol and against nobody: lags are those that are there."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import median

from websockets.asyncio.server import ServerConnection, serve

from service.bench.driver import Driver
from service.bench.driver_link import DriverError, running_driver
from service.bench.material import load_material
from service.bench.orders import DriverLine, PeerTarget, PlayOrder, PlayReport, WindowMark


class _Peer:
    """Speaks vosk-server's protocol and thinks `thinking_s` about each block, one after the other per socket."""

    def __init__(self, thinking_s: float) -> None:
        self.thinking_s = thinking_s
        self.configs: list[object] = []
        self.blocks: list[int] = []
        self.ends = 0

    async def serve(self, socket: ServerConnection) -> None:
        async for message in socket:
            if isinstance(message, str) and "config" in message:
                self.configs.append(json.loads(message)["config"])
            elif message == '{"eof" : 1}':
                self.ends += 1
                await socket.send('{"text": ""}')
                return
            else:
                self.blocks.append(len(message))
                await asyncio.sleep(self.thinking_s)
                await socket.send('{"partial": ""}')


@asynccontextmanager
async def _listening(peer: _Peer) -> AsyncIterator[str]:
    async with serve(peer.serve, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


def _order(url: str, window_s: float = 2.0) -> PlayOrder:
    return PlayOrder(
        target=PeerTarget(url=url),
        calls=2,
        spread_s=0.1,
        settle_s=0.3,
        window_s=window_s,
        block_ms=100,
        driver_cores=tuple(os.sched_getaffinity(0)),
        seed="test",
    )


async def _played(peer: _Peer) -> PlayReport:
    said: list[str] = []
    async with _listening(peer) as url:
        await Driver(load_material(), said.append).play(_order(url))
    lines = [DriverLine.model_validate({"line": json.loads(text)}).line for text in said]
    assert [line for line in lines[:2] if isinstance(line, WindowMark)] == [
        WindowMark(opens=True),
        WindowMark(opens=False),
    ]
    report = lines[-1]
    assert isinstance(report, PlayReport)
    return report


async def test_a_reply_is_late_by_what_the_peer_thinks() -> None:
    peer = _Peer(thinking_s=0.05)
    report = await _played(peer)
    assert peer.configs == [{"sample_rate": 16_000}] * 4
    assert max(peer.blocks) == 3_200
    assert peer.ends == 4
    assert 60 <= len(report.partial_lags_s) <= 84
    assert 0.05 <= median(report.partial_lags_s) < 0.2
    assert (report.calls_begun, report.sockets_lost, report.faults) == (2, 0, [])
    assert 0.2 < report.spoken_ratio < 0.7


async def test_blocks_of_a_peer_that_falls_behind_count_while_they_wait() -> None:
    report = await _played(_Peer(thinking_s=4))
    assert len(report.partial_lags_s) >= 80
    assert max(report.partial_lags_s) > 2


async def test_a_driver_process_plays_order_after_order_and_says_what_it_cannot() -> None:
    marks: list[bool] = []

    async def mark() -> None:
        marks.append(True)

    async with _listening(_Peer(thinking_s=0.01)) as url, running_driver(None) as driver:
        report = await driver.play(_order(url, window_s=0.5), mark)
        assert len(report.partial_lags_s) > 10
        assert len(marks) == 2
        failure = ""
        try:
            await driver.play(_order("ws://127.0.0.1:9"), mark)
        except DriverError as error:
            failure = str(error)
        assert "9" in failure
        assert len(marks) == 2
        assert (await driver.play(_order(url, window_s=0.3), mark)).partial_lags_s
        assert driver.cpu_s() > 0
