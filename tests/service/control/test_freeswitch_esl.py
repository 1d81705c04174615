"""A FreeSWITCH followed by its event socket, over TCP, from events as it sends them."""

import asyncio
from typing import Any

import pytest

from config.pbx import PbxFeed
from streaming.frames import Party
from tests.fakes.pbx_servers import PASSWORD, EslServer
from tests.service.control.followed import QUICK, Followed, following

_NAMES = {"cust": "sofia/external/13800000000@10.0.0.9", "ag": "sofia/internal/1007@10.0.0.5:5060"} | {
    "ag2": "sofia/internal/1008@10.0.0.6"
}


def _feed(server: EslServer, password: str = PASSWORD) -> PbxFeed:
    said: dict[str, Any] = {"name": "fs", "kind": "freeswitch_esl", "url": server.url, "password": password}
    return PbxFeed.model_validate({**said, "agent_extensions": r"10\d\d"})


async def _say(server: EslServer, followed: Followed, at_ms: int, name: str, uuid: str, **more: str) -> None:
    """One event, taken before the next."""
    followed.clock.move_to(at_ms)
    expected = followed.taken + 1
    await server.event(Event_Name=name, Unique_ID=uuid, Channel_Name=_NAMES[uuid], **more)
    await followed.until(lambda: followed.taken >= expected)


async def _bridge(server: EslServer, followed: Followed, at_ms: int, a: str, b: str) -> None:
    await _say(server, followed, at_ms, "CHANNEL_BRIDGE", a, Bridge_A_Unique_ID=a, Bridge_B_Unique_ID=b)


async def _end(server: EslServer, followed: Followed, at_ms: int, uuid: str, disposition: str) -> None:
    said = {"variable_sip_hangup_disposition": disposition, "Hangup_Cause": "NORMAL_CLEARING"}
    await _say(server, followed, at_ms, "CHANNEL_HANGUP_COMPLETE", uuid, **said)


async def _talk(server: EslServer, followed: Followed) -> None:
    await server.followed()
    await _say(server, followed, 0, "CHANNEL_CREATE", "cust", Caller_Caller_ID_Number="13800000000")
    await _say(server, followed, 10, "CHANNEL_CREATE", "ag")
    await _bridge(server, followed, 2_000, "cust", "ag")


_ASKED = ("auth", "event plain", "api show", "api callcenter_config queue list")  # it listens, and changes nothing


@pytest.mark.parametrize(
    ("agent", "customer", "party"),
    [("recv_bye", "send_bye", "agent"), ("send_bye", "recv_bye", "customer"), ("send_bye", "send_bye", "system")],
)
async def test_the_three_normal_ends(agent: str, customer: str, party: str) -> None:
    async with EslServer() as server, following(_feed(server)) as followed:
        await _talk(server, followed)
        await _end(server, followed, 9_000, "ag", agent)
        await _end(server, followed, 9_020, "cust", customer)
        await followed.pass_ms(3_000)
        assert followed.told.kinds() == ["answered", "hangup"]
        assert followed.told.ending() == party
        assert followed.told.announced[0].customer_number == "13800000000"
        assert not [command for command in server.asked if not command.startswith(_ASKED)]


async def test_hold_then_an_attended_transfer_to_another_agent() -> None:
    async with EslServer() as server, following(_feed(server)) as followed:
        await _talk(server, followed)
        await _say(server, followed, 3_000, "CHANNEL_HOLD", "ag")
        await _say(server, followed, 4_000, "CHANNEL_CREATE", "ag2")
        await _end(server, followed, 9_000, "ag", "recv_bye")
        await _bridge(server, followed, 9_100, "cust", "ag2")
        await followed.pass_ms(3_000)
        assert followed.told.kinds() == ["answered", "hold", "unhold", "transfer"]
        await _end(server, followed, 20_000, "cust", "recv_bye")
        await _end(server, followed, 20_010, "ag2", "send_bye")
        await followed.pass_ms(3_000)
        (_, last) = followed.told.events[-1]
        assert last.party is Party.CUSTOMER
        assert followed.told.amended[0][1].agent is not None
        assert followed.told.amended[0][1].agent.extension == "1008"


@pytest.mark.parametrize("still_there", [True, False])
async def test_a_link_that_breaks_in_mid_call(still_there: bool) -> None:
    async with EslServer() as server, following(_feed(server)) as followed:
        await _talk(server, followed)
        if still_there:
            server.legs = [{"uuid": uuid, "name": name} for uuid, name in _NAMES.items()]
            server.pairs = [{"uuid": "cust", "name": _NAMES["cust"], "b_uuid": "ag", "b_name": _NAMES["ag"]}]
        await (server.goodbye() if still_there else server.stop())
        if not still_there:
            await asyncio.sleep(0.1)
            await server.__aenter__()
        await followed.until(lambda: followed.follower.losses == 1 and followed.follower.linked)
        if still_there:
            await _end(server, followed, 9_000, "ag", "recv_bye")
            await _end(server, followed, 9_010, "cust", "send_bye")
        await followed.pass_ms(3_000)
        assert followed.told.kinds() == ["answered", "hangup"]
        assert followed.told.ending() == ("agent" if still_there else "unknown")


async def test_calls_that_were_there_before_are_announced_without_an_answer() -> None:
    async with EslServer() as server:
        server.legs = [{"uuid": uuid, "name": name, "cid_num": "138", "context": "c"} for uuid, name in _NAMES.items()]
        server.pairs = [{"uuid": "cust", "name": _NAMES["cust"], "b_uuid": "ag"}, {"uuid": "ag2", "b_uuid": ""}]
        async with following(_feed(server)) as followed:
            await followed.until(lambda: followed.told.announced)
            assert [each.call_id for each in followed.told.announced] == ["cust"]
            assert followed.told.kinds() == []


@pytest.mark.parametrize("password", ["wrong", "two\n\nlines"])
async def test_a_refused_login_is_tried_again_and_never_taken_for_a_link(password: str) -> None:
    async with EslServer() as server, following(_feed(server, password)) as followed:
        await asyncio.sleep(0.3)
        assert server.logins == 0
        assert not followed.follower.linked


async def test_who_may_not_connect_is_told_so() -> None:
    async with EslServer() as server:
        server.rude = True
        async with following(_feed(server)) as followed:
            await asyncio.sleep(0.2)
            assert not followed.follower.linked


async def test_a_silent_link_is_asked_whether_it_lives_and_given_up_when_it_does_not() -> None:
    impatient = QUICK.model_copy(update={"silent_s": 0.1, "answer_s": 0.3})
    async with EslServer() as server, following(_feed(server), impatient) as followed:
        await server.followed()
        await followed.until(lambda: server.asked.count("api version") > 2)
        server.mute = True
        await followed.until(lambda: followed.follower.losses == 1)
        server.mute = False
        await followed.until(lambda: server.logins == 2)
