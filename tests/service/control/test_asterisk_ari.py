"""An Asterisk followed by its REST interface, over WebSocket and HTTP, fed with what a real one sent."""

import asyncio
from typing import Any

import pytest

from service.control.ari_signals import ari_signals
from service.control.asterisk_ari import AsteriskAri
from streaming.frames import Party
from tests.fakes.ari_server import AriServer
from tests.service.control.followed import CREDENTIALS, Followed, following
from tests.service.control.replays import ENDINGS, ari_events, feed_of

_AGENT: dict[str, Any] = {"id": "1795412287.215", "name": "Local/agenthup6@phones-00000052;1"}
_CUSTOMER: dict[str, Any] = {"id": "1795412287.213", "name": "Local/cust@phones-00000051;1"}
_BRIDGE = {"id": "b", "channels": [_AGENT["id"], _CUSTOMER["id"]]}


async def _play(server: AriServer, followed: Followed, name: str, from_ms: int = 0, to_ms: int = 1_000_000) -> None:
    """The recording's events of that time; each is taken before the clock goes on."""
    expected, last_ms = followed.taken, 0
    for at_ms, event in ari_events(name):
        if not from_ms <= at_ms < to_ms:
            continue
        if at_ms > last_ms:
            await followed.until(lambda: followed.taken >= expected)  # noqa: B023  # asked at once
            followed.clock.move_to(at_ms)
        last_ms = at_ms
        expected += len(ari_signals(event))
        await server.send_all([event])
    await followed.until(lambda: followed.taken >= expected)


@pytest.mark.parametrize(
    "name",
    [
        "ari-dial-agent-hangs-up",
        "ari-dial-customer-hangs-up",
        "ari-dial-blind-transfer-by-agent",
        "ari-dial-attended-transfer-by-agent",
        "ari-stasis-two-legs-agent-hangs-up",
        "queue-ari-delete-of-agent",
        "queue-agent-leaves-by-star-key",
    ],
)
async def test_a_recorded_call_is_announced_told_and_ended_by_its_true_party(name: str) -> None:
    async with AriServer() as server, following(feed_of("asterisk_ari", url=server.url, **CREDENTIALS)) as followed:
        await server.followed()
        await _play(server, followed, name)
        await followed.pass_ms(3_000)
        told, legs = followed.told, ENDINGS[name]["legs"]
        assert told.ending() == ENDINGS[name]["ended_by"]
        assert [each.call_id for each in told.announced] == [legs["customer"]["uniqueid"]]
        assert told.kinds()[0] == "answered"
        assert told.kinds().count("hangup") == 1
        if "attended" in name:
            assert told.kinds() == ["answered", "hold", "unhold", "transfer", "hangup"]
            assert [call_id for call_id, _ in told.amended] == [legs["customer"]["uniqueid"]]
        assert sorted(set(server.asked)) == [
            "DELETE /ari/bridges/earshot.nothing",  # there is no such thing: it asks whether it may
            "GET /ari/asterisk/modules/res_stasis_snoop.so",
            "GET /ari/bridges",
            "GET /ari/channels",
            "GET /ari/events?app=earshot&subscribeAll=true",  # and no password in the address
        ]


async def test_a_link_that_breaks_in_mid_call_and_comes_back_in_time() -> None:
    name = "ari-dial-agent-hangs-up"
    async with AriServer() as server, following(feed_of("asterisk_ari", url=server.url, **CREDENTIALS)) as followed:
        await server.followed()
        await _play(server, followed, name, to_ms=3_000)
        server.channels, server.bridges = [_AGENT, _CUSTOMER], [_BRIDGE]
        server.drop()
        await server.followed()
        await followed.until(lambda: followed.follower.linked)
        await _play(server, followed, name, from_ms=3_000)
        await followed.pass_ms(3_000)
        assert followed.told.kinds() == ["answered", "hangup"]
        assert followed.told.ending() == "agent"
        assert followed.follower.losses == 1


async def test_a_call_that_ends_while_the_pbx_is_away_has_no_party() -> None:
    name = "ari-dial-customer-hangs-up"
    async with AriServer() as server, following(feed_of("asterisk_ari", url=server.url, **CREDENTIALS)) as followed:
        await server.followed()
        await _play(server, followed, name, to_ms=3_000)
        await server.stop()
        await asyncio.sleep(0.2)
        await server.__aenter__()
        await server.followed()
        await followed.until(lambda: followed.follower.linked)
        await followed.pass_ms(3_000)
        assert [event.party for _, event in followed.told.events] == [None, Party.UNKNOWN]


async def test_calls_that_were_there_before_are_announced_without_an_answer() -> None:
    async with AriServer() as server:
        server.channels, server.bridges = [_AGENT, _CUSTOMER, {"no": "channel"}], [_BRIDGE, {"id": "empty"}]
        async with following(feed_of("asterisk_ari", url=server.url, **CREDENTIALS)) as followed:
            await followed.until(lambda: followed.told.announced)
            followed.clock.move_to(5_000)
            request = {"type": "ChannelHangupRequest", "channel": _CUSTOMER, "cause": 16}
            await server.send_all([request])
            await followed.until(lambda: followed.taken >= 2)
            await followed.pass_ms(3_000)
            assert followed.told.kinds() == ["hangup"]
            assert followed.told.ending() == "customer"


async def test_what_is_no_event_is_counted_and_the_next_one_is_taken() -> None:
    async with AriServer() as server, following(feed_of("asterisk_ari", url=server.url, **CREDENTIALS)) as followed:
        await server.followed()
        for message in ("{", "[1]", "null", '"text"'):
            await server.send(message)
        await server.send_all([{"type": "ChannelCreated", "channel": _AGENT}])
        await followed.until(lambda: followed.taken == 1)
        assert isinstance(followed.link, AsteriskAri)
        assert followed.link.strange_messages == 4
        assert followed.follower.losses == 0


async def test_a_refused_login_is_tried_again_and_never_taken_for_a_link() -> None:
    wrong = {**CREDENTIALS, "password": "wrong"}
    async with AriServer() as server, following(feed_of("asterisk_ari", url=server.url, **wrong)) as followed:
        await asyncio.sleep(0.4)
        assert server.logins == 0
        assert not followed.follower.linked
        assert 1 < len(server.asked) < 100
