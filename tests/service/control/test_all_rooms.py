"""Several nodes on a real Redis: one is asked, one follows the PBX, one hears the call; nobody notices."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from redis import Redis

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
from service.control.orders import LATE, Order, order_question
from service.control.supervisor_room import SupervisionAct
from service.ingest.voice_paths import VoicePaths
from streaming.frames import Leg
from tests.fakes.board import KeepingOutlet, board_of
from tests.fakes.servers import RedisServer
from tests.service.bus.test_redis_bus import Ear, until
from tests.service.control.followed import BEGAN_AT, CREDENTIALS, QUICK, ShutDoors
from tests.service.control.pbx_bench import AsteriskAtHand, at_hand
from tests.service.control.replays import feed_of
from web.microphone import Microphone
from web.sources import Announcement, CallEvent, CallEventType, CallOverError, CallView
from web.supervision import (
    NO_ABILITIES,
    ControlFailedError,
    Mode,
    SilentNodesError,
    SupervisionView,
    UnableError,
    UnknownSupervisionError,
    Wish,
)

_CALL = "1795412287.10"  # the first one of the PBX at hand
_FRAME = b"\x01\x02" * 320
_BUS = BusSettings(lease_s=1.0, answer_s=1.0)


class _Store:
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
class _Node:
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

    def view(self, call_id: str = _CALL) -> Any:
        """The call as this node's board has it."""
        return self.board._entries[call_id].record

    async def stop(self) -> None:
        for task in reversed(self.running):  # the bus last: others ask by it to their end
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def _node(url: str, name: str, pbx: PbxSettings = QUICK) -> AsyncIterator[_Node]:
    settings = Settings(pbx=pbx, bus=_BUS)
    bus, ear = RedisBus(_BUS, RedisAddress(url), name), _Ear()
    board = board_of(settings, KeepingOutlet(), SystemClock())
    calls = AllCalls(board, _Store(), bus, recordings=None)  # type: ignore[arg-type]  # nothing is recorded
    clock, voices = PlayClock(BEGAN_AT), VoicePaths()
    feeds = PbxFeeds(pbx, calls, clock, ShutDoors(), voices=voices)
    rooms = ear.rooms = AllRooms(feeds, calls, bus, settings, calls.answer)
    node = _Node(name, bus, board, calls, feeds, rooms, voices, clock, [])
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
class _Site:
    pbx: AsteriskAtHand
    asked: _Node
    follows: _Node
    hears: _Node

    async def call(self) -> str:
        """A call that one node hears and the other follows; the agent's channel."""
        self.hears.board.announce(Announcement(call_id=_CALL))
        self.hears.board.report(_CALL, CallEvent(CallEventType.ANSWERED))
        assert await self.hears.bus.claim(_CALL) == self.hears.name
        self.hears.bus.hold(frozenset({_CALL}))
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
async def _site(url: str) -> AsyncIterator[_Site]:
    pbx = at_hand("asterisk_ami")
    assert isinstance(pbx, AsteriskAtHand)
    async with pbx.wire, contextlib.AsyncExitStack() as nodes:
        feed = feed_of("asterisk_ami", url=pbx.wire.url, **{**CREDENTIALS, "agent_extensions": r"10\d\d"})
        follows = await nodes.enter_async_context(_node(url, "follows", QUICK.model_copy(update={"feeds": (feed,)})))
        hears = await nodes.enter_async_context(_node(url, "hears"))
        asked = await nodes.enter_async_context(_node(url, "asked"))
        await until(lambda: all(len(each.bus.others()) == 2 for each in (asked, follows, hears)))
        await until(lambda: follows.feeds.followers["lab"].linked)
        yield _Site(pbx, asked, follows, hears)


async def test_a_supervisor_comes_changes_and_goes_by_nodes_that_do_not_follow_the_pbx(
    redis_server: RedisServer,
) -> None:
    async with _site(redis_server.url) as site:
        agent = await site.call()
        view = await site.asked.rooms.supervise(_CALL, Wish(Mode.LISTEN, "li", "2001"))
        assert (view.state, view.by, view.extension) == ("starting", "li", "2001")
        await site.answered()
        await until(lambda: site.inside() == [("li", Mode.LISTEN, "running")])
        (known,) = await site.hears.rooms.running(_CALL)
        assert known.supervision_id == view.supervision_id
        same = await site.hears.rooms.supervise(_CALL, Wish(Mode.WHISPER, "li", "2001"))
        assert (same.supervision_id, same.mode) == (view.supervision_id, Mode.WHISPER)
        await until(lambda: site.pbx.voice(agent) == {"out"})
        await until(lambda: site.hears.view().supervisions[0].mode is Mode.WHISPER)
        await site.asked.rooms.release(_CALL, view.supervision_id, "li")
        await until(lambda: not site.pbx.ours() and site.inside() == [])
        with pytest.raises(UnknownSupervisionError):
            await site.asked.rooms.release(_CALL, view.supervision_id, "li")
        assert [act.what for act in site.follows.acts] == ["begun", "running", "changed", "ended"]
        assert site.asked.acts == site.hears.acts == []
        await site.asked.rooms.supervise(_CALL, Wish(Mode.END, "li"))
        await until(lambda: not site.pbx.alive(_CALL))
        with Redis(port=redis_server.port) as client:
            assert [key for key in client.scan_iter() if b"order" in key] == []


