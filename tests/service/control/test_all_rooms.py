"""Several nodes on a real Redis: one is asked, one follows the PBX, one hears the call; nobody notices."""

import asyncio
import json

import pytest
from redis import Redis

from service.all_calls import EVENTS, question
from service.control.all_rooms import ATTENDED
from service.control.orders import LATE, Order, order_question
from streaming.frames import Leg
from streaming.wire.events import AudioReceived
from tests.fakes.servers import RedisServer
from tests.service.bus.test_redis_bus import until
from tests.service.control.followed import BEGAN_AT
from tests.service.control.several_nodes import CALL, KeptPath, node, site_of
from web.sources import Announcement, CallEvent, CallEventType, CallOverError
from web.supervision import (
    ControlFailedError,
    Mode,
    SilentNodesError,
    SupervisionView,
    UnableError,
    UnknownSupervisionError,
    Wish,
)


async def test_a_supervisor_comes_changes_and_goes_by_nodes_that_do_not_follow_the_pbx(
    redis_server: RedisServer,
) -> None:
    async with site_of(redis_server.url) as site:
        agent = await site.call()
        view = await site.asked.rooms.supervise(CALL, Wish(Mode.LISTEN, "li", "2001"))
        assert (view.state, view.by, view.extension) == ("starting", "li", "2001")
        await site.answered()
        await until(lambda: site.inside() == [("li", Mode.LISTEN, "running")])
        (known,) = await site.hears.rooms.running(CALL)
        assert known.supervision_id == view.supervision_id
        same = await site.hears.rooms.supervise(CALL, Wish(Mode.WHISPER, "li", "2001"))
        assert (same.supervision_id, same.mode) == (view.supervision_id, Mode.WHISPER)
        await until(lambda: site.pbx.voice(agent) == {"out"})
        await until(lambda: site.hears.view().supervisions[0].mode is Mode.WHISPER)
        await site.asked.rooms.release(CALL, view.supervision_id, "li")
        await until(lambda: not site.pbx.ours() and site.inside() == [])
        with pytest.raises(UnknownSupervisionError):
            await site.asked.rooms.release(CALL, view.supervision_id, "li")
        assert [act.what for act in site.follows.acts] == ["begun", "running", "changed", "ended"]
        assert site.asked.acts == site.hears.acts == []
        await site.asked.rooms.supervise(CALL, Wish(Mode.END, "li"))
        await until(lambda: not site.pbx.alive(CALL))
        with Redis(port=redis_server.port) as client:
            assert [key for key in client.scan_iter() if b"order" in key] == []


async def test_what_no_node_can_is_refused_and_refusals_come_back_as_they_were_said(redis_server: RedisServer) -> None:
    async with site_of(redis_server.url) as site:
        await site.call()
        site.hears.board.announce(Announcement(call_id="nobodys"))
        site.hears.board.report("nobodys", CallEvent(CallEventType.ANSWERED))
        await site.hears.bus.claim("nobodys")
        with pytest.raises(UnableError, match="no telephone system"):
            await site.asked.rooms.supervise("nobodys", Wish(Mode.LISTEN, "li", "2001"))
        site.pbx.refuse(1)
        with pytest.raises(ControlFailedError, match="Asterisk refused"):
            await site.asked.rooms.supervise(CALL, Wish(Mode.LISTEN, "li", "2001"))
        with pytest.raises(UnableError, match="by telephone"):
            await site.asked.rooms.supervise(CALL, Wish(Mode.TAKE_OVER, "li", browser=True))
        assert site.pbx.phones() == []


async def test_an_order_whose_asker_has_given_up_is_never_done(redis_server: RedisServer) -> None:
    async with site_of(redis_server.url) as site:
        await site.call()
        site.follows.awake.clear()
        with pytest.raises(SilentNodesError, match="nothing will be"):
            await site.asked.rooms.supervise(CALL, Wish(Mode.LISTEN, "li", "2001"))
        with pytest.raises(SilentNodesError):
            await site.asked.rooms.running(CALL)
        before = len(site.follows.questions)
        site.follows.awake.set()
        await until(lambda: len(site.follows.questions) >= before + 2)
        assert [json.loads(each)["what"] for each in site.follows.questions[before:]].count("order") == 1
        assert await site.asked.rooms.running(CALL) == []
        assert site.pbx.phones() == []
        assert site.follows.acts == []


async def test_an_order_that_is_told_twice_is_done_once(redis_server: RedisServer) -> None:
    async with site_of(redis_server.url) as site:
        await site.call()
        order = Order("o-1", "supervise", CALL, 5.0, "li", wish=Wish(Mode.LISTEN, "li", "2001"))
        await site.asked.bus.offer("o-1", 2.0)
        asked = [site.asked.bus.ask("follows", order_question(order)) for _ in range(5)]
        answers = await asyncio.gather(*asked)
        assert sorted(answer == LATE for answer in answers) == [False, True, True, True, True]
        assert len(site.pbx.phones()) == 1
        assert await site.asked.bus.ask("follows", order_question(order)) == LATE


