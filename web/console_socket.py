"""`WS /ws/console`: hello, the past (a snapshot or what was missed), then everything as it happens."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from config.settings import ListeningSettings
from web.alert_messages import alert_message
from web.audience import Audience, AudienceFullError
from web.console import Console
from web.live_messages import (
    RefusedMessage,
    SubscribedMessage,
    heartbeat_message,
    line_message,
    resumed_message,
    snapshot_message,
)
from web.requests import AGENT_TOPIC, ConsoleHello, ConsoleTopics, bad_topics, transcript_call_id
from web.sockets import POLICY_VIOLATION, SERVICE_RESTART, TRY_AGAIN_LATER, close, fault_of, receive, until_first_ends
from web.sources import AlertChange, Alerts, Calls, CallState, CallView, StoreUnavailableError, UnknownCallError
from web.trust.admission import FORBIDDEN, admitted, until_unfit
from web.trust.gate import Places
from web.trust.rights import Right
from web.trust.sources import House, OpenHouse
from web.trust.who import Principal

_log = structlog.get_logger(__name__)
_MOST_CALLS = 10_000
_MOST_TOPICS = 100


@dataclass(slots=True)
class _Sending:
    begun: int = 0
    under_way: bool = False


class ConsoleDoor:
    """Serves one console after the other; holds nothing of its own."""

    def __init__(
        self,
        settings: ListeningSettings,
        calls: Calls,
        alerts: Alerts,
        audience: Audience,
        now_at: Callable[[], datetime],
        house: House | None = None,
        places: Places | None = None,
    ) -> None:
        self._house, self._places = house or OpenHouse(), places
        self._settings = settings
        self._calls = calls
        self._alerts = alerts
        self._audience = audience
        self._now_at = now_at

    async def serve(self, websocket: WebSocket) -> None:
        """One console from hello to its end."""
        await websocket.accept()
        hello = await self._hello(websocket)
        if hello is None:
            return
        who = await admitted(websocket, self._house, hello.ticket, ("console",), None)
        if who is None:
            return
        if (barred := self._barred(who, hello.topics)) is not None:
            await websocket.send_text(barred)
            await close(websocket, FORBIDDEN, "topics")
            return
        try:
            console = self._audience.join(hello.filter, hello.topics, who)
        except AudienceFullError:
            await websocket.close(TRY_AGAIN_LATER, "no further console on this node")
            return
        try:
            await self._tell_past(websocket, console, hello.since)
            await self._tell_transcripts(websocket, console, console.followed_calls())
            await self._converse(websocket, console)
        except TimeoutError:
            await close(websocket, TRY_AGAIN_LATER, "too slow; resume by cursor")
        except (
            StoreUnavailableError
        ):  # what was missed cannot be read now; a console that is let in would miss it for ever
            await close(websocket, TRY_AGAIN_LATER, "the database does not answer; resume by cursor")
        except WebSocketDisconnect:
            _log.info("A console has gone")
        finally:
            self._audience.leave(console)

    async def _hello(self, websocket: WebSocket) -> ConsoleHello | None:
        """The first message; None after the socket was closed for a missing or wrong one."""
        try:
            async with asyncio.timeout(self._settings.hello_s):
                hello = ConsoleHello.model_validate_json(await receive(websocket))
        except WebSocketDisconnect:
            return None
        except (TimeoutError, ValueError) as error:
            refused = RefusedMessage(code="bad_hello", detail=fault_of(error))
            await websocket.send_text(refused.model_dump_json())
            await websocket.close(POLICY_VIOLATION, "hello")
            return None
        unknown = bad_topics(hello.topics)
        if unknown:
            await websocket.send_text(_unknown_topics(unknown))
            await websocket.close(POLICY_VIOLATION, "topics")
            return None
        return hello

    def _barred(self, who: Principal, topics: list[str]) -> str | None:
        """What is said of topics that are not for this person; None where all are."""
        barred = [topic for topic in topics if not who.may(_right_for(topic)) or not self._sees_agent(who, topic)]
        if not barred:
            return None
        named = ", ".join(topic[:50] for topic in barred)
        return RefusedMessage(code="forbidden_topic", detail=f"not for you: {named}").model_dump_json()

    def _sees_agent(self, who: Principal, topic: str) -> bool:
        if not topic.startswith(AGENT_TOPIC) or who.scope.everywhere:
            return True
        places = self._places.agent(topic.removeprefix(AGENT_TOPIC)) if self._places is not None else ()
        return any(who.scope.covers(*place) for place in places)

    async def _tell_past(self, websocket: WebSocket, console: Console, since: str | None) -> None:
        """A snapshot, or each change after `since`; what came meanwhile follows by way of `console.begin`."""
        newest, open_alerts = await self._alerts.open_now()
        missed = await self._missed(since, newest)
        calls = await self._live_calls(console)
        if missed is None:
            wanted = [alert for alert in open_alerts if console.wants(alert, alert.severity)]
            await self._say(websocket, snapshot_message(newest, self._now_at(), calls, wanted))
            console.begin(newest, {alert.alert_id: alert.version for alert in open_alerts})
            return
        told_up_to = int(since or 0)
        versions: dict[str, int] = {}
        await self._say(websocket, resumed_message(told_up_to, self._now_at(), calls))
        for change in missed:
            if change.sequence is not None:
                told_up_to = max(told_up_to, change.sequence)
            versions[change.alert.alert_id] = change.alert.version
            if console.wants_missed(change.alert):
                await self._say(websocket, alert_message(change))
        console.begin(told_up_to, versions)

    async def _missed(self, since: str | None, newest: int) -> list[AlertChange] | None:
        if since is None or int(since) > newest:  # a cursor of another store: begin anew
            return None
        return await self._alerts.since(int(since), self._settings.resume_changes)

    async def _live_calls(self, console: Console) -> list[CallView]:
        if "calls" not in console.topics:
            return []
        views: list[CallView] = []
        for state in (CallState.RINGING, CallState.LIVE, CallState.HELD):
            views += await self._calls.search(state, None, _MOST_CALLS, None)
        return [view for view in views if console.wants_place(view.team, view.queue, view.site)]

    async def _tell_transcripts(self, websocket: WebSocket, console: Console, call_ids: set[str]) -> None:
        """What has been said so far: not by way of the outbox, which an hour of words would overflow."""
        for call_id in sorted(call_ids):
            try:
                lines = await self._calls.transcript(call_id)
            except UnknownCallError:
                refused = RefusedMessage(code="unknown_call", detail=f"transcript:{call_id}: no such call")
                console.outbox.offer(refused.model_dump_json())
                continue
            for line in lines:
                await self._say(websocket, line_message(line))

    async def _converse(self, websocket: WebSocket, console: Console) -> None:
        """Send, beat and obey until one of them ends: the socket is gone or its outbox has overflowed."""
        sending = _Sending()
        await until_first_ends(
            self._send(websocket, console, sending),
            self._watch(sending),
            self._beat(console),
            self._obey(websocket, console),
            until_unfit(websocket, self._house, console.who),
        )

    async def _send(self, websocket: WebSocket, console: Console, sending: "_Sending") -> None:
        while (text := await console.outbox.take()) is not None:
            sending.begun += 1
            sending.under_way = True
            await self._write(websocket, text)
            sending.under_way = False
        if not console.outbox.overflowed:
            await close(websocket, SERVICE_RESTART, "the service restarts; resume by cursor")
            return
        _log.warning("A console could not follow and was closed")
        await close(websocket, TRY_AGAIN_LATER, "too slow; resume by cursor")

    async def _say(self, websocket: WebSocket, text: str) -> None:
        """Send one message. Raises TimeoutError when the console takes nothing for too long."""
        async with asyncio.timeout(self._settings.stuck_s):
            await self._write(websocket, text)

    async def _write(self, websocket: WebSocket, text: str) -> None:
        await websocket.send_text(text)

    async def _watch(self, sending: "_Sending") -> None:
        """Raises TimeoutError when one message is under way for too long. A timer for each would cost as much as it."""
        seen: int | None = None
        while True:
            await asyncio.sleep(self._settings.stuck_s)
            now = sending.begun if sending.under_way else None
            if now is not None and now == seen:
                raise TimeoutError
            seen = now

    async def _beat(self, console: Console) -> None:
        while True:
            await asyncio.sleep(self._settings.heartbeat_s)
            console.tell_heartbeat(heartbeat_message(console.cursor, self._now_at()))

    async def _obey(self, websocket: WebSocket, console: Console) -> None:
        while True:
            try:
                change = ConsoleTopics.model_validate_json(await receive(websocket))
            except ValueError as error:
                refused = RefusedMessage(code="bad_message", detail=fault_of(error))
                console.outbox.offer(refused.model_dump_json())
                continue
            await self._change_topics(websocket, console, change)

    async def _change_topics(self, websocket: WebSocket, console: Console, change: ConsoleTopics) -> None:
        unknown = bad_topics(change.topics)
        if unknown:
            console.outbox.offer(_unknown_topics(unknown))
            return
        if change.type == "subscribe" and (barred := self._barred(console.who, change.topics)) is not None:
            console.outbox.offer(barred)
            return
        if change.type == "unsubscribe":
            console.topics -= set(change.topics)
        else:
            fresh = set(change.topics) - console.topics
            if len(console.topics) + len(fresh) > _MOST_TOPICS:
                console.outbox.offer(
                    RefusedMessage(code="too_many_topics", detail=f"at most {_MOST_TOPICS}").model_dump_json()
                )
                return
            console.topics |= fresh
            followed = {call_id for topic in fresh if (call_id := transcript_call_id(topic)) is not None}
            await self._tell_transcripts(websocket, console, followed)
        console.outbox.offer(SubscribedMessage(topics=sorted(console.topics)).model_dump_json())


def console_router(door: ConsoleDoor) -> APIRouter:
    """The route of the console socket."""
    router = APIRouter()
    router.add_api_websocket_route("/ws/console", door.serve)
    return router


def _right_for(topic: str) -> Right:
    if topic == "wallboard":
        return Right.WALLBOARD
    return Right.LIVE_TRANSCRIPT if transcript_call_id(topic) is not None else Right.SEE


def _unknown_topics(topics: list[str]) -> str:
    known = "alerts, calls, levels, wallboard, transcript:<call_id>, agent:<agent_id>"
    named = ", ".join(topic[:50] for topic in topics)
    return RefusedMessage(code="unknown_topic", detail=f"unknown: {named}; known: {known}").model_dump_json()
