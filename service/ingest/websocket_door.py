"""`WS /ingest/ws/{call_id}/{leg}`: our own audio WebSocket, one leg or both in stereo."""

from fastapi import APIRouter, WebSocket

from config.settings import IngestSettings
from service.call_board import CallBoard
from service.clock import Clock
from service.ingest.counts import IngestCounts
from service.ingest.dialect_socket import DialectSocket, Manners, Refusal, claimed, deny
from service.ingest.side_streams import claim_sides
from streaming.wire.own_socket import OwnSocketParser, error, ready

_MANNERS = Manners(greeting=ready, complaint=lambda seen: error(seen.fault, seen.detail))


def websocket_door(settings: IngestSettings, board: CallBoard, clock: Clock, counts: IngestCounts) -> APIRouter:
    """The route, bound to this node's calls."""
    router = APIRouter()

    @router.websocket("/ingest/ws/{call_id}/{leg}")
    async def take(websocket: WebSocket, call_id: str, leg: str) -> None:
        """Audio of one leg (`agent`, `customer`) or of both (`stereo`, channel 0 agent)."""
        sides = claimed(lambda: claim_sides(board, call_id, leg), call_id)
        if isinstance(sides, Refusal):
            await deny(websocket, sides.status, sides.detail)
            return
        parser = OwnSocketParser(sides.channels, settings)
        await DialectSocket(websocket, "ws", parser, settings, clock, counts, sides, manners=_MANNERS).run()

    return router
