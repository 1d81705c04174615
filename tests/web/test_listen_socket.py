"""The listen socket on a real server: sound in order, slow listeners, replay, the end."""

import asyncio

import pytest

from streaming.frames import AudioFrame, Leg
from tests.fakes.desk import a_call, tone
from tests.fakes.site import Site, open_site
from tests.fakes.supervisor import Supervisor, supervisor
from web.listen_frame import FLAG_GAP_BEFORE, FLAG_REPLAY
from web.sources import CallState

ADDRESS = "/ws/listen/call-1"


def hear(site: Site, *numbers: int) -> None:
    """Frames of the call, agent 440 Hz, customer 700 Hz."""
    for number in numbers:
        agent, customer = tone(Leg.AGENT, number % 50, 440), tone(Leg.CUSTOMER, number % 50, 700)
        start = number * 320
        site.audience.hear(
            "call-1",
            AudioFrame(Leg.AGENT, start, agent.pcm_s16le),
            AudioFrame(Leg.CUSTOMER, start, customer.pcm_s16le),
        )


async def begin(listener: Supervisor, **hello: object) -> dict[str, object]:
    await listener.say(type="hello", **hello)
    return await listener.told()


async def test_both_legs_are_heard_in_order(site: Site) -> None:
    async with supervisor(site.sockets + ADDRESS) as listener:
        hello = await begin(listener)
        hear(site, 0, 1, 2)
        frames = [await listener.heard() for _ in range(3)]

    assert (hello["type"], hello["call"], hello["legs"], hello["rate"]) == (
        "hello",
        "call-1",
        ["agent", "customer"],
        16000,
    )
    assert [header.seq for header, _, _ in frames] == [0, 1, 2]
    assert frames[1][1:] == (tone(Leg.AGENT, 1, 440).pcm_s16le, tone(Leg.CUSTOMER, 1, 700).pcm_s16le)


async def test_a_percent_encoded_call_is_found(site: Site) -> None:
    site.calls.views["pbx:7@a"] = a_call("pbx:7@a")

    async with supervisor(site.sockets + "/ws/listen/pbx%3A7%40a") as listener:
        assert (await begin(listener))["call"] == "pbx:7@a"


async def test_a_burst_beyond_the_bound_drops_the_oldest_and_says_so(site: Site) -> None:
    async with supervisor(site.sockets + ADDRESS) as listener:
        await begin(listener)
        hear(site, *range(100))  # all at once: the sender has no turn in between
        frames = [await listener.heard() for _ in range(15)]
        stats = await listener.told_of("stats")

    assert [header.seq for header, _, _ in frames] == list(range(85, 100))
    assert frames[0][0].flags == FLAG_GAP_BEFORE
    assert (stats["sent"], stats["dropped"]) == (15, 85)


async def test_a_listener_that_acknowledges_nothing_skips_and_is_closed_and_the_other_hears_all() -> None:
    async with (
        open_site(behind_s=0.2, stuck_s=2, listen_queue_frames=15) as site,
        supervisor(site.sockets + ADDRESS) as stuck,
        supervisor(site.sockets + ADDRESS) as well,
    ):
        await begin(stuck, acks=True)
        await begin(well, acks=True)
        heard: list[int] = []
        for number in range(101):
            hear(site, number)
            heard.append((await well.heard())[0].seq)
            if number % 5 == 0:
                await well.say(type="stats", seq=number, client_time=1.5)
                assert (await well.told_of("time"))["client_time"] == 1.5

        assert await stuck.close_code() == 1013
        assert heard == list(range(101))
        async with asyncio.timeout(5):
            while site.audience.counts().listeners == 2:  # noqa: ASYNC110  # the service tidies up behind the close
                await asyncio.sleep(0.01)
        counts = site.audience.counts()
        assert (counts.listeners_stuck, counts.listeners) == (1, 1)


async def test_stats_and_modes_are_answered(site: Site) -> None:
    async with supervisor(site.sockets + ADDRESS) as listener:
        await begin(listener)
        await listener.say(type="mode", mode="agent")
        mode = await listener.told()
        await listener.say(type="mode", mode="loud")
        refused = await listener.told()
        await listener.say(type="stats", seq=3, client_time=1000.5)
        time = await listener.told()

    assert mode == {"type": "mode", "mode": "agent"}
    assert (refused["type"], refused["code"]) == ("error", "bad_message")
    assert time["client_time"] == 1000.5
    assert float(time["received_ms"]) <= float(time["server_ms"])


