"""`WS /ingest/ws/{call_id}/{leg}`: our own audio WebSocket, one leg or both in stereo."""

import asyncio
import re
from collections.abc import MutableMapping
from typing import Any

import structlog
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from starlette.responses import JSONResponse
from starlette.websockets import WebSocketState

from config.settings import IngestSettings
from service.call_board import CallBoard
from service.clock import Clock
from service.ingest.counts import IngestCounts
from service.ingest.pacing import Pacing
from service.ingest.side_streams import SideStreams, UnknownLegError, claim_sides
from service.leg_stream import StreamTakenError
from streaming.wire.events import AudioReceived, Fault, FaultSeen, FormatSet, StreamEnded, WireEvent
from streaming.wire.own_socket import OwnSocketParser, error, ready
from web.requests import CALL_ID_PATTERN
from web.sources import NodeFullError

_log = structlog.get_logger(__name__)
_ROAD = "ws"
_CLOSE_CODES = {Fault.TOO_LARGE: 1009, Fault.BAD_JSON: 1007, Fault.BAD_FORMAT: 1003}
_CLOSE_POLICY = 1008
_MOST_BYTES_A_TURN = 32_768  # a message is heard in pieces of a second at most, so that one sender cannot hold the loop


def websocket_door(settings: IngestSettings, board: CallBoard, clock: Clock, counts: IngestCounts) -> APIRouter:
    """The route, bound to this node's calls."""
    router = APIRouter()

    @router.websocket("/ingest/ws/{call_id}/{leg}")
    async def take(websocket: WebSocket, call_id: str, leg: str) -> None:
        """Audio of one leg (`agent`, `customer`) or of both (`stereo`, channel 0 agent)."""
        if not re.match(CALL_ID_PATTERN, call_id):
            await _deny(websocket, 404, "a call_id has up to 128 letters, digits and . _ : @ -")
            return
        try:
            sides = claim_sides(board, call_id, leg)
        except UnknownLegError:
            await _deny(websocket, 404, "leg must be agent, customer, mixed or stereo")
        except StreamTakenError:
            await _deny(websocket, 409, "the leg has a living socket, or its call has ended")
        except NodeFullError:
            await _deny(websocket, 429, "this node takes no further call")
        else:
            await websocket.accept()
            counts.connections[_ROAD] += 1
            counts.open_connections[_ROAD] += 1
            try:
                await _Socket(websocket, sides, settings, clock, counts).run()
            finally:
                sides.end(explicit=False)
                counts.open_connections[_ROAD] -= 1

    return router


async def _deny(websocket: WebSocket, status: int, detail: str) -> None:
    """An answer before the upgrade, as problem details."""
    problem = {"type": "about:blank", "title": "Audio refused", "status": status, "detail": detail}
    await websocket.send_denial_response(JSONResponse(problem, status, media_type="application/problem+json"))


class _Socket:
    """One accepted socket until its end."""

    def __init__(
        self, websocket: WebSocket, sides: SideStreams, settings: IngestSettings, clock: Clock, counts: IngestCounts
    ) -> None:
        self._websocket, self._sides, self._settings, self._counts = websocket, sides, settings, counts
        self._parser = OwnSocketParser(sides.channels, settings)
        self._pacing = Pacing(clock, settings.fastest_ratio)
        self._started = False

    async def run(self) -> None:
        """Read until the sender stops, breaks the protocol, leaves or is taken over."""
        while True:
            try:
                message = await asyncio.wait_for(
                    self._websocket.receive(), None if self._started else self._settings.hello_s
                )
            except TimeoutError:
                await self._answer(FaultSeen(Fault.BAD_START, "no start in time", fatal=True))
                return
            if message["type"] == "websocket.disconnect":
                await self._take(self._parser.finish())
                return
            for events in self._parsed(message):
                if not await self._take(events):
                    return

    def _parsed(self, message: MutableMapping[str, Any]) -> list[list[WireEvent]]:
        text, raw = message.get("text"), message.get("bytes")
        if isinstance(text, str):
            return [self._parser.feed_text(text)]
        if not isinstance(raw, bytes):
            return []
        if len(raw) > self._settings.longest_message_bytes:
            return [self._parser.feed_binary(raw)]
        pieces = range(0, len(raw), _MOST_BYTES_A_TURN)
        return [self._parser.feed_binary(raw[start : start + _MOST_BYTES_A_TURN]) for start in pieces]

    async def _take(self, events: list[WireEvent]) -> bool:
        """Act on what the parser saw; false when the socket is over."""
        for event in events:
            match event:
                case AudioReceived():
                    self._sides.hear(event)
                    await self._pacing.took(self._counts.heard(_ROAD, event))
                    if self._sides.taken_over:
                        await self._close(_CLOSE_POLICY, "taken over by another socket")
                        return False
                case FormatSet():
                    self._started = True
                    await self._send(ready())
                case FaultSeen(fatal=fatal):
                    await self._answer(event)
                    if fatal:
                        return False
                case StreamEnded(explicit=explicit, party=party):
                    self._sides.end(explicit, party)
                    await self._close(1000, "")
                    return False
                case _:
                    pass
        return True

    async def _answer(self, seen: FaultSeen) -> None:
        self._counts.faults[seen.fault] += 1
        _log.warning(
            "bad audio input", road=_ROAD, fault=str(seen.fault), detail=seen.detail, call_id=self._sides.call_id
        )
        await self._send(error(seen.fault, seen.detail))
        if seen.fatal:
            await self._close(_CLOSE_CODES.get(seen.fault, _CLOSE_POLICY), seen.detail)

    async def _send(self, text: str) -> None:
        if self._websocket.client_state is WebSocketState.CONNECTED:
            try:
                await self._websocket.send_text(text)
            except (WebSocketDisconnect, RuntimeError):
                return  # the sender has gone; the next read says so

    async def _close(self, code: int, reason: str) -> None:
        if self._websocket.client_state is WebSocketState.CONNECTED:
            try:
                await self._websocket.close(code, reason[:120])
            except (WebSocketDisconnect, RuntimeError):
                return  # already closed by the sender
