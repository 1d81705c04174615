"""Doors for taps of our own: media that a real Asterisk served (recorded), fetched; an RTP port for a leg."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from config.dialects import DialectSettings
from config.settings import IngestSettings
from service.clock import SystemClock
from service.ingest.rtp_door import RtpDoor
from service.ingest.tap_doors import NodeDoors
from streaming.frames import Leg
from tests.service.ingest.doors import TONE_8K, Doors, open_doors, until
from web.supervision import ControlFailedError

_RECORDED = Path(__file__).parents[2] / "recordings" / "asterisk_socket" / "ws-server-json-we-close.websocket.jsonl"
_ID = "21dcb8a3-eca5-4137-aaf1-eef459da66aa"


def _recorded() -> list[str | bytes]:
    """What Asterisk sent on a socket that it served; frames that were cut for size are filled up."""
    said: list[str | bytes] = []
    for line in _RECORDED.read_text("utf-8").splitlines():
        entry = json.loads(line)
        if entry.get("dir") != "in":
            continue
        if entry.get("kind") == "text":
            said.append(entry["data"])
        elif entry.get("kind") == "binary":
            said.append(bytes.fromhex(entry.get("hex", "")).ljust(entry["n"], b"\0"))
    return said


@asynccontextmanager
async def _asterisk(said: list[str | bytes]) -> AsyncIterator[str]:
    """Serves media to the one who knows its id."""

    def check(socket_: ServerConnection, request: Request) -> Response | None:
        return None if request.path == f"/media/{_ID}" else socket_.respond(HTTPStatus.NOT_FOUND, "")

    async def play(socket_: ServerConnection) -> None:
        assert socket_.subprotocol == "media"
        for message in said:
            await socket_.send(message)
        await socket_.close(1000)

    async with serve(play, "127.0.0.1", 0, subprotocols=["media"], process_request=check) as server:  # type: ignore[list-item]
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"ws://127.0.0.1:{port}/media"


@asynccontextmanager
async def _node(doors: Doors) -> AsyncIterator[NodeDoors]:
    rtp = RtpDoor(DialectSettings(), doors.board, SystemClock(), doors.counts)
    running = asyncio.create_task(rtp.run())
    try:
        yield NodeDoors(IngestSettings(), doors.board, SystemClock(), doors.counts, rtp)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_media_that_asterisk_serves_is_fetched_to_its_end() -> None:
    said = _recorded()
    sound = sum(len(message) for message in said if isinstance(message, bytes))
    assert sound > 0
    async with open_doors() as doors, _node(doors) as node, _asterisk(said) as url:
        node.fetch(f"{url}/{_ID}", "c-1", Leg.CUSTOMER, "slin16")
        await until(lambda: doors.heard_ms("c-1", Leg.CUSTOMER) == sound // 32)
        await until(lambda: doors.counts.open_connections["asterisk"] == 0)


async def test_media_that_is_not_there_harms_nothing() -> None:
    async with open_doors() as doors, _node(doors) as node, _asterisk([]) as url:
        node.fetch(f"{url}/unknown", "c-1", Leg.AGENT, "slin16")
        node.fetch("ws://127.0.0.1:1/media/x", "c-1", Leg.CUSTOMER, "slin16")
        await until(lambda: doors.counts.connections["asterisk"] == 2)
        await until(lambda: doors.counts.open_connections["asterisk"] == 0)
        node.fetch(f"{url}/{_ID}", "no such id!", Leg.AGENT, "slin16")
        await asyncio.sleep(0.05)
        assert doors.counts.connections["asterisk"] == 2


async def test_a_port_for_a_leg() -> None:
    async with open_doors() as doors, _node(doors) as node:
        port = await node.rtp_port("c-2", Leg.AGENT)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for number in range(10):
                header = bytes([0x80, 10]) + number.to_bytes(2, "big") + (number * 160).to_bytes(4, "big") + b"ssrc"
                sender.sendto(header + TONE_8K, ("127.0.0.1", port))
                await asyncio.sleep(0)
        await until(lambda: doors.heard_ms("c-2", Leg.AGENT) >= 100)
        with pytest.raises(ControlFailedError, match="leg"):
            await node.rtp_port("c-2", Leg.AGENT)
