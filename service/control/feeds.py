"""All PBXes of the settings: each followed by itself, each call's supervisors and taps with the PBX that has it."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

import httpx

from config.pbx import PbxFeed, PbxSettings
from service.clock import Clock
from service.control.ari_rest import certificates
from service.control.asterisk_ami import AsteriskAmi
from service.control.asterisk_ari import AsteriskAri
from service.control.browser_voice import BrowserWay
from service.control.call_news import CallConnected
from service.control.floor_news import FloorNews
from service.control.follower import Follower, PbxLink
from service.control.freeswitch_esl import FreeSwitchEsl
from service.control.http_control import HttpControl
from service.control.news_desk import NewsDesk, ToldCalls
from service.control.pbx_control import Around, CallLine, TapDoors
from service.control.phone_way import PhoneWay, Placed
from service.control.supervisor_room import AttendedCalls, SupervisorRoom
from service.ingest.voice_paths import VoicePaths
from web.sources import AnnouncedCall
from web.supervision import Mode

TellFloor = Callable[[Sequence[FloorNews]], None]
"""Takes what agents and queues do; agents are named by their extensions."""


class FeedCalls(ToldCalls, AttendedCalls, Protocol):
    """The calls, as far as PBXes tell of them and supervisors are in them; `service.all_calls.AllCalls` is one."""


class PbxFeeds:
    """`run` until cancelled. `followers` shows each feed's state, by its name; `room` lets supervisors in."""

    def __init__(
        self,
        settings: PbxSettings,
        calls: FeedCalls,
        clock: Clock,
        doors: TapDoors,
        tell_floor: TellFloor = lambda _news: None,
        voices: VoicePaths | None = None,
    ) -> None:
        self._client = httpx.AsyncClient(trust_env=False, follow_redirects=False, verify=certificates())
        phone = PhoneWay(self._place, self._keeps_apart, self._waits, self._posted_call_over)
        voices = voices if voices is not None else VoicePaths()
        self.browser = BrowserWay(phone, voices)
        self.room = SupervisorRoom(calls, phone, self.browser, clock)
        self.browser.news, voices.changed = self.room, self.room.call_changed
        self._posted = [
            (feed, HttpControl(feed, settings, self._client, clock, self.room))
            for feed in settings.feeds
            if feed.kind == "http"
        ]
        self.followers = {
            feed.name: _follower(feed, settings, calls, clock, self.room, Around(self.room, doors, tell_floor))
            for feed in settings.feeds
            if feed.kind != "http"
        }

    async def run(self) -> None:
        """Follow all of them."""
        async with self._client, asyncio.TaskGroup() as tasks:
            tasks.create_task(self.room.run())
            for follower in self.followers.values():
                tasks.create_task(follower.run())

    def call_begun(self, call_id: str) -> None:
        """A call begins that perhaps nobody follows: what can be done to it is to be shown."""
        if self._posted:
            self.room.call_changed(call_id)

    def follows(self, call_id: str) -> bool:
        """Whether a PBX of this node has the call."""
        return self._place(call_id) is not None or self._waits(call_id)

    def followed(self) -> frozenset[str]:
        """The calls of the PBXes that are followed here."""
        return frozenset(line.call_id for each in self.followers.values() for line in each.link.calls.lines())

    def _posted_call_over(self, call_id: str) -> None:
        for _, control in self._posted:
            control.call_over(call_id)

    def _place(self, call_id: str) -> Placed | None:
        """The PBX that has the call: one that is followed, else one that is posted to by the prefix of its calls."""
        for follower in self.followers.values():
            if (line := follower.link.calls.line(call_id)) is not None:
                return follower.link.control, line
        for feed, control in self._posted:
            if call_id.startswith(feed.call_id_prefix):
                return control, CallLine(call_id, "", "", "", "")
        return None

    def _waits(self, call_id: str) -> bool:
        return any(each.link.calls.waits(call_id) for each in self.followers.values())

    def _keeps_apart(self, call_id: str, mode: Mode) -> bool:
        placed = self._place(call_id)
        return placed is not None and placed[0].keeps_apart(call_id, mode)


class _FeedWatcher:
    """Fills `CallWatcher` for one feed."""

    def __init__(self, link: PbxLink, room: SupervisorRoom) -> None:
        self._link, self._room = link, room

    def connected(self, news: CallConnected, announced: AnnouncedCall | None) -> None:
        """Tap it; supervisors can come, or go along to the other agent."""
        if (line := self._link.calls.line(news.call_id)) is not None:
            streams = dict(announced.stream_ids) if announced is not None else None
            self._link.control.connected(line, streams)
        self._room.call_changed(news.call_id)

    def left(self, call_id: str) -> None:
        """Supervisors wait for the next agent, and none is let in meanwhile."""
        self._link.control.left(call_id)
        self._room.call_changed(call_id)

    def over(self, call_id: str) -> None:
        """Everybody is out."""
        self._link.control.call_over(call_id)
        self._room.call_over(call_id)

    def link_changed(self) -> None:
        """What can be done to its calls has changed."""
        for line in self._link.calls.lines():
            self._room.call_changed(line.call_id)


def _follower(
    feed: PbxFeed, settings: PbxSettings, calls: FeedCalls, clock: Clock, room: SupervisorRoom, around: Around
) -> Follower:
    link = link_of(feed, settings, clock, around)
    watcher = _FeedWatcher(link, room)
    return Follower(feed, settings, link, NewsDesk(calls, clock, watcher), clock, watcher.link_changed)


def link_of(feed: PbxFeed, settings: PbxSettings, clock: Clock, around: Around) -> PbxLink:
    """The link that speaks the feed's kind; a feed of kind http has none."""
    match feed.kind:
        case "asterisk_ari":
            return AsteriskAri(feed, settings, clock, around)
        case "asterisk_ami":
            return AsteriskAmi(feed, settings, clock, around)
        case "freeswitch_esl":
            return FreeSwitchEsl(feed, settings, clock, around)
        case "http":
            raise ValueError("there is nothing to follow")
