"""Taps that are started by ourselves, on each kind of PBX and by each carriage."""

from typing import Any

import pytest
from pydantic import ValidationError

from config.pbx import PbxFeed
from service.control.pbx_control import CallLine
from service.control.taps import Tap, Taps
from streaming.frames import Leg
from tests.service.control.followed import KeepingCalls
from tests.service.control.pbx_bench import Bench, at_hand, serving, working
from web.supervision import Mode, Wish

_CARRIED = {
    "asterisk_ari": {"carry": "audiosocket", "to": "127.0.0.1:9092"},
    "asterisk_ami": {"carry": "audiosocket", "to": "127.0.0.1:9092"},
    "freeswitch_esl": {"carry": "audio_fork", "to": "ws://127.0.0.1:8000"},
}
_EACH = pytest.mark.parametrize("kind", _CARRIED)


def _streams(bench: Bench) -> dict[str, list[str]]:
    """Where the taps at the PBX send to, by the channel that is tapped; complete ones only."""
    box: Any = bench.pbx.wire if hasattr(bench.pbx.wire, "chans") else bench.pbx.wire.box
    found: dict[str, list[str]] = {}
    for chan in box.chans.values():
        if hasattr(chan, "forks"):
            found.update({chan.uuid: list(chan.forks.values())} if chan.forks else {})
        elif chan.stream and chan.spied is not None:
            found.setdefault(chan.spied, []).append(chan.stream)
        elif chan.stream and chan.bridge is not None:
            spies = [box.chans[each].spied for each in box.bridges[chan.bridge] if box.chans[each].spied]
            for spied in spies:
                found.setdefault(spied, []).append(chan.stream)
    return found


def _expected(kind: str, call_id: str, agent: str, told: KeepingCalls) -> dict[str, list[str]]:
    if kind == "freeswitch_esl":
        folder = f"ws://127.0.0.1:8000/ingest/freeswitch/{call_id}"
        return {call_id: [f"{folder}/customer?rate=16000"], agent: [f"{folder}/agent?rate=16000"]}
    ids = {leg: f"00000000-0000-4000-8000-00000000000{number}" for number, leg in enumerate(Leg, 1)}
    return {call_id: [ids[Leg.CUSTOMER]], agent: [ids[Leg.AGENT]]}


@_EACH
async def test_both_legs_are_tapped_from_the_first_moment_and_nothing_stays(kind: str) -> None:
    async with working(kind, taps=_CARRIED[kind]) as bench:
        call_id, agent = await bench.call()
        await bench.until(lambda: _streams(bench) == _expected(kind, call_id, agent, bench.told))
        await bench.pbx.hang_up(agent)
        await bench.later(lambda: bench.told.ending() == "agent")
        await bench.until(lambda: not bench.pbx.ours())


@_EACH
async def test_taps_go_on_while_the_link_is_away_and_are_the_same_afterwards(kind: str) -> None:
    async with working(kind, taps=_CARRIED[kind]) as bench:
        call_id, agent = await bench.call()
        await bench.until(lambda: _streams(bench) == _expected(kind, call_id, agent, bench.told))
        ours = bench.pbx.ours()
        bench.pbx.wire.drop()
        await bench.until(lambda: bench.pbx.wire.logins == 2)
        await bench.linked()
        assert bench.pbx.ours() == ours


@_EACH
async def test_a_call_that_ends_while_the_link_is_away_leaves_nothing(kind: str) -> None:
    async with working(kind, taps=_CARRIED[kind]) as bench:
        call_id, agent = await bench.call()
        await bench.until(lambda: _streams(bench) == _expected(kind, call_id, agent, bench.told))
        await bench.pbx.wire.stop()
        await bench.pbx.hang_up(call_id)
        await bench.pbx.wire.__aenter__()
        await bench.until(lambda: not bench.pbx.ours())


