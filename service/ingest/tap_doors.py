"""Doors for the taps we start ourselves: an RTP port for a leg, and media fetched from a WebSocket of an Asterisk."""

import asyncio
from collections.abc import AsyncIterator

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from config.settings import IngestSettings
from service.call_board import CallBoard
from service.clock import Clock
from service.ingest.counts import IngestCounts
from service.ingest.dialect_socket import Refusal, claimed
from service.ingest.pacing import Pacing
from service.ingest.rtp_door import RtpDoor
from service.ingest.side_streams import SideStreams, claim_sides
from streaming.frames import Leg
from streaming.wire.asterisk_socket import AsteriskSocketParser
from streaming.wire.events import AudioLost, AudioReceived, FaultSeen, Reply, StreamEnded, WireEvent
from web.supervision import ControlFailedError

_log = structlog.get_logger(__name__)
_ROAD = "asterisk"
_SUBPROTOCOL = "media"
_OPEN_S = 5.0


class NodeDoors:
    """Fills `service.control.taps.TapDoors`."""

    def __init__(
        self, settings: IngestSettings, board: CallBoard, clock: Clock, counts: IngestCounts, rtp: RtpDoor
    ) -> None:
        self._settings, self._board, self._clock, self._counts, self._rtp = settings, board, clock, counts, rtp
        self._fetching: set[asyncio.Task[None]] = set()

    async def rtp_port(self, call_id: str, leg: Leg) -> int:
        """A port for the leg. Raises ControlFailedError."""
        opened = await self._rtp.open_leg(call_id, str(leg))
        if isinstance(opened, Refusal):
            raise ControlFailedError(opened.detail)
        return opened.port

    def fetch(self, url: str, call_id: str, leg: Leg, format_name: str) -> None:
        """Fetch until the PBX ends it; when it cannot be had, the PBX ends the channel, and the tap is made anew."""
        task = asyncio.create_task(self._fetch(url, call_id, leg, format_name))
        self._fetching.add(task)
        task.add_done_callback(self._fetching.discard)

    async def _fetch(self, url: str, call_id: str, leg: Leg, format_name: str) -> None:
        sides = claimed(lambda: claim_sides(self._board, call_id, str(leg)), call_id)
        if isinstance(sides, Refusal):
            _log.warning("media of a tap is not fetched", road=_ROAD, detail=sides.detail)
            return
        self._counts.connections[_ROAD] += 1
        self._counts.open_connections[_ROAD] += 1
        try:
            async with connect(
                url,
                subprotocols=[_SUBPROTOCOL],  # type: ignore[list-item]  # a NewType of str
                open_timeout=_OPEN_S,
                close_timeout=1,
                max_size=self._settings.longest_message_bytes,
                compression=None,
                proxy=None,
            ) as media:
                await self._hear(media, AsteriskSocketParser(True, format_name, self._settings), sides)
        except (OSError, WebSocketException, TimeoutError) as error:
            _log.warning("media of a tap cannot be fetched", road=_ROAD, reason=type(error).__name__)
        finally:
            sides.end(explicit=False)
            self._counts.open_connections[_ROAD] -= 1

    async def _hear(self, media: ClientConnection, parser: AsteriskSocketParser, sides: SideStreams) -> None:
        pacing = Pacing(self._clock, self._settings.fastest_ratio)
        async for events in _parsed(media, parser):
            for event in events:
                match event:
                    case AudioReceived():
                        sides.hear(event)
                        await pacing.took(self._counts.heard(_ROAD, event))
                    case AudioLost(length_ms, channel):
                        sides.lost(channel, length_ms)
                    case Reply(text):
                        await media.send(text)
                    case FaultSeen(fault=fault, fatal=fatal):
                        self._counts.faults[fault] += 1
                        if fatal:
                            return
                    case StreamEnded():
                        return
                    case _:
                        pass
            if sides.taken_over:
                return


async def _parsed(media: ClientConnection, parser: AsteriskSocketParser) -> AsyncIterator[list[WireEvent]]:
    async for message in media:
        yield parser.feed_text(message) if isinstance(message, str) else parser.feed_binary(message)
    yield parser.finish()
