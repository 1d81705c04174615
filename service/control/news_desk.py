"""Carries what a PBX's events mean to the calls: announces, amends and reports, in the order it happened."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from service.clock import Clock
from service.control.call_news import CallConnected, CallHappened, CallNews, CallUnanswered
from streaming.frames import Leg
from web.sources import (
    AgentView,
    AnnouncedCall,
    Announcement,
    CallEvent,
    CallEventType,
    CallOverError,
    CallView,
    ConflictingCallError,
    NodeFullError,
    UnknownCallError,
)

_log = structlog.get_logger(__name__)
_MOST_WAITING = 10_000  # beyond it the oldest goes: the calls cannot be told, and what is new counts more


class ToldCalls(Protocol):
    """What is told; `service.all_calls.AllCalls` is one."""

    async def announce(self, announcement: Announcement) -> AnnouncedCall:
        """A call is there. Raises ConflictingCallError, NodeFullError."""
        ...

    async def amend(self, call_id: str, announcement: Announcement) -> CallView:
        """It has changed. Raises UnknownCallError."""
        ...

    async def report(self, call_id: str, event: CallEvent) -> None:
        """Something happened to it. Raises UnknownCallError, CallOverError."""
        ...


class CallWatcher(Protocol):
    """Who is told of a feed's calls besides: to tap them, and to let supervisors in. No method waits or raises."""

    def connected(self, news: CallConnected, announced: AnnouncedCall | None) -> None:
        """The call is there, or has another agent. `announced` is None when that is told of a known call."""
        ...

    def left(self, call_id: str) -> None:
        """Its agent has handed it over."""
        ...

    def over(self, call_id: str) -> None:
        """It has ended."""
        ...


class Unwatched:
    """Nobody."""

    def connected(self, news: CallConnected, announced: AnnouncedCall | None) -> None:
        """Nothing to do."""

    def left(self, call_id: str) -> None:
        """Nothing to do."""

    def over(self, call_id: str) -> None:
        """Nothing to do."""


class NewsDesk:
    """One feed's news on their way. `tell` never waits; `run` carries until cancelled."""

    def __init__(self, calls: ToldCalls, clock: Clock, watcher: CallWatcher | None = None) -> None:
        self._calls, self._clock = calls, clock
        self._watcher = watcher if watcher is not None else Unwatched()
        self._waiting: asyncio.Queue[CallNews] = asyncio.Queue(_MOST_WAITING)
        self._told: dict[str, None] = {}  # ids of running calls, oldest first
        self.counts: Counter[str] = Counter()  # told, dropped, refused, late, unanswered
        self.last_news_at: datetime | None = None

    def tell(self, news: list[CallNews]) -> None:
        """Queue it."""
        if news:
            self.last_news_at = self._clock.now_at()
        for each in news:
            if self._waiting.full():
                self._waiting.get_nowait()
                self.counts["dropped"] += 1
            self._waiting.put_nowait(each)

    async def run(self) -> None:
        """Carry one after another."""
        while True:
            await self.carry(await self._waiting.get())

    async def carry(self, news: CallNews) -> None:
        """Tell the calls; what they do not take is counted, and the next one is told."""
        try:
            match news:
                case CallConnected():
                    await self._connected(news)
                case CallHappened():
                    await self._happened(news)
                case CallUnanswered():
                    self.counts["unanswered"] += 1  # nobody spoke, so there is nothing to hear
                    return
        except ConflictingCallError:
            self._remember(news.call_id)  # its integrator announced it too, and knows more than the wire
            if isinstance(news, CallConnected):
                self._watcher.connected(news, None)
            return
        except NodeFullError:
            self.counts["refused"] += 1
            _log.warning("a call of the telephone system is not heard: this node is full", call_id=news.call_id)
            return
        except (UnknownCallError, CallOverError):
            self.counts["late"] += 1
            return
        self.counts["told"] += 1

    async def _connected(self, news: CallConnected) -> None:
        agent = AgentView(extension=news.agent_extension, channel=news.agent_channel)  # the roster knows who that is
        if news.call_id in self._told:
            await self._calls.amend(news.call_id, Announcement(agent=agent))
            self._watcher.connected(news, None)
            return
        announced = await self._calls.announce(
            Announcement(call_id=news.call_id, queue=news.queue, agent=agent, customer_number=news.customer_number)
        )
        self._remember(news.call_id)
        self._watcher.connected(news, announced)

    async def _happened(self, news: CallHappened) -> None:
        since_ms = max(0, self._clock.monotonic_ms() - news.at_ms)
        at = self._clock.now_at() - timedelta(milliseconds=since_ms)
        if news.party is not None:
            self._told.pop(news.call_id, None)
            self._watcher.over(news.call_id)
        elif news.type is CallEventType.TRANSFER and news.leg is Leg.AGENT:
            self._watcher.left(news.call_id)
        await self._calls.report(
            news.call_id, CallEvent(news.type, leg=news.leg, at=at, party=news.party, cause=news.cause)
        )

    def _remember(self, call_id: str) -> None:
        self._told[call_id] = None
        if len(self._told) > _MOST_WAITING:
            del self._told[next(iter(self._told))]
