"""One accepted audio WebSocket, whatever its dialect: reads on, acts on what the parser saw, answers at once."""

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, assert_never

import structlog
from fastapi import WebSocket, WebSocketDisconnect
from starlette.responses import JSONResponse
from starlette.websockets import WebSocketState

from config.settings import IngestSettings
from service.clock import Clock
from service.ingest.counts import IngestCounts
from service.ingest.pacing import Pacing
from service.ingest.side_streams import SideStreams, UnknownLegError
from service.ingest.voice_paths import Send, VoicePath, VoicePaths
from service.leg_stream import StreamTakenError
from streaming.wire.events import (
    AudioLost,
    AudioReceived,
    CallNamed,
    DigitPressed,
    Fault,
    FaultSeen,
    FinalsWanted,
    FormatSet,
    MediaPaused,
    Reply,
    StreamEnded,
    StreamNamed,
    WireEvent,
)
from streaming.wire.socket_dialect import SocketDialect
from web.problems import answer, problem
from web.requests import CALL_ID_PATTERN
from web.sources import NodeFullError
from web.trust.who import who_asks

_log = structlog.get_logger(__name__)
_CLOSE_CODES = {Fault.TOO_LARGE: 1009, Fault.BAD_JSON: 1007, Fault.BAD_FORMAT: 1003}
_CLOSE_POLICY, _CLOSE_RESTART, _CLOSE_TRY_LATER = 1008, 1012, 1013
_TAKES_S = 0.06  # three frames: a PBX that takes nothing for longer does not hear them
_MOST_BYTES_A_TURN = 32_768  # a message is heard in pieces of a second at most, so that one sender cannot hold the loop


@dataclass(frozen=True, slots=True)
class Manners:
    """How a dialect is spoken back to; what is None is left unsaid."""

    greeting: Callable[[], str] | None = None  # sent when the format is known
    complaint: Callable[[FaultSeen], str] | None = None
    refusal: Callable[[str], str] | None = None  # a call that is named on the socket and cannot be taken
    answer: Callable[[], Awaitable[str]] | None = None  # to each binary message, before the next is read
    finals: Callable[[], Awaitable[str]] | None = None  # when the sender wants the last words, or says it is done
    voice: Callable[[Send], VoicePath | None] | None = None  # audio back to the party, once the format is known
    voices: VoicePaths | None = None  # where it is found
    one_way: str | None = None  # why no voice leads back, where somebody may ask


