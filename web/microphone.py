"""`WS /ws/whisper/{call_id}`: a supervisor's microphone, frame by frame, while a key is held."""

import asyncio
import json
from typing import Literal, Protocol

import structlog
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field

from config.settings import ListeningSettings
from web.sockets import LONGEST_TEXT, POLICY_VIOLATION, close, fault_of, receive, until_first_ends
from web.supervision import UnknownSupervisionError
from web.trust.admission import admitted, until_unfit
from web.trust.sources import House, OpenHouse

_log = structlog.get_logger(__name__)
_STATS_EVERY_S = 1.0
_FRAME_BYTES = 640  # 20 ms of 16 kHz, int16 little-endian


class Microphone(Protocol):
    """A voice that may be heard in a call."""

    sent: int
    dropped: int

    @property
    def queued_ms(self) -> int:
        """What waits to be said."""
        ...

    async def talk(self) -> None:
        """The key goes down: nothing of before is heard any more."""
        ...

    def hear(self, pcm_s16le: bytes) -> None:
        """20 ms."""
        ...

    def ignore(self) -> None:
        """20 ms that came while the key was up: counted, and heard by nobody."""
        ...

    async def run(self) -> None:
        """Say it at real time until it is over."""
        ...

    async def closed(self) -> None:
        """Wait until the voice is out of the call."""
        ...


class Microphones(Protocol):
    """Who lets microphones into calls."""

    async def take(self, call_id: str, supervision_id: str) -> Microphone:
        """The microphone of a supervision that was begun. Raises UnknownSupervisionError."""
        ...

    def leave(self, supervision_id: str, voice: object) -> None:
        """The socket is over; so is the supervision."""
        ...


class MicrophoneHello(BaseModel):
    """The first message. `supervision_id` is what `POST …/supervise` answered."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    type: Literal["hello"]
    ticket: str | None = Field(None, max_length=500)
    supervision_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")


class _Talk(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")
    type: Literal["talk"]
    on: bool


class MicrophoneDoor:
    """Takes frames of 20 ms while `talk` is on; what comes while it is off is thrown away and counted."""

    def __init__(self, settings: ListeningSettings, microphones: Microphones, house: House | None = None) -> None:
        self._settings, self._microphones = settings, microphones
        self._house = house if house is not None else OpenHouse()

    async def serve(self, websocket: WebSocket, call_id: str) -> None:
        """One microphone from hello to its end."""
        await websocket.accept()
        hello = await self._hello(websocket)
        if hello is None:
            return
        who = await admitted(websocket, self._house, hello.ticket, ("whisper",), call_id)
        if who is None:
            return
        try:
            voice = await self._microphones.take(call_id, hello.supervision_id)
        except UnknownSupervisionError:
            await _say(websocket, {"type": "end", "reason": "unknown_supervision"})
            await close(websocket, POLICY_VIOLATION, "unknown_supervision")
            return
        try:
            await _say(websocket, {"type": "hello", "rate": 16_000, "frame_ms": 20})
            unfit = until_unfit(websocket, self._house, who)
            await until_first_ends(_heard(websocket, voice), voice.run(), _reported(websocket, voice), unfit)
            await _say(websocket, {"type": "end", "reason": "over"})
            await close(websocket, 1000, "over")
        except WebSocketDisconnect:
            _log.info("A microphone has gone")
        finally:
            self._microphones.leave(hello.supervision_id, voice)

    async def _hello(self, websocket: WebSocket) -> MicrophoneHello | None:
        try:
            async with asyncio.timeout(self._settings.hello_s):
                return MicrophoneHello.model_validate_json(await receive(websocket))
        except WebSocketDisconnect:
            return None
        except (TimeoutError, ValueError) as error:
            await _say(websocket, {"type": "error", "code": "bad_hello", "detail": fault_of(error)})
            await close(websocket, POLICY_VIOLATION, "hello")
            return None


def microphone_router(door: MicrophoneDoor) -> APIRouter:
    """The route of the microphones."""
    router = APIRouter()
    router.add_api_websocket_route("/ws/whisper/{call_id}", door.serve)
    return router


async def _heard(websocket: WebSocket, voice: Microphone) -> None:
    """Frames and the key, until the voice is out of the call or the page breaks the rules."""
    talking = False
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1006))
        frame, text = message.get("bytes"), message.get("text")
        if isinstance(frame, bytes):
            if len(frame) != _FRAME_BYTES:
                await _say(
                    websocket,
                    {
                        "type": "error",
                        "code": "bad_frame",
                        "detail": f"a frame has {_FRAME_BYTES} bytes: 20 ms at 16 kHz",
                    },
                )
            elif talking:
                voice.hear(frame)
            else:
                voice.ignore()
            continue
        try:
            if not isinstance(text, str) or len(text) > LONGEST_TEXT:
                raise ValueError("the message is too long")
            wanted = _Talk.model_validate_json(text)
        except ValueError as error:
            await _say(websocket, {"type": "error", "code": "bad_message", "detail": fault_of(error)})
            continue
        if wanted.on and not talking:
            await voice.talk()
        talking = wanted.on


async def _reported(websocket: WebSocket, voice: Microphone) -> None:
    while True:
        await asyncio.sleep(_STATS_EVERY_S)
        await _say(
            websocket, {"type": "stats", "sent": voice.sent, "dropped": voice.dropped, "queued_ms": voice.queued_ms}
        )


async def _say(websocket: WebSocket, message: dict[str, object]) -> None:
    await websocket.send_text(json.dumps(message))
