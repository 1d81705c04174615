"""`WS /ws/listen/{call_id}`: both legs of one call as frames of 20 ms, live or once more."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from typing import assert_never

import structlog
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import TypeAdapter

from config.settings import ListeningSettings
from streaming.frames import ANALYSIS_RATE_HZ
from web.audience import Audience, AudienceFullError
from web.desk_sources import DeskSource, UnknownPersonError
from web.ear import Ear
from web.listen_frame import captured_ms_of, only_leg
from web.replay import replay
from web.requests import ListenHello, ListenMode, ListenSeek, ListenStats
from web.sockets import POLICY_VIOLATION, TRY_AGAIN_LATER, close, fault_of, receive, until_first_ends
from web.sources import Calls, CallState, CallView, StoreUnavailableError, UnknownCallError
from web.stamps import stamp
from web.trust.admission import FORBIDDEN, admitted, until_unfit
from web.trust.listening import ListenedStretch
from web.trust.rights import Right
from web.trust.sources import House, Ledger, NoLedger, OpenHouse
from web.trust.who import Principal

_log = structlog.get_logger(__name__)
_STATS_EVERY_S = 1.0
_REQUEST: TypeAdapter[ListenMode | ListenSeek | ListenStats] = TypeAdapter(ListenMode | ListenSeek | ListenStats)


class ListenDoor:
    """Serves listeners. A slow one loses frames; it never delays a call, an alert or another listener."""

    def __init__(
        self,
        settings: ListeningSettings,
        calls: Calls,
        audience: Audience,
        desk: DeskSource,
        now_at: Callable[[], datetime],
        house: House | None = None,
        ledger: Ledger | None = None,
        row_s: float = 10.0,
    ) -> None:
        self._house, self._ledger, self._row_s = house or OpenHouse(), ledger or NoLedger(), row_s
        self._settings = settings
        self._desk = desk
        self._calls = calls
        self._audience = audience
        self._now_at = now_at

    async def serve(self, websocket: WebSocket, call_id: str) -> None:
        """One listener from hello to its end."""
        await websocket.accept()
        hello = await self._hello(websocket)
        if hello is None:
            return
        who = await admitted(websocket, self._house, hello.ticket, ("listen",), call_id)
        if who is None:
            return
        try:
            call = await self._calls.get(call_id)
            if not _may_hear(who, call, hello.from_ms):
                await self._end(websocket, "no_right", FORBIDDEN)
                return
            name = self._known(hello.person) if who.is_open else who.acts_as
            ear = self._audience.listen(call_id, name, bleeped=not who.may(Right.HEAR_NUMBERS))
        except UnknownCallError:
            await self._end(websocket, "unknown_call", POLICY_VIOLATION)
            return
        except AudienceFullError:
            await self._end(websocket, "node_full", TRY_AGAIN_LATER)
            return
        if hello.acks:
            ear.expect_acks()
        if call.state is CallState.ENDED:
            ear.end("call_ended")
        _log.info("A listener has come")
        try:
            stretch = ListenedStretch(self._ledger, who, call, self._row_s)
            talk = _Conversation(self._settings, self._calls, self._now_at, websocket, ear, who, stretch)
            await until_first_ends(talk.run(hello.from_ms), until_unfit(websocket, self._house, who))
        except WebSocketDisconnect:
            _log.info("A listener has gone")
        finally:
            self._audience.stop_listening(ear)

    def _known(self, person: str | None) -> str | None:
        """The listener's name for the others; None for somebody unnamed or unknown."""
        try:
            return None if person is None else self._desk.person(person)
        except UnknownPersonError:
            return None

    async def _hello(self, websocket: WebSocket) -> ListenHello | None:
        try:
            async with asyncio.timeout(self._settings.hello_s):
                return ListenHello.model_validate_json(await receive(websocket))
        except WebSocketDisconnect:
            return None
        except (TimeoutError, ValueError) as error:
            await websocket.send_text(json.dumps({"type": "error", "code": "bad_hello", "detail": fault_of(error)}))
            await close(websocket, POLICY_VIOLATION, "hello")
            return None

    async def _end(self, websocket: WebSocket, reason: str, code: int) -> None:
        await websocket.send_text(json.dumps({"type": "end", "reason": reason}))
        await close(websocket, code, reason)


