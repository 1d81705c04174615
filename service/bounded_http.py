"""Connections that trickle: heads, bodies and answers each have their time, and all that wait together their number."""

import asyncio
import json
from collections import Counter
from enum import StrEnum
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from config.limits import LimitSettings
from service.waiting_room import WaitingRoom
from web.problems import MEDIA_TYPE, problem

_LINGER_S = 2.0  # who was answered before its body was whole may go on this long, so that the answer is read
_AUDIO = "/ingest/http/"
_TOO_SLOW = "The body did not come in time."
_TICK_S = 0.05  # a timer may ring a little early


class Awaited(StrEnum):
    """What of a connection is to come next."""

    HEAD = "head"
    BODY = "body"
    AUDIO = "audio"  # the body of a call: any length, but no long pause; HTTP has no ping that tells a dead sender
    REST = "rest"  # of a body that nobody reads any more


class BoundedHttp:
    """What the connections of one server share. `protocol` is for `uvicorn.Config(http=…)`.

    A connection waits from its beginning, or from the end of its last request, until head and body of the next are
    whole. Where too many wait, the one that has waited longest makes room: whoever is served is never concerned.
    """

    def __init__(self, settings: LimitSettings, most_waiting: int) -> None:
        self.room = WaitingRoom(most_waiting)
        self.answer_s = settings.answer_s
        self.patience_s = {
            Awaited.HEAD: settings.head_s,
            Awaited.BODY: settings.body_s,
            Awaited.AUDIO: settings.audio_body_s,
            Awaited.REST: _LINGER_S,
        }
        self.cut: Counter[str] = Counter()  # connections that were cut off, by what was awaited of them

    def protocol(self) -> type[H11Protocol]:
        """The class of the server's connections."""
        bounds = self

        class Bounded(_Bounded):
            """Bound to this server."""

            shared = bounds

        return Bounded


class _Bounded(H11Protocol):
    shared: BoundedHttp
    _awaited: Awaited | None = None
    _timer: asyncio.TimerHandle | None = None
    _taking: asyncio.TimerHandle | None = None
    _heard_s = 0.0
    _upgraded = False
    _told_late = False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._await(Awaited.HEAD)

    def connection_lost(self, exc: Exception | None) -> None:
        self._await(None)
        self._taken()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._told_late:
            return  # of a request that was given up
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY:
            self._look()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._upgraded = True
        self._await(None)
        super().handle_websocket_upgrade(event)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._taking is None:
            self._taking = self.loop.call_later(self.shared.answer_s, self._cut, "answer")

    def resume_writing(self) -> None:
        self._taken()
        super().resume_writing()

    def _look(self) -> None:
        """What is to come, after what has come."""
        if self._upgraded or self.transport.is_closing():
            self._await(None)
        elif self.conn.their_state is h11.IDLE:
            self._await(Awaited.HEAD)  # a request has begun, or not even that
        elif self.conn.their_state is h11.SEND_BODY:
            if self.cycle.response_complete:
                self._await(Awaited.REST)
            elif self.cycle.scope["path"].startswith(_AUDIO):
                self._heard_s = self.loop.time()
                self._await(Awaited.AUDIO)
            else:
                self._await(Awaited.BODY)
        else:
            self._await(None)

    def _await(self, awaited: Awaited | None) -> None:
        if awaited is self._awaited:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._awaited = awaited
        if awaited is None:
            self.shared.room.go(self.transport)
            return
        patience_s = self.shared.patience_s[awaited]
        if awaited is Awaited.AUDIO:
            patience_s = max(0.0, patience_s - self._pause_s())
        self._timer = self.loop.call_later(patience_s, self._late)
        if awaited is Awaited.AUDIO:
            self.shared.room.go(self.transport)  # a call is not crowded out
        else:
            self.shared.room.come(self.transport)

    def _late(self) -> None:
        awaited, self._timer, self._awaited = self._awaited, None, None
        if awaited is None:
            return
        if self._told_late:  # counted when it was told
            self.shared.room.go(self.transport)
            self.transport.abort()
            return
        if awaited is Awaited.AUDIO and self.flow.read_paused:
            self._heard_s = self.loop.time()
        if self.flow.read_paused or (awaited is Awaited.AUDIO and self._goes_on()):
            self._await(awaited)  # it is we who do not read, or something has come since
        elif awaited in (Awaited.BODY, Awaited.AUDIO) and not self.cycle.response_started:
            self._count(awaited)
            self._say_late(awaited)
        else:
            self._cut(awaited)

    def _goes_on(self) -> bool:
        return self._pause_s() < self.shared.patience_s[Awaited.AUDIO] - _TICK_S

    def _pause_s(self) -> float:
        """How long nothing has come."""
        return self.loop.time() - self._heard_s

    def _say_late(self, awaited: Awaited) -> None:
        """408, and whoever serves the request sees its sender go.

        The connection stays for a while: closed at once, with sound still under way to us, the system answers that
        sound with a reset, and the sender never reads what it was told (RFC 9112 §9.6).
        """
        patience_s = self.shared.patience_s[awaited]
        said = f"no audio for {patience_s:g} s (limits.audio_body_s)" if awaited is Awaited.AUDIO else _TOO_SLOW
        body = json.dumps(problem(408, "body-too-slow", said).model_dump()).encode()
        headers = [
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        for event in (h11.Response(status_code=408, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.cycle.disconnected = True
        self.cycle.message_event.set()
        self._told_late = True
        if self.transport.can_write_eof():  # TLS cannot; the answer says its length
            self.transport.write_eof()
        self._await(Awaited.REST)

    def _cut(self, awaited: str) -> None:
        self._count(awaited)
        self.transport.abort()

    def _count(self, awaited: str) -> None:
        self.shared.cut[awaited] += 1
        self.shared.room.go(self.transport)

    def _taken(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None
