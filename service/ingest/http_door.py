"""`POST /ingest/http/{call_id}/{leg}`: audio as one streamed body; curl and ffmpeg can send it."""

import structlog
from fastapi import APIRouter, Request
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

from config.settings import IngestSettings
from service.call_board import CallBoard
from service.clock import Clock
from service.ingest.counts import IngestCounts
from service.ingest.dialect_socket import Refusal, audio_problem, claimed
from service.ingest.pacing import Pacing
from service.ingest.side_streams import SideStreams, claim_sides
from streaming.wire.events import AudioReceived, FaultSeen, StreamEnded, WireEvent
from streaming.wire.http_audio import AudioBody, MediaTypeError, audio_body

_log = structlog.get_logger(__name__)
_ROAD = "http"
_MOST_BYTES_A_TURN = 32_768


def http_door(settings: IngestSettings, board: CallBoard, clock: Clock, counts: IngestCounts) -> APIRouter:
    """The route, bound to this node's calls."""
    router = APIRouter(tags=["audio"])

    @router.post("/ingest/http/{call_id}/{leg}", response_model=None)
    async def take(request: Request, call_id: str, leg: str) -> JSONResponse:
        """Stream audio of one leg (`agent`, `customer`, `mixed`) or both (`stereo`).

        `Content-Type: audio/L16;rate=8000`, `audio/basic`, `audio/pcmu`, `audio/pcma` or `audio/wav`. The answer comes
        when the body ends.
        """
        try:
            body = audio_body(request.headers.get("content-type"), channels=2 if leg == "stereo" else 1)
        except MediaTypeError as error:
            return audio_problem(415, str(error))
        sides = claimed(lambda: claim_sides(board, call_id, leg), call_id)
        if isinstance(sides, Refusal):
            return audio_problem(sides.status, sides.detail)
        sides.come_by(_ROAD)
        counts.connections[_ROAD] += 1
        counts.open_connections[_ROAD] += 1
        try:
            pacing = Pacing(clock, settings.fastest_ratio)
            return await _Body(sides, body, pacing, counts).read(request)
        finally:
            sides.end(explicit=False)
            counts.open_connections[_ROAD] -= 1

    return router


class _Body:
    """One request body until its end; the server cuts it off when it pauses too long (`limits.audio_body_s`)."""

    def __init__(self, sides: SideStreams, body: AudioBody, pacing: Pacing, counts: IngestCounts) -> None:
        self._sides, self._body, self._pacing, self._counts = sides, body, pacing, counts
        self._audio_ms = 0.0
        self._truncated = False

    async def read(self, request: Request) -> JSONResponse:
        """The answer: how much was heard, or what was wrong and where."""
        try:
            async for block in request.stream():
                for start in range(0, len(block), _MOST_BYTES_A_TURN):
                    events = self._body.feed(block[start : start + _MOST_BYTES_A_TURN])
                    if (refusal := await self._take(events)) is not None:
                        return refusal
        except ClientDisconnect:
            await self._take(self._body.finish())
            return audio_problem(400, "the sender left before the body ended")
        if (refusal := await self._take(self._body.finish())) is not None:
            return refusal
        answer = {
            "call_id": self._sides.call_id,
            "received_ms": round(self._audio_ms / self._sides.channels),
            "truncated": self._truncated,
        }
        return JSONResponse(answer)

    async def _take(self, events: list[WireEvent]) -> JSONResponse | None:
        for event in events:
            match event:
                case AudioReceived():
                    self._sides.hear(event)
                    audio_ms = self._counts.heard(_ROAD, event)
                    self._audio_ms += audio_ms
                    await self._pacing.took(audio_ms)
                    if self._sides.taken_over:
                        return audio_problem(409, "another socket has taken the leg over")
                case FaultSeen(fault=fault, detail=detail, fatal=fatal):
                    self._counts.faults[fault] += 1
                    _log.warning(
                        "bad audio input", road=_ROAD, fault=str(fault), detail=detail, call_id=self._sides.call_id
                    )
                    if fatal:
                        return audio_problem(400, f"{fault}: {detail}")
                case StreamEnded(truncated=truncated):
                    self._truncated = truncated
                    self._sides.end(explicit=False)
                case _:
                    pass
        return None