class _Conversation:
    """What goes to and fro on one listener's socket."""

    def __init__(
        self,
        settings: ListeningSettings,
        calls: Calls,
        now_at: Callable[[], datetime],
        websocket: WebSocket,
        ear: Ear,
        who: Principal,
        stretch: ListenedStretch,
    ) -> None:
        self._who, self._stretch = who, stretch
        self._settings = settings
        self._calls = calls
        self._now_at = now_at
        self._websocket = websocket
        self._ear = ear
        self._replaying: asyncio.Task[None] | None = None

    async def run(self, from_ms: int | None) -> None:
        """Until the call, the listener or its patience ends. `from_ms` begins with a replay."""
        await self._say(
            {
                "type": "hello",
                "call": self._ear.call_id,
                "legs": ["agent", "customer"],
                "rate": ANALYSIS_RATE_HZ,
                "server_time": stamp(self._now_at()),
            }
        )
        try:
            self._seek(from_ms)
            await until_first_ends(self._play(), self._obey(), self._report(), self._watch())
        finally:
            await self._stop_replay()
            await self._stretch.end()

    async def _play(self) -> None:
        while (frame := await self._ear.take()) is not None:
            if self._ear.at_ms is not None:
                try:
                    await self._stretch.covers(self._ear.at_ms, replayed=self._ear.replayed)
                except StoreUnavailableError:  # nobody hears what cannot be written down
                    _log.warning("A listener was closed: the ledger cannot be written")
                    await close(self._websocket, TRY_AGAIN_LATER, "the ledger cannot be written")
                    return
            await self._websocket.send_bytes(frame if self._who.legs == "both" else only_leg(frame, self._who.legs))
        if self._ear.ended is not None:
            await self._say({"type": "end", "reason": self._ear.ended})
            await close(self._websocket, 1000, self._ear.ended)

    async def _watch(self) -> None:
        await self._ear.until_stuck()
        _log.warning("A listener took nothing and was closed")
        await close(self._websocket, TRY_AGAIN_LATER, "takes nothing")

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(_STATS_EVERY_S)
            await self._say(
                {
                    "type": "stats",
                    "sent": self._ear.sent,
                    "dropped": self._ear.dropped,
                    "server_time": stamp(self._now_at()),
                }
            )

    async def _obey(self) -> None:
        while True:
            try:
                text = await receive(self._websocket)
                received_at = self._now_at()
                request = _REQUEST.validate_json(text)
            except ValueError as error:
                await self._say({"type": "error", "code": "bad_message", "detail": fault_of(error)})
                continue
            match request:
                case ListenStats():
                    self._ear.acknowledge(request.seq)
                    if request.client_time is not None:
                        await self._say(_echo(request.client_time, received_at, self._now_at()))
                case ListenSeek() if request.from_ms is not None and not self._who.may(Right.REPLAY):
                    await self._say({"type": "error", "code": "no_right", "detail": "needs the right replay"})
                case ListenSeek():
                    if await self._stop_replay():
                        await self._go_live(at_once=True)
                    self._seek(request.from_ms)
                case ListenMode():
                    await self._say({"type": "mode", "mode": request.mode})
                case _:
                    assert_never(request)

    def _seek(self, from_ms: int | None) -> None:
        if from_ms is not None:
            self._ear.go_away()
            self._replaying = asyncio.create_task(self._replay(from_ms))

    async def _replay(self, from_ms: int) -> None:
        loop = asyncio.get_running_loop()
        began_s = loop.time()

        async def sleep_until_ms(played_ms: int) -> None:
            await asyncio.sleep(began_s + played_ms / 1000 - loop.time())

        try:
            call = await self._calls.get(self._ear.call_id)
            zero_ms = self._now_at().timestamp() * 1000 - call.duration_ms
            begun, bleeped = False, self._ear.bleeped
            async for frame in replay(self._calls, call, from_ms, zero_ms, sleep_until_ms, bleeped=bleeped):
                at_ms = round(captured_ms_of(frame) - zero_ms)
                if not begun:  # with the oldest that is kept, where the place asked for is gone
                    begun = True
                    await self._say(_replay_began(from_ms, at_ms, zero_ms))
                self._ear.offer_replay(frame, at_ms)
            if not begun:
                await self._say(_replay_began(from_ms, None, zero_ms))
        except UnknownCallError:
            _log.info("A replay ended: the call is no longer kept")
        await self._go_live(at_once=False)

    async def _stop_replay(self) -> bool:
        """Whether one was running."""
        replaying, self._replaying = self._replaying, None
        if replaying is None:
            return False
        running = replaying.cancel()
        await asyncio.gather(replaying, return_exceptions=True)
        return running

    async def _go_live(self, *, at_once: bool) -> None:
        self._ear.come_back(at_once=at_once)
        await self._say({"type": "live"})

    async def _say(self, message: dict[str, object]) -> None:
        await self._websocket.send_text(json.dumps(message))


def listen_router(door: ListenDoor) -> APIRouter:
    """The route of the listen sockets."""
    router = APIRouter()
    router.add_api_websocket_route("/ws/listen/{call_id}", door.serve)
    return router


def _replay_began(asked_ms: int, from_ms: int | None, zero_ms: float) -> dict[str, object]:
    """Where the replay really begins (null: nothing of it is kept), and the epoch time of the call's zero."""
    return {"type": "replay", "asked_ms": asked_ms, "from_ms": from_ms, "zero_ms": zero_ms}


def _may_hear(who: Principal, call: CallView, from_ms: int | None) -> bool:
    """A running call needs the right to listen, what was said before the right to replay."""
    running = call.state is not CallState.ENDED
    return (who.may(Right.LISTEN) or not running) and (who.may(Right.REPLAY) or (running and from_ms is None))


def _echo(client_time: float, received_at: datetime, now_at: datetime) -> dict[str, object]:
    """The four time stamps by which a page learns how far its clock is off (the fourth is when it reads this)."""
    return {
        "type": "time",
        "client_time": client_time,
        "received_ms": received_at.timestamp() * 1000,
        "server_ms": now_at.timestamp() * 1000,
    }