@_EACH
async def test_after_a_crash_of_ours_what_is_left_is_removed_and_made_anew(kind: str) -> None:
    pbx = at_hand(kind)
    async with pbx.wire:
        async with serving(kind, pbx, taps=_CARRIED[kind]) as bench:
            call_id, agent = await bench.call()
            await bench.until(lambda: _streams(bench) == _expected(kind, call_id, agent, bench.told))
            bench.feeds.followers["lab"].linked = False  # as if killed: it says no farewell
        ours = pbx.ours()
        assert len(ours) == (0 if kind == "freeswitch_esl" else len(ours)) or ours
        async with serving(kind, pbx, taps=_CARRIED[kind]) as bench:
            await bench.until(lambda: _streams(bench) == _expected(kind, call_id, agent, bench.told))
            await bench.until(lambda: not set(ours) & set(pbx.ours()))
            assert pbx.alive(call_id)
        assert pbx.ours() == []  # this time it said farewell
        assert _streams(bench) == {}
        assert pbx.alive(agent)


@_EACH
async def test_a_tap_that_breaks_in_mid_call_is_made_again(kind: str) -> None:
    async with working(kind, taps=_CARRIED[kind]) as bench:
        call_id, agent = await bench.call()
        await bench.until(lambda: _streams(bench) == _expected(kind, call_id, agent, bench.told))
        if kind == "freeswitch_esl":
            leg = bench.pbx.wire.chans[agent]
            leg.forks.clear()
            await bench.pbx.wire.event(
                Event_Name="CUSTOM", Event_Subclass="mod_audio_fork::disconnect", Unique_ID=agent
            )
        else:
            box = bench.pbx.wire.box
            (media,) = [each.channel_id for each in box.chans.values() if each.stream.endswith("1")]
            box.end(media)
        await bench.until(lambda: _streams(bench) == _expected(kind, call_id, agent, bench.told))
        assert bench.pbx.alive(agent)


@_EACH
async def test_refusals_are_tried_again_and_leave_nothing(kind: str) -> None:
    async with working(kind, taps=_CARRIED[kind]) as bench:
        bench.pbx.refuse(2)
        call_id, agent = await bench.call()
        await bench.until(lambda: _streams(bench) == _expected(kind, call_id, agent, bench.told))
        await bench.pbx.hang_up(call_id)
        await bench.later(lambda: not bench.pbx.ours())


@_EACH
async def test_a_supervisors_voice_is_kept_out_of_our_taps_as_far_as_is_known(kind: str) -> None:
    async with working(kind, taps=_CARRIED[kind]) as bench:
        call_id, agent = await bench.call()
        await bench.until(lambda: _streams(bench) == _expected(kind, call_id, agent, bench.told))
        for number, mode in enumerate((Mode.WHISPER, Mode.BARGE), 1):
            before = set(bench.pbx.phones())
            await bench.feeds.room.supervise(call_id, Wish(mode, "local", f"200{number}"))
            (phone,) = set(bench.pbx.phones()) - before
            await bench.pbx.answer(phone)
            await bench.until(lambda: len(bench.told.voices) == number)  # noqa: B023  # asked at once
        clean = kind != "freeswitch_esl"
        assert bench.told.voices == [(call_id, Mode.WHISPER, True), (call_id, Mode.BARGE, clean)]


@pytest.mark.parametrize(
    ("taps", "asked"),
    [
        (
            {"carry": "websocket", "to": "floor_qa"},
            {"external_host": "floor_qa", "connection_type": "client", "direction": "both", "encapsulation": "none"},
        ),
        (
            {"carry": "websocket", "to": "floor_qa", "voice_back": False},
            {"connection_type": "client", "direction": "in"},
        ),
        (
            {"carry": "websocket_server"},
            {"external_host": "INCOMING", "connection_type": "server", "transport_data": "f(json)"},
        ),
        ({"carry": "rtp", "to": "10.0.0.5", "format": "slin"}, {"external_host": "10.0.0.5:4000", "transport": "udp"}),
    ],
)
async def test_further_carriages_of_asterisk(taps: dict[str, str], asked: dict[str, str]) -> None:
    doors = _Doors()
    async with working("asterisk_ari", doors=doors, taps=taps) as bench:
        call_id, _ = await bench.call()
        await bench.until(lambda: len(_streams(bench)) == 2)
        queries = [query for what, query in bench.pbx.wire.changes if what.endswith("externalMedia")]
        assert all(asked.items() <= query.items() for query in queries)
        if taps["carry"] == "websocket":
            back = ",back=false" if asked["direction"] == "in" else ""
            assert queries[0]["transport_data"] == f"f(json)v(call={call_id},leg=customer{back})"
        if taps["carry"] == "websocket_server":
            assert len(doors.fetched) == 2
            assert all(url.startswith("ws://127.0.0.1") and "/media/ws-earshot.tap-" in url for url in doors.fetched)


