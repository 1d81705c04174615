"""An Asterisk followed by its manager interface, over TCP, fed with what a real one sent."""

import asyncio

import pytest

from service.control.ami_signals import ami_signals
from streaming.frames import Party
from streaming.wire.ami import AmiMessage, AmiParser
from tests.fakes.pbx_servers import AmiServer
from tests.service.control.followed import CREDENTIALS, QUICK, Followed, at, following
from tests.service.control.replays import ENDINGS, GREETING, ami_blocks, feed_of

_AGENT, _CUSTOMER = "Local/agenthup6@phones-00000052;1", "Local/cust@phones-00000051;1"
_HERE = [(_CUSTOMER, "1795412287.213", "b"), (_AGENT, "1795412287.215", "b")]


async def _play(server: AmiServer, followed: Followed, name: str, from_ms: int = 0, to_ms: int = 1_000_000) -> None:
    """The recording's events of that time; each is taken before the clock goes on."""
    parser, expected, last_ms = AmiParser(), followed.taken, 0
    parser.feed(GREETING)
    for at_ms, block in ami_blocks(name):
        if not from_ms <= at_ms < to_ms:
            continue
        if at_ms > last_ms:
            await followed.until(lambda: followed.taken >= expected)  # noqa: B023  # asked at once
            followed.clock.move_to(at_ms)
        last_ms = at_ms
        messages = [each for each in parser.feed(block) if isinstance(each, AmiMessage)]
        if all(message.get("Response") for message in messages):
            continue
        expected += sum(len(ami_signals(message)) for message in messages)
        await server.send(block)
    await followed.until(lambda: followed.taken >= expected)


@pytest.mark.parametrize(
    "name",
    [
        "ari-dial-agent-hangs-up",
        "ari-dial-customer-hangs-up",
        "ari-dial-blind-transfer-by-agent",
        "ari-dial-attended-transfer-by-agent",
        "ari-dial-hold-unhold-agent-hangs-up",
        "queue-ami-hangup-of-agent",
        "queue-agent-leaves-by-star-key",
    ],
)
async def test_a_recorded_call_is_announced_told_and_ended_by_its_true_party(name: str) -> None:
    async with AmiServer() as server, following(feed_of("asterisk_ami", url=server.url, **CREDENTIALS)) as followed:
        await server.followed()
        await _play(server, followed, name)
        await followed.pass_ms(3_000)
        told, legs = followed.told, ENDINGS[name]["legs"]
        assert told.ending() == ENDINGS[name]["ended_by"]
        assert [each.call_id for each in told.announced] == [legs["customer"]["uniqueid"]]
        assert told.announced[0].agent is not None
        assert told.announced[0].agent.channel == legs["agent"]["uniqueid"]
        assert told.kinds()[0] == "answered"
        assert told.kinds().count("hangup") == 1
        if "hold" in name:
            assert told.kinds()[1:3] == ["hold", "unhold"]
        assert set(server.asked) == {
            "Login",
            "ListCommands",
            "QueueStatus",
            "CoreShowChannels",
        }  # it listens, and changes nothing


async def test_events_carry_the_time_they_happened_at() -> None:
    name = "ari-dial-agent-hangs-up"
    async with AmiServer() as server, following(feed_of("asterisk_ami", url=server.url, **CREDENTIALS)) as followed:
        await server.followed()
        await _play(server, followed, name)
        ended_ms = followed.clock.monotonic_ms()
        await followed.pass_ms(3_000)
        (_, event) = followed.told.events[-1]
        assert event.at is not None
        assert at(6_500) < event.at < at(ended_ms)


async def test_a_link_that_breaks_in_mid_call_and_comes_back_in_time() -> None:
    name = "ari-dial-agent-hangs-up"
    async with AmiServer() as server, following(feed_of("asterisk_ami", url=server.url, **CREDENTIALS)) as followed:
        await server.followed()
        await _play(server, followed, name, to_ms=3_000)
        server.rows = _HERE
        server.drop()
        await server.followed()
        await followed.until(lambda: followed.follower.linked)
        await _play(server, followed, name, from_ms=3_000)
        await followed.pass_ms(3_000)
        assert followed.told.ending() == "agent"
        assert followed.told.kinds() == ["answered", "hangup"]
        assert len(followed.told.announced) == 1
        assert followed.follower.losses == 1


async def test_a_call_that_ends_while_the_pbx_is_away_has_no_party() -> None:
    name = "ari-dial-agent-hangs-up"
    async with AmiServer() as server, following(feed_of("asterisk_ami", url=server.url, **CREDENTIALS)) as followed:
        await server.followed()
        await _play(server, followed, name, to_ms=3_000)
        await server.stop()
        await asyncio.sleep(0.2)
        await server.__aenter__()
        await server.followed()
        await followed.until(lambda: followed.follower.linked)
        await followed.pass_ms(3_000)
        ((_, answered), (_, hangup)) = followed.told.events
        assert (str(answered.type), hangup.party) == ("answered", Party.UNKNOWN)


async def test_calls_that_were_there_before_and_events_in_the_middle_of_the_list() -> None:
    async with AmiServer() as server:
        server.rows = _HERE
        hold = f"Event: Hold\r\nChannel: {_AGENT}\r\nUniqueid: 1795412287.215\r\n\r\n"
        server.before_the_list_ends = hold.encode()
        async with following(feed_of("asterisk_ami", url=server.url, **CREDENTIALS)) as followed:
            await followed.until(lambda: followed.told.events)
            assert len(followed.told.announced) == 1
            assert followed.told.kinds() == ["hold"]


@pytest.mark.parametrize("said", [{"password": "wrong"}, {"password": "two\r\nlines"}, {"user": "stranger"}])
async def test_a_refused_login_is_tried_again_and_never_taken_for_a_link(said: dict[str, str]) -> None:
    async with (
        AmiServer() as server,
        following(feed_of("asterisk_ami", url=server.url, **{**CREDENTIALS, **said})) as followed,
    ):
        await asyncio.sleep(0.3)
        assert not followed.follower.linked
        assert server.logins == 0
        assert len(server.asked) < 100  # with a back-off between


async def test_something_else_on_the_port_is_no_asterisk() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        await reader.read()
        writer.close()

    stranger = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with stranger:
        url = f"tcp://127.0.0.1:{stranger.sockets[0].getsockname()[1]}"
        async with following(feed_of("asterisk_ami", url=url, **CREDENTIALS)) as followed:
            await asyncio.sleep(0.2)
            assert not followed.follower.linked


async def test_a_silent_link_is_asked_whether_it_lives_and_given_up_when_it_does_not() -> None:
    impatient = QUICK.model_copy(update={"silent_s": 0.1, "answer_s": 0.3})
    async with (
        AmiServer() as server,
        following(feed_of("asterisk_ami", url=server.url, **CREDENTIALS), impatient) as followed,
    ):
        await server.followed()
        await followed.until(lambda: server.asked.count("Ping") > 2)
        assert followed.follower.losses == 0
        server.mute = True
        await followed.until(lambda: followed.follower.losses == 1)
        server.mute = False
        await followed.until(lambda: server.logins == 2)
