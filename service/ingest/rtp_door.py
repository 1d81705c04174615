"""RTP over UDP: a leg is given a port, and what its sender's packets hold becomes the leg's audio."""

import asyncio
from typing import Annotated, Any, Literal, cast

import structlog
from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from config.dialects import DialectSettings
from service.call_board import CallBoard
from service.clock import Clock
from service.ingest.counts import IngestCounts
from service.ingest.dialect_socket import Refusal, audio_problem, claimed
from service.ingest.side_streams import SideStreams, claim_sides
from streaming.frames import Party
from streaming.wire.events import AudioLost, AudioReceived, Encoding, Fault, FaultSeen, WireEvent
from streaming.wire.rtp import USUAL_FORMS, PayloadForm, RtpStream
from web.requests import CALL_ID_PATTERN

_log = structlog.get_logger(__name__)
_ROAD = "rtp"
_BEAT_S = 0.05
_LARGEST_DATAGRAM_BYTES = 4_096  # 20 ms at 48 kHz is 1,932; more is no voice
_LOGGED_FAULTS = 5  # of one port: after these only the counters rise

CallId = Annotated[str, Path(pattern=CALL_ID_PATTERN)]


class PayloadTypeFields(BaseModel):
    """What one dynamic payload type holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    encoding: Encoding
    rate_hz: Literal[8000, 12000, 16000, 24000, 32000, 44100, 48000]


class RtpFields(BaseModel):
    """A leg that is to come by RTP."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    payload_types: dict[Annotated[int, Field(ge=0, le=127)], PayloadTypeFields] = Field(
        {}, description="Further payload types; 0, 8, 10 (L16 at 8 kHz, as Asterisk sends it) and 118 are known."
    )


class RtpPort(BaseModel):
    """Where the sender is to send."""

    host: str
    port: int


class RtpDoor:
    """All RTP legs of the node. `run` is to run as long as the routes are served."""

    def __init__(self, dialects: DialectSettings, board: CallBoard, clock: Clock, counts: IngestCounts) -> None:
        self._dialects, self._board, self._clock, self._counts = dialects, board, clock, counts
        self._legs: dict[tuple[str, str], _RtpLeg] = {}

    def router(self) -> APIRouter:
        """`POST` gives a port, `DELETE` ends the leg."""
        router = APIRouter(tags=["audio"])

        @router.post("/ingest/rtp/{call_id}/{leg}", status_code=201, response_model=RtpPort)
        async def open_port(call_id: CallId, leg: str, fields: RtpFields | None = None) -> Response | RtpPort:
            """A UDP port for one leg (`agent`, `customer`, `mixed`). Only the address that sends first is heard."""
            if leg == "stereo":
                return audio_problem(404, "RTP carries one leg a port: agent, customer or mixed")
            sides = claimed(lambda: claim_sides(self._board, call_id, leg), call_id)
            if isinstance(sides, Refusal):
                return audio_problem(sides.status, sides.detail)
            try:
                return await self._open(call_id, leg, sides, fields or RtpFields())
            except OSError:
                sides.end(explicit=False)
                return audio_problem(503, "no UDP port between dialects.rtp_first_port and rtp_last_port is free")

        @router.delete("/ingest/rtp/{call_id}/{leg}", status_code=204, response_model=None)
        async def close_port(call_id: CallId, leg: str, party: Annotated[Party | None, Query()] = None) -> Response:
            """The leg is over; `party` is who ended the call, where the sender knows."""
            ended = self._legs.pop((call_id, leg), None)
            if ended is None:
                return audio_problem(404, "no RTP port is open for this leg")
            ended.end(explicit=True, party=party)
            return Response(status_code=204)

        return router

    async def open_leg(self, call_id: str, leg: str) -> RtpPort | Refusal:
        """A port for a leg whose sender sends in the usual forms."""
        sides = claimed(lambda: claim_sides(self._board, call_id, leg), call_id)
        if isinstance(sides, Refusal):
            return sides
        try:
            return await self._open(call_id, leg, sides, RtpFields())
        except OSError:
            sides.end(explicit=False)
            return Refusal(503, 1013, "no UDP port between dialects.rtp_first_port and rtp_last_port is free")

    async def run(self) -> None:
        """Gives awaited packets up and ends idle legs, until cancelled; then every port is closed."""
        try:
            while True:
                await asyncio.sleep(_BEAT_S)
                now_ms = self._clock.monotonic_ms()
                for key, leg in list(self._legs.items()):
                    leg.pulse(now_ms)
                    if leg.over or now_ms - leg.heard_ms > self._dialects.rtp_idle_s * 1000:
                        self._legs.pop(key).end(explicit=False)
        finally:
            for leg in self._legs.values():
                leg.end(explicit=False)
            self._legs.clear()

    async def _open(self, call_id: str, leg: str, sides: SideStreams, fields: RtpFields) -> RtpPort:
        named = {kind: PayloadForm(each.encoding, each.rate_hz) for kind, each in fields.payload_types.items()}
        stream = RtpStream({**USUAL_FORMS, **named})
        receiver = _RtpLeg(stream, sides, self._clock, self._counts)
        first, last = self._dialects.rtp_first_port, self._dialects.rtp_last_port
        port = await _bound(receiver, self._dialects.rtp_host, range(first, max(first, last) + 1))
        standing = self._legs.pop((call_id, leg), None)
        if standing is not None:
            standing.end(explicit=False)
        self._legs[call_id, leg] = receiver
        return RtpPort(host=self._dialects.rtp_host, port=port)