async def test_seeking_replays_and_comes_back_to_live(site: Site) -> None:
    site.calls.views["call-1"] = a_call(duration_ms=8000)
    async with supervisor(site.sockets + ADDRESS) as listener:
        await begin(listener)
        await listener.say(type="seek", from_ms=7900)
        began = await listener.told_of("replay")
        replayed = [await listener.heard() for _ in range(5)]
        await listener.told_of("live")
        hear(site, 0)
        live, _, _ = await listener.heard()

    assert [(header.seq, header.flags) for header, _, _ in replayed] == [(n, FLAG_REPLAY) for n in range(5)]
    assert live.flags == FLAG_GAP_BEFORE
    assert (began["asked_ms"], began["from_ms"]) == (7900, 7900)
    assert replayed[0][0].captured_ms - float(began["zero_ms"]) == pytest.approx(7900)


@pytest.mark.parametrize(("kept_from_ms", "begins_ms"), [(7000, 7000), (9000, None)])
async def test_a_replay_says_where_it_really_begins(site: Site, kept_from_ms: int, begins_ms: int | None) -> None:
    site.calls.kept_from_ms = kept_from_ms
    async with supervisor(site.sockets + ADDRESS) as listener:
        await begin(listener, from_ms=1000)
        began = await listener.told_of("replay")

    assert (began["asked_ms"], began["from_ms"]) == (1000, begins_ms)


async def test_others_are_told_who_listens_and_who_has_left(site: Site) -> None:
    site.desk.known = ("li",)
    site.audience.publish_call(a_call())
    async with supervisor(site.sockets + "/ws/console") as early:
        await early.say(type="hello", topics=["calls"])
        await early.told_of("snapshot")
        async with supervisor(site.sockets + ADDRESS) as listener, supervisor(site.sockets + ADDRESS) as stranger:
            await begin(listener, person="li")
            alone = await early.told_of("presence")
            await begin(stranger, person="nobody")
            both = await early.told_of("presence")
            async with supervisor(site.sockets + "/ws/console") as late:
                await late.say(type="hello", topics=["calls"])
                told_late = await late.told_of("presence")
        left = await early.told_of("presence")
        while left["listeners"]:
            left = await early.told_of("presence")

    assert alone == {"type": "presence", "call_id": "call-1", "listeners": ["li"]}
    assert both["listeners"] == told_late["listeners"] == ["li", None]


async def test_a_replay_is_left_when_asked(site: Site) -> None:
    async with supervisor(site.sockets + ADDRESS) as listener:
        await begin(listener, from_ms=0)
        header, _, _ = await listener.heard()
        await listener.say(type="seek", from_ms=None)
        await listener.told_of("live")
        hear(site, 0)
        while header.flags & FLAG_REPLAY:
            header, _, _ = await listener.heard()

    assert header.seq == 0


async def test_the_end_of_the_call_is_said(site: Site) -> None:
    async with supervisor(site.sockets + ADDRESS) as listener:
        await begin(listener)
        hear(site, 0)
        site.audience.publish_call_ended(a_call(state=CallState.ENDED))

        await listener.heard()
        assert await listener.told_of("end") == {"type": "end", "reason": "call_ended"}
        assert await listener.close_code() == 1000


async def test_an_ended_call_can_be_heard_again(site: Site) -> None:
    site.calls.views["call-1"] = a_call(state=CallState.ENDED, duration_ms=8000)

    async with supervisor(site.sockets + ADDRESS) as listener:
        await begin(listener, from_ms=7960)
        replayed = [await listener.heard() for _ in range(2)]
        end = await listener.told_of("end")

    assert [header.flags for header, _, _ in replayed] == [FLAG_REPLAY, FLAG_REPLAY]
    assert end["reason"] == "call_ended"


async def test_an_unknown_call_ends_at_once(site: Site) -> None:
    async with supervisor(site.sockets + "/ws/listen/nobody") as listener:
        assert await begin(listener) == {"type": "end", "reason": "unknown_call"}
        assert await listener.close_code() == 1008


async def test_no_more_listeners_than_the_node_takes() -> None:
    async with (
        open_site(most_listeners=1) as site,
        supervisor(site.sockets + ADDRESS) as first,
        supervisor(site.sockets + ADDRESS) as second,
    ):
        await begin(first)
        assert (await begin(second))["reason"] == "node_full"
        assert await second.close_code() == 1013


@pytest.mark.parametrize("hello", ['{"type":"hi"}', "no json", '{"type":"hello","from_ms":-1}'])
async def test_a_wrong_hello_is_explained_and_closed(site: Site, hello: str) -> None:
    async with supervisor(site.sockets + ADDRESS) as listener:
        await listener.socket.send(hello)
        assert (await listener.told())["code"] == "bad_hello"
        assert await listener.close_code() == 1008


async def test_whoever_leaves_is_forgotten(site: Site) -> None:
    async with supervisor(site.sockets + ADDRESS) as listener:
        await begin(listener)
        assert site.audience.is_listened_to("call-1")
    async with supervisor(site.sockets + ADDRESS) as listener:
        await begin(listener)
        hear(site, 0)
        await listener.heard()

        assert site.audience.counts().listeners == 1
