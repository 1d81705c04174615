"""`WS /ingest/vosk`, and a port of its own: clients of vosk-server, unchanged, become calls of one leg."""

import asyncio
import contextlib
import json
import uuid
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, WebSocket
from starlette.types import ASGIApp, Receive, Scope, Send

from config.settings import Settings
from service.call_board import CallBoard
from service.clock import Clock
from service.ingest.counts import IngestCounts
from service.ingest.dialect_socket import DialectSocket, Manners, Refusal, claimed, deny
from service.ingest.side_streams import SideStreams, UnknownLegError
from service.leg_stream import LegStream
from streaming.frames import Leg
from streaming.observations import WordsHeard
from streaming.wire.vosk_socket import VoskSocketParser
from web.trust.who import who_asks

_LAST_WORDS_S = 30.0  # the final answer is given after this time with what there is

Room = Callable[[str], Awaitable[None]]
"""Returns when the recognition of a language can take more audio."""


def vosk_door(settings: Settings, board: CallBoard, clock: Clock, counts: IngestCounts, room: Room) -> APIRouter:
    """The route, bound to this node's calls."""
    router = APIRouter()

    @router.websocket("/ingest/vosk")
    async def vosk(websocket: WebSocket, call: str = "", leg: str = "mixed", language: str = "") -> None:
        """Config, binaries, eof; one answer to each binary, as fast as the words are recognised."""
        call_id = call or f"{who_asks().calls_prefix}vosk-{uuid.uuid4()}"
        streams: list[LegStream] = []

        def claim() -> SideStreams:
            if leg not in set(Leg):
                raise UnknownLegError
            streams.append(board.claim_leg(call_id, Leg(leg), language or None, patient=True))
            return SideStreams(tuple(streams))

        sides = claimed(claim, call_id)
        if isinstance(sides, Refusal):
            await deny(websocket, sides.status, sides.detail)
            return
        parser = VoskSocketParser(settings.ingest)
        answers = _Answers(streams[0], lambda: parser.words, room)
        manners = Manners(answer=answers.so_far, finals=answers.last)
        await DialectSocket(websocket, "vosk", parser, settings.ingest, clock, counts, sides, manners=manners).run()

    return router


class VoskPort:
    """Keeps what comes in at the port for vosk clients to that: everything else is not found there."""

    def __init__(self, app: ASGIApp, port: int | None) -> None:
        self._app, self._port = app, port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection."""
        if self._port is None or (scope.get("server") or ("", None))[1] != self._port:
            await self._app(scope, receive, send)
            return
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
            return
        await self._app({**scope, "path": "/ingest/vosk", "raw_path": b"/ingest/vosk"}, receive, send)


class _Answers:
    """What was recognised of one leg and not told yet, as vosk-server writes it."""

    def __init__(self, stream: LegStream, words: Callable[[], bool], room: Room) -> None:
        self._stream, self._words, self._room = stream, words, room
        self._told = -1

    async def so_far(self) -> str:
        """The finals that have come, else the running partial. The client is held back while decoders are behind."""
        await self._room(self._stream.call.record.language)
        finals = self._untold()
        if finals:
            return self._final(finals)
        partials = [each for each in self._heard() if not each.final]
        return json.dumps({"partial": partials[-1].text if partials else ""}, ensure_ascii=False)

    async def last(self) -> str:
        """The last final, when all that was sent has been recognised."""
        recognition = self._stream.call.recognitions.get(self._stream.leg)
        if recognition is not None:
            with contextlib.suppress(TimeoutError):  # then with what there is
                await asyncio.wait_for(recognition.drained(), _LAST_WORDS_S)
        return self._final(self._untold())

    def _heard(self) -> list[WordsHeard]:
        lines = self._stream.call.record.transcript.lines()
        return [line.heard for line in lines if line.heard.leg is self._stream.leg]

    def _untold(self) -> list[WordsHeard]:
        finals = [each for each in self._heard() if each.final and each.utterance > self._told]
        self._told = max((each.utterance for each in finals), default=self._told)
        return finals

    def _final(self, finals: list[WordsHeard]) -> str:
        answer: dict[str, object] = {}
        words = [word for each in finals for word in each.words]
        if words and self._words():
            answer["result"] = [
                {
                    "conf": round(word.confidence, 6),
                    "end": word.end_ms / 1000,
                    "start": word.start_ms / 1000,
                    "word": word.text,
                }
                for word in words
            ]
        answer["text"] = " ".join(each.text for each in finals)
        return json.dumps(answer, ensure_ascii=False)
