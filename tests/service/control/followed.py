"""A feed followed over loopback: the clock stands where the test puts it, and every signal is waited for."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from config.pbx import PbxFeed, PbxSettings
from service.clock import PlayClock
from service.control.feeds import link_of
from service.control.floor_news import FloorNews
from service.control.follower import Follower
from service.control.news_desk import NewsDesk
from service.control.pbx_control import Around
from streaming.frames import Leg, Party
from tests.fakes.desk import a_call
from tests.fakes.pbx_servers import PASSWORD, USER
from web.sources import (
    AnnouncedCall,
    Announcement,
    CallEvent,
    CallEventType,
    CallState,
    CallView,
    UnknownCallError,
)
from web.supervision import Attendance, ControlFailedError, Mode

BEGAN_AT = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
QUICK = PbxSettings(first_back_off_s=0.01, longest_back_off_s=0.05, answer_s=5.0, silent_s=5.0)


@dataclass(slots=True)
class KeepingCalls:
    """Keeps what it is told, or passes it on to `board`."""

    announced: list[Announcement] = field(default_factory=list)
    amended: list[tuple[str, Announcement]] = field(default_factory=list)
    events: list[tuple[str, CallEvent]] = field(default_factory=list)
    raising: Exception | None = None
    attended: dict[str, Attendance] = field(default_factory=dict)
    voices: list[tuple[str, Mode | None, bool]] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)

    async def announce(self, announcement: Announcement) -> AnnouncedCall:
        if self.raising is not None:
            raise self.raising
        self.announced.append(announcement)
        streams = tuple((leg, f"00000000-0000-4000-8000-00000000000{number}") for number, leg in enumerate(Leg, 1))
        return AnnouncedCall(announcement.call_id or "", True, streams)

    async def attend(self, call_id: str, attendance: Attendance) -> None:
        self.attended[call_id] = attendance

    async def voice(self, call_id: str, mode: Mode | None, *, clean: bool) -> None:
        self.voices.append((call_id, mode, clean))

    async def get(self, call_id: str) -> CallView:
        if call_id not in [each.call_id for each in self.announced]:
            raise UnknownCallError
        return replace(a_call(call_id), state=CallState.ENDED if call_id in self.ended else CallState.LIVE)

    async def amend(self, call_id: str, announcement: Announcement) -> CallView:
        self.amended.append((call_id, announcement))
        return None  # type: ignore[return-value]  # nobody looks at it

    async def report(self, call_id: str, event: CallEvent) -> None:
        if self.raising is not None:
            raise self.raising
        self.events.append((call_id, event))

    def kinds(self) -> list[str]:
        """Types of the events, in their order."""
        return [str(event.type) for _, event in self.events]

    def ending(self) -> str | None:
        """`transfer` or the party of the hang-up, whichever came first."""
        for _, event in self.events:
            if event.type is CallEventType.TRANSFER:
                return "transfer"
            if event.type is CallEventType.HANGUP:
                return str(event.party or Party.UNKNOWN)
        return None


class NobodyAsks:
    """Nobody supervises here."""

    def answered(self, supervision_id: str) -> None:
        raise AssertionError

    def mode_is(self, supervision_id: str, mode: Mode) -> None:
        raise AssertionError

    def over(self, supervision_id: str, why: str | None = None) -> None:
        raise AssertionError


class ShutDoors:
    """Takes no audio."""

    async def rtp_port(self, call_id: str, leg: Leg) -> int:
        raise ControlFailedError("no port")

    def fetch(self, url: str, call_id: str, leg: Leg, format_name: str) -> None:
        raise AssertionError


class Followed:
    """One follower at work."""

    def __init__(self, feed: PbxFeed, settings: PbxSettings = QUICK) -> None:
        self.clock = PlayClock(BEGAN_AT)
        self.told = KeepingCalls()
        self.floor: list[FloorNews] = []
        self.link = link_of(feed, settings, self.clock, Around(NobodyAsks(), ShutDoors(), self.floor.extend))
        self.desk = NewsDesk(self.told, self.clock)
        self.follower = Follower(feed, settings, self.link, self.desk, self.clock)
        self.taken = 0
        calls: Any = self.link.calls
        take = calls.feed

        def counted(signal: object, now_ms: int) -> object:
            self.taken += 1
            return take(signal, now_ms)

        calls.feed = counted

    async def until(self, true: Any) -> None:
        """Wait for it."""
        async with asyncio.timeout(20):
            while not true():  # noqa: ASYNC110  # what is waited for has no event
                await asyncio.sleep(0.005)

    async def pass_ms(self, ms: int) -> None:
        """Let the clock go on and the beat come."""
        self.clock.move_to(self.clock.monotonic_ms() + ms)
        await asyncio.sleep(0.25)


@contextlib.asynccontextmanager
async def following(feed: PbxFeed, settings: PbxSettings = QUICK) -> AsyncIterator[Followed]:
    """Follow the feed as long as the block runs."""
    followed = Followed(feed, settings)
    task = asyncio.create_task(followed.follower.run())
    try:
        yield followed
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def at(ms: int) -> datetime:
    """A moment of the play clock."""
    return BEGAN_AT + timedelta(milliseconds=ms)


CREDENTIALS = {"user": USER, "password": PASSWORD}
