"""The WebSocket and HTTP doors on a real server, a board behind them."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import numpy as np
import uvicorn
from fastapi import APIRouter, FastAPI

from config.dialects import DialectSettings
from config.limits import LimitSettings
from config.settings import IngestSettings, Settings
from service.bounded_http import BoundedHttp
from service.call_board import CallBoard
from service.clock import Clock, SystemClock
from service.ingest.counts import IngestCounts
from service.ingest.dialect_doors import dialect_doors
from service.ingest.http_door import http_door
from service.ingest.rtp_door import RtpDoor
from service.ingest.voice_paths import VoicePaths
from service.ingest.vosk_door import vosk_door
from service.ingest.websocket_door import websocket_door
from service.live_call import LiveCall
from service.pulse import Pulse
from streaming.frames import Leg
from tests.fakes.board import KeepingOutlet, board_of

TONE_8K = (6_000 * np.sin(np.arange(160) * 2 * np.pi * 440 / 8_000)).astype("<i2").tobytes()  # 20 ms


@dataclass(slots=True)
class Doors:
    """Where the doors are and what stands behind them."""

    port: int
    board: CallBoard
    counts: IngestCounts

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def call(self, call_id: str) -> LiveCall:
        return next(call for call in self.board.live_calls() if call.record.call_id == call_id)

    def heard_ms(self, call_id: str, leg: Leg) -> int:
        for call in self.board.live_calls():
            if call.record.call_id == call_id and leg in call.ears:
                return call.ears[leg].received_ms
        return 0


@asynccontextmanager
async def open_doors(
    ingest: IngestSettings | None = None,
    dialects: DialectSettings | None = None,
    voices: VoicePaths | None = None,
    further: Sequence[APIRouter] = (),
    clock: Clock | None = None,
    board: CallBoard | None = None,
    limits: LimitSettings | None = None,
) -> AsyncIterator[Doors]:
    """Serve until the block ends."""
    settings = Settings(ingest=ingest or IngestSettings(), dialects=dialects or DialectSettings())
    clock, counts = clock or SystemClock(), IngestCounts()
    board = board or board_of(settings, KeepingOutlet(), clock)
    app = FastAPI()
    app.include_router(websocket_door(settings.ingest, board, clock, counts))
    app.include_router(dialect_doors(settings, board, clock, counts, voices))
    rtp = RtpDoor(settings.dialects, board, clock, counts)
    app.include_router(rtp.router())
    app.include_router(vosk_door(settings, board, clock, counts, _no_wait))
    app.include_router(http_door(settings.ingest, board, clock, counts))
    for router in further:
        app.include_router(router)
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        http=BoundedHttp(limits or LimitSettings(), most_waiting=100).protocol(),
        log_config=None,
        lifespan="off",
        timeout_graceful_shutdown=1,
        ws_max_size=1 << 21,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    ports = asyncio.create_task(rtp.run())
    pulsing = asyncio.create_task(Pulse(board).run())
    await until(lambda: server.started)
    try:
        yield Doors(listening.getsockname()[1], board, counts)
    finally:
        ports.cancel()
        server.should_exit = True
        await serving
        pulsing.cancel()
        listening.close()


async def _no_wait(language: str) -> None:
    """Recognition is never behind: there is none."""


async def until(condition: Callable[[], object]) -> None:
    """Wait for something that another task brings about, at most five seconds."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  # the service has no reason to signal a test
            await asyncio.sleep(0.005)