async def test_what_no_node_can_is_refused_and_refusals_come_back_as_they_were_said(redis_server: RedisServer) -> None:
    async with _site(redis_server.url) as site:
        await site.call()
        site.hears.board.announce(Announcement(call_id="nobodys"))
        site.hears.board.report("nobodys", CallEvent(CallEventType.ANSWERED))
        await site.hears.bus.claim("nobodys")
        with pytest.raises(UnableError, match="no telephone system"):
            await site.asked.rooms.supervise("nobodys", Wish(Mode.LISTEN, "li", "2001"))
        site.pbx.refuse(1)
        with pytest.raises(ControlFailedError, match="Asterisk refused"):
            await site.asked.rooms.supervise(_CALL, Wish(Mode.LISTEN, "li", "2001"))
        with pytest.raises(UnableError, match="by telephone"):
            await site.asked.rooms.supervise(_CALL, Wish(Mode.TAKE_OVER, "li", browser=True))
        assert site.pbx.phones() == []


async def test_an_order_whose_asker_has_given_up_is_never_done(redis_server: RedisServer) -> None:
    async with _site(redis_server.url) as site:
        await site.call()
        site.follows.awake.clear()
        with pytest.raises(SilentNodesError, match="nothing will be"):
            await site.asked.rooms.supervise(_CALL, Wish(Mode.LISTEN, "li", "2001"))
        with pytest.raises(SilentNodesError):
            await site.asked.rooms.running(_CALL)
        before = len(site.follows.questions)
        site.follows.awake.set()
        await until(lambda: len(site.follows.questions) >= before + 2)
        assert [json.loads(each)["what"] for each in site.follows.questions[before:]].count("order") == 1
        assert await site.asked.rooms.running(_CALL) == []
        assert site.pbx.phones() == []
        assert site.follows.acts == []


async def test_an_order_that_is_told_twice_is_done_once(redis_server: RedisServer) -> None:
    async with _site(redis_server.url) as site:
        await site.call()
        order = Order("o-1", "supervise", _CALL, 5.0, "li", wish=Wish(Mode.LISTEN, "li", "2001"))
        await site.asked.bus.offer("o-1", 2.0)
        asked = [site.asked.bus.ask("follows", order_question(order)) for _ in range(5)]
        answers = await asyncio.gather(*asked)
        assert sorted(answer == LATE for answer in answers) == [False, True, True, True, True]
        assert len(site.pbx.phones()) == 1
        assert await site.asked.bus.ask("follows", order_question(order)) == LATE


async def test_what_is_not_done_in_time_is_undone(redis_server: RedisServer) -> None:
    async with _site(redis_server.url) as site:
        await site.call()
        order = Order("o-1", "supervise", _CALL, 0.0, "li", wish=Wish(Mode.LISTEN, "li", "2001"))
        await site.asked.bus.offer("o-1", 2.0)
        assert b"in time" in await site.asked.bus.ask("follows", order_question(order))
        await until(lambda: not site.pbx.ours())
        assert await site.asked.rooms.running(_CALL) == []


async def test_a_supervisor_by_another_way_leaves_the_first_whichever_nodes_do_it(redis_server: RedisServer) -> None:
    async with _site(redis_server.url) as site:
        await site.call()
        site.hears.voices.open(_CALL, Leg.AGENT, _Path())
        await until(lambda: site.able(Mode.WHISPER, "browser") is True)
        assert site.able(Mode.WHISPER, "phone") is True  # what one node says does not undo what another said
        await site.asked.rooms.supervise(_CALL, Wish(Mode.LISTEN, "li", "2001"))
        await until(lambda: site.inside() == [("li", Mode.LISTEN, "starting")])
        await site.asked.rooms.supervise(_CALL, Wish(Mode.WHISPER, "li", browser=True))
        await until(lambda: site.inside() == [("li", Mode.WHISPER, "starting")])
        await until(lambda: not site.pbx.ours())