class _RtpLeg(asyncio.DatagramProtocol):
    """One port: packets of the first sender to the leg."""

    def __init__(self, stream: RtpStream, sides: SideStreams, clock: Clock, counts: IngestCounts) -> None:
        self._stream, self._sides, self._clock, self._counts = stream, sides, clock, counts
        self._transport: asyncio.DatagramTransport | None = None
        self._sender: tuple[Any, ...] | None = None
        self._faults = 0
        self.heard_ms = clock.monotonic_ms()

    @property
    def over(self) -> bool:
        """Whether another socket holds the leg now."""
        return self._sides.taken_over

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The port is open."""
        self._transport = cast(asyncio.DatagramTransport, transport)
        self._counts.connections[_ROAD] += 1
        self._counts.open_connections[_ROAD] += 1

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        """A packet, or what somebody thinks is one."""
        if len(data) > _LARGEST_DATAGRAM_BYTES:
            self._seen(FaultSeen(Fault.TOO_LARGE, f"a datagram is longer than {_LARGEST_DATAGRAM_BYTES} bytes"))
            return
        if self._sender not in (None, addr):
            self._seen(FaultSeen(Fault.OTHER_SOURCE, "a datagram from another address than the first sender's"))
            return
        events = self._stream.feed(data, self._clock.monotonic_ms())
        if self._sender is None and not any(isinstance(event, FaultSeen) for event in events):
            self._sender = addr
        self.heard_ms = self._clock.monotonic_ms()
        self._take(events)

    def error_received(self, exc: Exception) -> None:
        """An ICMP answer to nothing of ours: we never send."""

    def pulse(self, now_ms: int) -> None:
        """Time goes on."""
        self._take(self._stream.pulse(now_ms))

    def end(self, explicit: bool, party: Party | None = None) -> None:
        """Close the port; what waits is heard."""
        self._take(self._stream.finish())
        self._sides.end(explicit, party)
        if self._transport is not None:
            self._transport.close()
            self._transport = None
            self._counts.open_connections[_ROAD] -= 1

    def _take(self, events: list[WireEvent]) -> None:
        for event in events:
            match event:
                case AudioReceived():
                    self._counts.heard(_ROAD, event)
                    self._sides.come_by(_ROAD)
                    self._sides.hear(event)
                case AudioLost(length_ms, unsent=unsent):
                    self._sides.lost(0, length_ms, unsent=unsent)
                case FaultSeen():
                    self._seen(event)
                case _:
                    pass

    def _seen(self, seen: FaultSeen) -> None:
        self._counts.faults[seen.fault] += 1
        self._faults += 1
        if self._faults <= _LOGGED_FAULTS:
            call_id = self._sides.call_id
            _log.warning("bad audio input", road=_ROAD, fault=str(seen.fault), detail=seen.detail, call_id=call_id)


async def _bound(receiver: _RtpLeg, host: str, ports: range) -> int:
    """The first port of the range that is free; OSError when none is."""
    loop = asyncio.get_running_loop()
    for port in ports:
        try:
            transport, _ = await loop.create_datagram_endpoint(lambda: receiver, local_addr=(host, port))
        except OSError:
            if port == ports[-1]:
                raise
        else:
            return int(transport.get_extra_info("sockname")[1])
    raise OSError("no port")