PLAIN = Manners()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a leg cannot be had: an HTTP status before the upgrade, a close code after it."""

    status: int
    close_code: int
    detail: str


def claimed(claim: Callable[[], SideStreams], call_id: str) -> SideStreams | Refusal:
    """What `claim` yields for a call, or why it cannot."""
    if not re.match(CALL_ID_PATTERN, call_id):
        return Refusal(404, _CLOSE_POLICY, "a call_id has up to 128 letters, digits and . _ : @ -")
    if not call_id.startswith(who_asks().calls_prefix):  # also where the sender names the call on its socket
        return Refusal(403, _CLOSE_POLICY, "this key is for calls of another PBX")
    try:
        return claim()
    except UnknownLegError:
        return Refusal(404, _CLOSE_POLICY, "leg must be agent, customer, mixed or stereo")
    except StreamTakenError:
        return Refusal(409, _CLOSE_POLICY, "the leg has a living socket, or its call has ended")
    except NodeFullError:
        return Refusal(429, _CLOSE_TRY_LATER, "this node takes no further call")


async def deny(websocket: WebSocket, status: int, detail: str) -> None:
    """An answer before the upgrade, as problem details."""
    await websocket.send_denial_response(audio_problem(status, detail))


def audio_problem(status: int, detail: str) -> JSONResponse:
    """Why audio is refused, as problem details."""
    return answer(problem(status, "audio-refused", detail))


class DialectSocket:
    """One socket until its end. `sides` are the legs an address named; else `name` claims what the sender names."""

    def __init__(
        self,
        websocket: WebSocket,
        road: str,
        parser: SocketDialect,
        settings: IngestSettings,
        clock: Clock,
        counts: IngestCounts,
        sides: SideStreams | None = None,
        name: Callable[[CallNamed], SideStreams | Refusal] | None = None,
        manners: Manners = PLAIN,
    ) -> None:
        self._websocket, self._road, self._parser, self._sides = websocket, road, parser, sides
        self._settings, self._counts, self._name, self._manners = settings, counts, name, manners
        self._pacing = Pacing(clock, settings.fastest_ratio)
        self._known = False
        self._voice: VoicePath | None = None
        self._leaving: asyncio.Task[None] | None = None
        if sides is not None:
            sides.when_left(self._left)

    async def run(self, subprotocol: str | None = None) -> None:
        """Accept, then read until the sender stops, breaks the protocol, leaves or is taken over."""
        await self._websocket.accept(subprotocol)
        self._counts.connections[self._road] += 1
        self._counts.open_connections[self._road] += 1
        try:
            await self._read()
        finally:
            if self._sides is not None:
                self._close_voice(self._sides)
                self._sides.end(explicit=False)
            self._counts.open_connections[self._road] -= 1

    async def _read(self) -> None:
        while True:
            try:
                message = await asyncio.wait_for(
                    self._websocket.receive(), None if self._known else self._settings.hello_s
                )
            except TimeoutError:
                await self._complain(FaultSeen(Fault.BAD_START, "no start in time", fatal=True))
                return
            if message["type"] == "websocket.disconnect":
                await self._take(self._parser.finish())
                return
            for events in self._parsed(message):
                if not await self._take(events):
                    return
            if self._manners.answer is not None and message.get("bytes") is not None:
                await self._send(await self._manners.answer())

    def _parsed(self, message: MutableMapping[str, Any]) -> list[list[WireEvent]]:
        text, raw = message.get("text"), message.get("bytes")
        if isinstance(text, str):
            return [self._parser.feed_text(text)]
        if not isinstance(raw, bytes):
            return []
        if not self._parser.cut_anywhere or len(raw) > self._settings.longest_message_bytes or not raw:
            return [self._parser.feed_binary(raw)]
        pieces = range(0, len(raw), _MOST_BYTES_A_TURN)
        return [self._parser.feed_binary(raw[start : start + _MOST_BYTES_A_TURN]) for start in pieces]

    async def _take(self, events: list[WireEvent]) -> bool:
        """Act on what the parser saw; false when the socket is over."""
        for event in events:
            if not await self._act(event):
                return False
        return True

    async def _act(self, event: WireEvent) -> bool:
        sides = self._sides
        match event:
            case AudioReceived():
                return await self._hear(event)
            case FormatSet():
                self._known = True
                self._open_voice()
                if self._manners.greeting is not None:
                    await self._send(self._manners.greeting())
            case CallNamed():
                return await self._named(event)
            case Reply(text):
                await self._send(text)
            case FaultSeen(fatal=fatal):
                await self._complain(event)
                return not fatal
            case StreamEnded(explicit=explicit, party=party):
                if sides is not None:
                    sides.end(explicit, party)
                if explicit and self._manners.finals is not None:
                    await self._send(await self._manners.finals())
                await self._close(1000, "")
                return False
            case AudioLost(length_ms, channel):
                if sides is not None:
                    sides.lost(channel, length_ms)
            case MediaPaused(paused):
                if sides is not None:
                    sides.pause(paused)
            case FinalsWanted():
                if sides is not None:
                    sides.flush()
                if self._manners.finals is not None:
                    await self._send(await self._manners.finals())
            case DigitPressed():
                if sides is not None:
                    sides.digit()
            case StreamNamed():
                pass  # AudioSocket's, which is no WebSocket
            case _:
                assert_never(event)
        return True

    def _open_voice(self) -> None:
        """Only a socket of one leg leads to one party."""
        sides, voices = self._sides, self._manners.voices
        if sides is not None and voices is not None and self._manners.one_way is not None:
            for leg in sides.legs:
                voices.lead_nowhere(sides.call_id, leg, self._manners.one_way)
        if self._voice is not None or sides is None or voices is None or len(sides.legs) != 1:
            return
        self._voice = self._manners.voice(self._say) if self._manners.voice is not None else None
        if self._voice is not None:
            voices.open(sides.call_id, sides.legs[0], self._voice)

    def _close_voice(self, sides: SideStreams) -> None:
        if self._manners.one_way is not None and self._manners.voices is not None:
            for leg in sides.legs:
                self._manners.voices.lead_nowhere(sides.call_id, leg, None)
        if self._voice is not None and self._manners.voices is not None:
            self._manners.voices.close(sides.call_id, sides.legs[0], self._voice)

    async def _say(self, message: str | bytes) -> bool:
        """A message beside the dialogue; false when the PBX does not take it in time."""
        if self._websocket.client_state is not WebSocketState.CONNECTED:
            return False
        try:
            async with asyncio.timeout(_TAKES_S):
                await (self._websocket.send_text if isinstance(message, str) else self._websocket.send_bytes)(message)  # type: ignore[arg-type]  # each by its own
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            return False
        return True

    async def _hear(self, audio: AudioReceived) -> bool:
        sides = self._sides
        if sides is None or audio.channel >= sides.channels:
            return True  # a probe, or a channel that the stream was not to have
        self._known = True
        sides.come_by(self._road)
        sides.hear(audio)
        await self._pacing.took(self._counts.heard(self._road, audio))
        if sides.taken_over:
            await self._leave(sides)
            return False
        return True

    def _left(self) -> None:
        """The call moves: its PBX is not kept waiting for its next packet to learn of it."""
        if self._leaving is None and self._sides is not None:
            self._leaving = asyncio.get_running_loop().create_task(self._leave(self._sides))

    async def _leave(self, sides: SideStreams) -> None:
        if sides.left:
            await self._close(_CLOSE_RESTART, "the service restarts; connect again")
        else:
            await self._close(_CLOSE_POLICY, "taken over by another socket")

    async def _named(self, named: CallNamed) -> bool:
        """The sender says whose audio this is; where the address said so before, the address counts."""
        if self._sides is not None or self._name is None:
            return True
        answer = self._name(named)
        if isinstance(answer, SideStreams):
            self._sides = answer
            answer.when_left(self._left)
            return True
        _log.warning("audio refused", road=self._road, detail=answer.detail)
        if self._manners.refusal is not None:
            await self._send(self._manners.refusal(answer.detail))
        await self._close(answer.close_code, answer.detail)
        return False

    async def _complain(self, seen: FaultSeen) -> None:
        self._counts.faults[seen.fault] += 1
        call_id = self._sides.call_id if self._sides is not None else None
        _log.warning("bad audio input", road=self._road, fault=str(seen.fault), detail=seen.detail, call_id=call_id)
        if self._manners.complaint is not None:
            await self._send(self._manners.complaint(seen))
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