async def test_a_node_that_hears_the_call_from_now_on_is_told_what_can_be_done(redis_server: RedisServer) -> None:
    async with _site(redis_server.url) as site:
        await site.call()
        await site.hears.bus.release([_CALL])
        site.hears.board.evict(_CALL)
        site.asked.board.announce(Announcement(call_id=_CALL))
        site.asked.board.report(_CALL, CallEvent(CallEventType.ANSWERED))
        await site.asked.bus.claim(_CALL)
        site.asked.rooms.begun(_CALL)
        await until(lambda: any(each.phone is True for each in site.asked.view().abilities))


async def test_with_the_node_that_follows_go_its_supervisors(redis_server: RedisServer) -> None:
    async with _site(redis_server.url) as site:
        await site.call()
        await site.asked.rooms.supervise(_CALL, Wish(Mode.WHISPER, "li", "2001"))
        await until(lambda: len(site.inside()) == 1)
        await site.follows.stop()
        await until(lambda: site.inside() == [] and site.able(Mode.WHISPER, "phone") is not True)
        assert not site.pbx.ours()
        with pytest.raises((UnableError, SilentNodesError)):
            await site.asked.rooms.supervise(_CALL, Wish(Mode.WHISPER, "li", "2001"))


class _Path:
    """A way to a party that keeps what is said."""

    def __init__(self) -> None:
        self.said: list[bytes] = []
        self.flushed = 0

    async def flush(self) -> None:
        self.flushed += 1

    async def say(self, pcm_s16le: bytes) -> bool:
        self.said.append(pcm_s16le)
        return True


@asynccontextmanager
async def _speaking(site: _Site) -> AsyncIterator[tuple[SupervisionView, _Path, Microphone]]:
    """Asked of one node, the microphone at another, the call at a third."""
    path = _Path()
    await site.call()
    site.hears.voices.open(_CALL, Leg.AGENT, path)
    view = await site.asked.rooms.supervise(_CALL, Wish(Mode.WHISPER, "li", browser=True))
    voice = await site.follows.rooms.take(_CALL, view.supervision_id)
    running = asyncio.create_task(voice.run())
    await until(lambda: site.inside() == [("li", Mode.WHISPER, "running")])
    await voice.talk()
    for _ in range(10):
        voice.hear(_FRAME)
        await asyncio.sleep(0.02)
    await until(lambda: len(path.said) >= 8)
    try:
        yield view, path, voice
    finally:
        running.cancel()


async def _over(site: _Site, voice: Microphone, done: Callable[[], bool] = lambda: True) -> None:
    async with asyncio.timeout(10):
        await voice.closed()
    await until(lambda: site.inside() == [] and done())


async def test_a_microphone_is_heard_in_a_call_of_another_node(redis_server: RedisServer) -> None:
    async with _site(redis_server.url) as site, _speaking(site) as (view, path, voice):
        assert path.flushed == 1
        assert set(path.said) == {_FRAME}
        voice.ignore()
        assert site.follows.feeds.browser.frames["muted"] == 1
        await until(lambda: voice.sent >= 8)
        await site.asked.rooms.release(_CALL, view.supervision_id, "li")
        await _over(site, voice)
        with pytest.raises(UnknownSupervisionError):
            await site.follows.rooms.take(_CALL, view.supervision_id)


async def test_the_supervision_ends_with_its_microphones_socket_and_with_its_node(redis_server: RedisServer) -> None:
    async with _site(redis_server.url) as site, _speaking(site) as (view, _, voice):
        site.follows.rooms.leave(view.supervision_id, voice)
        await _over(site, voice)
        path = _Path()
        site.hears.voices.open(_CALL, Leg.AGENT, path)
        again = await site.asked.rooms.supervise(_CALL, Wish(Mode.WHISPER, "li", browser=True))
        await site.asked.rooms.take(_CALL, again.supervision_id)
        await until(lambda: site.inside() == [("li", Mode.WHISPER, "running")])
        await site.asked.stop()  # nothing says goodbye
        await until(lambda: site.inside() == [])
        assert [act.what for act in site.hears.acts][-1] == "ended"


async def test_a_microphone_whose_calls_node_is_gone_is_over(redis_server: RedisServer) -> None:
    async with _site(redis_server.url) as site, _speaking(site) as (_, _, voice):
        ended = asyncio.create_task(voice.run())
        await site.hears.stop()
        async with asyncio.timeout(10):
            await ended


async def test_a_call_that_is_over_is_not_stepped_into(redis_server: RedisServer) -> None:
    async with _site(redis_server.url) as site:
        await site.call()
        site.hears.board.close_all()
        with pytest.raises(CallOverError):
            await site.asked.rooms.supervise(_CALL, Wish(Mode.LISTEN, "li", "2001"))