@pytest.mark.parametrize("kind", ["asterisk_ari", "asterisk_ami"])
@pytest.mark.parametrize(("voice_back", "heard"), [(True, "out"), (False, "none")])
async def test_what_we_send_on_a_tap_is_heard_by_its_party_where_it_is_wanted(
    kind: str, voice_back: bool, heard: str
) -> None:
    async with working(kind, taps={**_CARRIED[kind], "voice_back": voice_back}) as bench:
        customer, agent = await bench.call()
        await bench.until(lambda: len(_streams(bench)) == 2)
        spies = [each for each in bench.pbx.wire.box.chans.values() if each.spied]
        assert {(each.spied, each.whisper) for each in spies} == {(customer, heard), (agent, heard)}


class _Doors:
    """Gives the same port to everybody, and remembers what is to be fetched."""

    def __init__(self) -> None:
        self.fetched: list[str] = []

    async def rtp_port(self, call_id: str, leg: Leg) -> int:
        return 4000

    def fetch(self, url: str, call_id: str, leg: Leg, format_name: str) -> None:
        self.fetched.append(url)


class _NoHands:
    """Never ready."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, Leg]] = []

    async def begin(self, tap: Tap) -> None:
        self.begun.append((tap.call_id, tap.leg))

    def drop(self, tap: Tap) -> None:
        """Nothing was made."""

    async def removed(self, tap: Tap) -> None:
        """Nothing was made."""


@pytest.mark.parametrize(
    ("said", "fits"),
    [
        ({}, True),
        ({"queues": ["billing"]}, True),
        ({"queues": ["sales"]}, False),
        ({"contexts": ["from-trunk", "x"]}, True),
        ({"contexts": ["internal"]}, False),
        ({"channels": r"PJSIP/trunk-.*"}, True),
        ({"channels": r"trunk"}, False),
        ({"queues": ["billing"], "channels": "PJSIP/sip-.*"}, False),
    ],
)
async def test_calls_that_fit_the_settings_are_tapped(said: dict[str, Any], fits: bool) -> None:
    feed = PbxFeed.model_validate(
        {"name": "a", "kind": "asterisk_ari", "url": "http://a", "taps": {**_CARRIED["asterisk_ari"], **said}}
    )
    line = CallLine("c", "1", "PJSIP/1007-01", "2", "PJSIP/trunk-02", "billing", ("from-trunk",))
    taps = Taps("a", feed.taps, _NoHands(), "earshot.")
    taps.connected(line, None)
    assert taps.running == (2 if fits else 0)
    await taps.stop()


@pytest.mark.parametrize(
    ("kind", "taps", "named"),
    [
        ("asterisk_ari", {"carry": "audiosocket", "to": "somewhere"}, "host:port"),
        ("asterisk_ari", {"carry": "audio_fork", "to": "ws://a"}, "taps.carry of asterisk_ari"),
        ("asterisk_ami", {"carry": "rtp", "to": "10.0.0.5"}, "taps.carry of asterisk_ami"),
        ("freeswitch_esl", {"carry": "audio_fork", "to": "10.0.0.5"}, "ws://host:port"),
        ("http", {"carry": "websocket", "to": "a"}, "nothing"),
        ("asterisk_ari", {"carry": "websocket", "to": "a", "channels": "("}, "no regular expression"),
    ],
)
def test_wrong_settings_of_taps_are_named(kind: str, taps: dict[str, str], named: str) -> None:
    url = {"freeswitch_esl": "tcp://a:8021", "asterisk_ami": "tcp://a:5038"}.get(kind, "http://a")
    with pytest.raises(ValidationError, match=named):
        PbxFeed.model_validate({"name": "a", "kind": kind, "url": url, "taps": taps})
