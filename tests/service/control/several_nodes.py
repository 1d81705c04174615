"""Several nodes on a real Redis for tests: one is asked, one follows a PBX, one hears the call."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from config.nodes import BusSettings
from config.pbx import PbxSettings
from config.settings import Settings
from service.all_calls import AllCalls
from service.bus.redis_address import RedisAddress
from service.bus.redis_bus import RedisBus
from service.call_board import CallBoard
from service.clock import PlayClock, SystemClock
from service.control.all_rooms import ATTENDED, AllRooms
from service.control.feeds import PbxFeeds
from service.control.supervisor_room import SupervisionAct
from service.ingest.voice_paths import VoicePaths
from streaming.frames import Leg
from tests.fakes.board import KeepingOutlet, board_of
from tests.service.bus.test_redis_bus import Ear, until
from tests.service.control.followed import BEGAN_AT, CREDENTIALS, QUICK, ShutDoors
from tests.service.control.pbx_bench import AsteriskAtHand, at_hand
from tests.service.control.replays import feed_of
from web.sources import Announcement, CallEvent, CallEventType, CallView
from web.supervision import NO_ABILITIES, Mode

CALL = "1795412287.10"  # the first one of the PBX at hand
_BUS = BusSettings(lease_s=1.0, answer_s=1.0)


class NoStore:
    """What all nodes have stored: nothing that is looked at here."""

    is_shared = True

    def save_stream(self, call_id: str, leg: Leg, stream_id: str) -> None: ...

    def save_event(self, call_id: str, event: CallEvent) -> None: ...

    def save_call(self, call: CallView) -> None: ...

    async def words(self, call_id: str) -> list[Any]:
        return []

    async def timeline(self, call_id: str) -> None:
        return None

    async def running_elsewhere(self) -> list[Any]:
        return []


class _Ear(Ear):
    """Passes on what is for supervisors."""

    rooms: AllRooms

    def told(self, topic: str, body: bytes) -> None:
        self.rooms.told(topic, body)


@dataclass(slots=True)
class SiteNode:
    name: str
    bus: RedisBus
    board: CallBoard
    calls: AllCalls
    feeds: PbxFeeds
    rooms: AllRooms
    voices: VoicePaths
    clock: PlayClock
    running: list["asyncio.Task[None]"]
    acts: list[SupervisionAct] = field(default_factory=list)
    awake: asyncio.Event = field(default_factory=asyncio.Event)
    questions: list[bytes] = field(default_factory=list)

    async def answer(self, question: bytes) -> bytes:
        """As the node does, when it comes to it."""
        await self.awake.wait()
        self.questions.append(question)
        return await self.rooms.answer(question)

    def view(self, call_id: str = CALL) -> Any:
        """The call as this node's board has it."""
        return self.board._entries[call_id].record

    async def stop(self) -> None:
        for task in reversed(self.running):  # the bus last: others ask by it to their end
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def node(url: str, name: str, pbx: PbxSettings = QUICK) -> AsyncIterator[SiteNode]:
    settings = Settings(pbx=pbx, bus=_BUS)
    bus, ear = RedisBus(_BUS, RedisAddress(url), name), _Ear()
    board = board_of(settings, KeepingOutlet(), SystemClock())
    calls = AllCalls(board, NoStore(), bus, recordings=None)  # type: ignore[arg-type]  # nothing is recorded
    clock, voices = PlayClock(BEGAN_AT), VoicePaths()
    feeds = PbxFeeds(pbx, calls, clock, ShutDoors(), voices=voices)
    rooms = ear.rooms = AllRooms(feeds, calls, bus, settings, calls.answer)
    node = SiteNode(name, bus, board, calls, feeds, rooms, voices, clock, [])
    node.awake.set()
    feeds.room.note = node.acts.append
    parts = (bus.run(ear, node.answer), rooms.run(), feeds.run())
    node.running += [asyncio.create_task(part) for part in parts]
    bus.follow(frozenset({ATTENDED}))
    try:
        await until(lambda: ear.words[-1:] == [True])
        yield node
    finally:
        await node.stop()


@dataclass(slots=True)
class Site:
    pbx: AsteriskAtHand
    asked: SiteNode
    follows: SiteNode
    hears: SiteNode

    async def call(self) -> str:
        """A call that one node hears and the other follows; the agent's channel."""
        self.hears.board.announce(Announcement(call_id=CALL))
        self.hears.board.report(CALL, CallEvent(CallEventType.ANSWERED))
        assert await self.hears.bus.claim(CALL) == self.hears.name
        self.hears.bus.hold(frozenset({CALL}))
        _, agent = await self.pbx.call()
        await until(lambda: bool(self.hears.view().abilities) and self.able(Mode.WHISPER, "phone") is True)
        return agent

    def able(self, mode: Mode, way: str) -> object:
        """What the call says that can be done."""
        abilities = self.hears.view().abilities or NO_ABILITIES
        return next(getattr(each, way) for each in abilities if each.mode is mode)

    def inside(self) -> list[tuple[str, Mode, str]]:
        """Who the call says is in."""
        return [(view.by, view.mode, view.state) for view in self.hears.view().supervisions]

    async def answered(self) -> None:
        (phone,) = self.pbx.phones()
        assert await self.pbx.answer(phone)


@asynccontextmanager
async def site_of(url: str) -> AsyncIterator[Site]:
    pbx = at_hand("asterisk_ami")
    assert isinstance(pbx, AsteriskAtHand)
    async with pbx.wire, contextlib.AsyncExitStack() as nodes:
        feed = feed_of("asterisk_ami", url=pbx.wire.url, **{**CREDENTIALS, "agent_extensions": r"10\d\d"})
        follows = await nodes.enter_async_context(node(url, "follows", QUICK.model_copy(update={"feeds": (feed,)})))
        hears = await nodes.enter_async_context(node(url, "hears"))
        asked = await nodes.enter_async_context(node(url, "asked"))
        await until(lambda: all(len(each.bus.others()) == 2 for each in (asked, follows, hears)))
        await until(lambda: follows.feeds.followers["lab"].linked)
        yield Site(pbx, asked, follows, hears)


class KeptPath:
    """A way to a party that keeps what is said."""

    def __init__(self) -> None:
        self.said: list[bytes] = []
        self.flushed = 0

    async def flush(self) -> None:
        self.flushed += 1

    async def say(self, pcm_s16le: bytes) -> bool:
        self.said.append(pcm_s16le)
        return True