async def test_what_is_not_done_in_time_is_undone(redis_server: RedisServer) -> None:
    async with site_of(redis_server.url) as site:
        await site.call()
        order = Order("o-1", "supervise", CALL, 0.0, "li", wish=Wish(Mode.LISTEN, "li", "2001"))
        await site.asked.bus.offer("o-1", 2.0)
        assert b"in time" in await site.asked.bus.ask("follows", order_question(order))
        await until(lambda: not site.pbx.ours())
        assert await site.asked.rooms.running(CALL) == []


async def test_a_supervisor_by_another_way_leaves_the_first_whichever_nodes_do_it(redis_server: RedisServer) -> None:
    async with site_of(redis_server.url) as site:
        await site.call()
        site.hears.voices.open(CALL, Leg.AGENT, KeptPath())
        await until(lambda: site.able(Mode.WHISPER, "browser") is True)
        assert site.able(Mode.WHISPER, "phone") is True  # what one node says does not undo what another said
        await site.asked.rooms.supervise(CALL, Wish(Mode.LISTEN, "li", "2001"))
        await until(lambda: site.inside() == [("li", Mode.LISTEN, "starting")])
        await site.asked.rooms.supervise(CALL, Wish(Mode.WHISPER, "li", browser=True))
        await until(lambda: site.inside() == [("li", Mode.WHISPER, "starting")])
        await until(lambda: not site.pbx.ours())


async def test_a_node_that_hears_the_call_from_now_on_is_told_what_can_be_done(redis_server: RedisServer) -> None:
    async with site_of(redis_server.url) as site:
        await site.call()
        await site.hears.bus.release([CALL])
        site.hears.board.evict(CALL)
        site.asked.board.announce(Announcement(call_id=CALL))
        site.asked.board.report(CALL, CallEvent(CallEventType.ANSWERED))
        await site.asked.bus.claim(CALL)
        site.asked.rooms.begun(CALL)
        await until(lambda: any(each.phone is True for each in site.asked.view().abilities))


async def test_with_the_node_that_follows_go_its_supervisors(redis_server: RedisServer) -> None:
    async with site_of(redis_server.url) as site:
        await site.call()
        await site.asked.rooms.supervise(CALL, Wish(Mode.WHISPER, "li", "2001"))
        await until(lambda: len(site.inside()) == 1)
        await site.follows.stop()
        await until(lambda: site.inside() == [] and site.able(Mode.WHISPER, "phone") is not True)
        assert not site.pbx.ours()
        with pytest.raises((UnableError, SilentNodesError)):
            await site.asked.rooms.supervise(CALL, Wish(Mode.WHISPER, "li", "2001"))


async def test_a_call_that_is_over_is_not_stepped_into(redis_server: RedisServer) -> None:
    async with site_of(redis_server.url) as site:
        await site.call()
        site.hears.board.close_all()
        with pytest.raises(CallOverError):
            await site.asked.rooms.supervise(CALL, Wish(Mode.LISTEN, "li", "2001"))


async def test_a_call_that_one_node_was_only_told_of_goes_to_the_one_that_hears_it(redis_server: RedisServer) -> None:
    async with node(redis_server.url, "told") as told, node(redis_server.url, "hears") as hears:
        await told.calls.announce(Announcement(call_id="c-1"))
        await told.calls.report("c-1", CallEvent(CallEventType.ANSWERED))
        await told.calls.report("c-1", CallEvent(CallEventType.HOLD, leg=Leg.AGENT))
        assert await told.bus.claim("c-1") == "told"
        answer = await hears.bus.ask("told", question("c-1", "give_way", ""))
        assert [each.type for each in EVENTS.validate_json(answer[1:])] == [CallEventType.ANSWERED, CallEventType.HOLD]
        reporting = asyncio.create_task(told.calls.report("c-1", CallEvent(CallEventType.UNHOLD, leg=Leg.AGENT)))
        hears.board.announce(Announcement(call_id="c-1"))
        hears.board.report("c-1", CallEvent(CallEventType.ANSWERED))
        assert await hears.bus.claim("c-1") == "hears"
        await reporting  # waited for the node that has it now
        assert not told.board.hears("c-1")
        assert (await told.calls.get("c-1")).call_id == "c-1"
        hears.board.claim_leg("c-1", Leg.AGENT).hear(AudioReceived(bytes(320), 8_000))
        assert await told.bus.ask("hears", question("c-1", "give_way", "")) == b"-unknown"  # it hears somebody
        assert hears.board.hears("c-1")


async def test_the_end_of_a_call_that_no_feed_follows_is_told_by_the_node_that_heard_it(
    redis_server: RedisServer,
) -> None:
    async with node(redis_server.url, "posts") as posts, node(redis_server.url, "hears") as hears:
        await until(lambda: hears.bus.is_followed(ATTENDED))
        hears.board.announce(Announcement(call_id="c-1"))
        hears.board.report("c-1", CallEvent(CallEventType.ANSWERED))
        await hears.bus.claim("c-1")
        view = SupervisionView("s-1", "c-1", Mode.LISTEN, "running", "li", "2001", False, BEGAN_AT)
        posts.feeds.room._running["s-1"] = view
        hears.rooms.call_over("c-1")
        await until(lambda: [act.what for act in posts.acts] == ["ended"])
