"""The console socket on a real server: hello, snapshot, resume without loss or repeat, topics, slow consoles."""

import asyncio
from typing import Any, cast

import pytest
from websockets.exceptions import InvalidStatus

from alerts.alert import AlertState, Severity
from config.settings import ListeningSettings
from tests.fakes.desk import NOON, a_call, a_line, an_alert, some_levels
from tests.fakes.site import Site, open_site
from tests.fakes.supervisor import Supervisor, supervisor
from web.app import utc_now
from web.console_socket import ConsoleDoor
from web.desk_sources import AgentTip
from web.sources import AlertChange, CallState


async def begin(console: Supervisor, **hello: object) -> dict[str, Any]:
    await console.say(type="hello", **hello)
    return await console.told()


async def test_a_fresh_console_gets_a_snapshot(site: Site) -> None:
    site.alerts.store(an_alert("over", state=AlertState.RESOLVED))
    site.alerts.store(an_alert("a1"))
    site.calls.views["past"] = a_call("past", CallState.ENDED)

    async with supervisor(f"{site.sockets}/ws/console") as console:
        snapshot = await begin(console)

    assert (snapshot["type"], snapshot["cursor"]) == ("snapshot", "2")
    assert [alert["alert_id"] for alert in snapshot["alerts"]] == ["a1"]
    assert [call["call_id"] for call in snapshot["calls"]] == ["call-1"]


async def test_what_happens_comes_live(site: Site) -> None:
    async with supervisor(f"{site.sockets}/ws/console") as console:
        await begin(console, topics=["alerts", "calls", "levels", "transcript:call-1"])
        site.audience.publish_alert(site.alerts.store(an_alert()))
        site.audience.publish_call(a_call(risk=50))
        site.audience.publish_transcript(a_line("not my problem", hit="my problem"))
        site.audience.publish_levels(some_levels())
        site.audience.publish_call_ended(a_call("call-9", CallState.ENDED))

        messages = [await console.told() for _ in range(5)]

    assert [message["type"] for message in messages] == ["alert", "call", "transcript", "levels", "call_ended"]
    assert messages[0]["cursor"] == "1"
    assert messages[1]["risk"] == 50
    assert messages[2]["hits"][0]["rule"] == "forbidden"


async def test_advice_comes_to_the_desk_of_its_agent_alone(site: Site) -> None:
    tip = AgentTip("a1", "1007", "call-1", "fast_speech", "Please speak more slowly.", NOON)
    async with (
        supervisor(f"{site.sockets}/ws/console") as own,
        supervisor(f"{site.sockets}/ws/console") as other,
    ):
        await begin(own, topics=["agent:1007"])
        await begin(other, topics=["agent:1008", "alerts"])
        site.audience.publish_agent_message(tip)
        site.audience.publish_alert(site.alerts.store(an_alert("a1")))
        message, first_of_other = await own.told(), await other.told()

    assert (message["type"], message["agent_id"], message["text"]) == (
        "agent_message",
        "1007",
        "Please speak more slowly.",
    )
    assert first_of_other["type"] == "alert"


async def test_changes_while_the_snapshot_is_read_are_neither_lost_nor_repeated(site: Site) -> None:
    site.alerts.store(an_alert("a1"))
    site.alerts.go_on.clear()
    async with supervisor(f"{site.sockets}/ws/console") as console:
        await console.say(type="hello")
        await site.alerts.asked.wait()
        known = site.alerts.changes[0]
        site.audience.publish_alert(known)
        site.audience.publish_alert(site.alerts.store(an_alert("a2")))
        site.alerts.go_on.set()

        snapshot, after = await console.told(), await console.told()

    assert snapshot["cursor"] == "1"
    assert [alert["alert_id"] for alert in snapshot["alerts"]] == ["a1"]
    assert (after["alert_id"], after["cursor"]) == ("a2", "2")


async def test_a_returning_console_gets_every_missed_change_once_in_order(site: Site) -> None:
    for number in range(1, 6):
        site.alerts.store(an_alert(f"a{number}"))

    async with supervisor(f"{site.sockets}/ws/console") as console:
        resumed = await begin(console, since="2")
        site.audience.publish_alert(site.alerts.changes[4])
        site.audience.publish_alert(site.alerts.store(an_alert("a6")))
        missed = [await console.told() for _ in range(4)]

    assert (resumed["type"], resumed["cursor"]) == ("resumed", "2")
    assert [call["call_id"] for call in resumed["calls"]] == ["call-1"]
    assert [message["cursor"] for message in missed] == ["3", "4", "5", "6"]


async def test_a_stream_of_changes_survives_many_reconnects(site: Site) -> None:
    """Every console that comes back by cursor has in the end seen each change exactly once."""
    seen = ["0"]
    for _ in range(10):
        async with supervisor(f"{site.sockets}/ws/console") as console:
            await console.say(type="hello", since=seen[-1])
            publishing = asyncio.create_task(publish_some(site, 7))
            seen += [(await console.told_of("alert"))["cursor"] for _ in range(5)]
            await publishing
    async with supervisor(f"{site.sockets}/ws/console") as console:
        await console.say(type="hello", since=seen[-1])
        while len(seen) <= len(site.alerts.changes):
            seen.append((await console.told_of("alert"))["cursor"])

    assert seen == [str(number) for number in range(71)]


async def publish_some(site: Site, count: int) -> None:
    for _ in range(count):
        number = len(site.alerts.changes)
        site.audience.publish_alert(site.alerts.store(an_alert(f"a{number}")))


@pytest.mark.parametrize("since", ["99", "0"])
async def test_a_cursor_of_another_store_or_too_old_gets_a_snapshot(since: str) -> None:
    async with open_site(resume_changes=100) as site:
        for number in range(101 if since == "0" else 1):
            site.alerts.store(an_alert(f"a{number}"))
        async with supervisor(f"{site.sockets}/ws/console") as console:
            first = await begin(console, since=since)

    assert (first["type"], first["cursor"]) == ("snapshot", str(len(site.alerts.changes)))


async def test_the_filter_holds_for_past_and_live(site: Site) -> None:
    site.alerts.store(an_alert("a1", severity=Severity.INFO))
    site.alerts.store(an_alert("a2", team="west"))

    async with supervisor(f"{site.sockets}/ws/console") as console:
        snapshot = await begin(console, filter={"teams": ["east"], "min_severity": "major"})
        site.audience.publish_alert(site.alerts.store(an_alert("a3", severity=Severity.MINOR)))
        site.audience.publish_alert(site.alerts.store(an_alert("a4")))
        live = await console.told()

    assert snapshot["alerts"] == []
    assert (live["alert_id"], live["cursor"]) == ("a4", "4")


async def test_following_a_transcript_begins_with_the_lines_so_far(site: Site) -> None:
    site.calls.lines["call-1"] = [a_line("first"), a_line("running", utterance=2, final=False)]

    async with supervisor(f"{site.sockets}/ws/console") as console:
        await begin(console)
        await console.say(type="subscribe", topics=["transcript:call-1"])
        so_far = [await console.told(), await console.told()]
        subscribed = await console.told()
        site.audience.publish_transcript(a_line("running on", utterance=2, revision=2))
        live = await console.told()
        await console.say(type="unsubscribe", topics=["transcript:call-1"])
        unsubscribed = await console.told()

    assert [line["text"] for line in so_far] == ["first", "running"]
    assert subscribed == {"type": "subscribed", "topics": ["alerts", "calls", "transcript:call-1"]}
    assert (live["text"], live["final"]) == ("running on", True)
    assert unsubscribed["topics"] == ["alerts", "calls"]


async def test_an_hour_of_words_is_told_though_it_is_more_than_may_wait() -> None:
    async with open_site(console_queue=50) as site:
        site.calls.lines["call-1"] = [a_line(f"line {number}", utterance=number) for number in range(300)]
        async with supervisor(f"{site.sockets}/ws/console") as early, supervisor(f"{site.sockets}/ws/console") as late:
            await begin(early, topics=["transcript:call-1"])
            await begin(late, topics=["calls"])
            await late.say(type="subscribe", topics=["transcript:call-1"])
            heard = [[(await each.told_of("transcript"))["utterance"] for _ in range(300)] for each in (early, late)]

    assert heard == [list(range(300))] * 2


async def test_what_cannot_be_obeyed_is_refused_and_the_socket_stays(site: Site) -> None:
    async with supervisor(f"{site.sockets}/ws/console") as console:
        await begin(console)
        await console.say(type="subscribe", topics=["weather"])
        topic = await console.told()
        await console.socket.send("no json")
        text = await console.told()
        await console.socket.send(b"bytes")
        binary = await console.told()
        await console.say(type="subscribe", topics=["transcript:nobody"])
        call = await console.told()
        many = [f"transcript:{number}" for number in range(50)]
        for start in ("a", "b", "c"):
            await console.say(type="subscribe", topics=[topic + start for topic in many])
        too_many = await console.told_of("error")
        while too_many["code"] == "unknown_call":
            too_many = await console.told_of("error")

    assert (topic["code"], "weather" in topic["detail"], "levels" in topic["detail"]) == ("unknown_topic", True, True)
    assert [text["code"], binary["code"], call["code"]] == ["bad_message", "bad_message", "unknown_call"]
    assert too_many["code"] == "too_many_topics"


@pytest.mark.parametrize(
    "hello",
    [
        '{"type":"hi"}',
        "no json",
        '{"type":"hello","since":"yesterday"}',
        '{"type":"hello","filter":{"min_severity":"huge"}}',
        '{"type":"hello","topics":["weather"]}',
        '{"type":"hello","ticket":"' + "x" * 70_000 + '"}',
    ],
)
async def test_a_wrong_hello_is_explained_and_closed(site: Site, hello: str) -> None:
    async with supervisor(f"{site.sockets}/ws/console") as console:
        await console.socket.send(hello)
        refused = await console.told()

        assert await console.close_code() == 1008
    assert refused["type"] == "error"
    assert refused["code"] in ("bad_hello", "unknown_topic")


async def test_a_silent_console_is_closed() -> None:
    async with open_site(hello_s=1) as site, supervisor(f"{site.sockets}/ws/console") as console:
        assert (await console.told())["detail"] == "no hello in time"
        assert await console.close_code() == 1008


async def test_heartbeats_carry_cursor_and_time() -> None:
    async with open_site(heartbeat_s=1) as site, supervisor(f"{site.sockets}/ws/console") as console:
        site.alerts.store(an_alert())
        await begin(console)
        beat = await console.told_of("heartbeat")

    assert beat["cursor"] == "1"
    assert beat["server_time"].endswith("Z")


async def test_a_console_that_cannot_follow_is_closed_and_the_other_goes_on() -> None:
    async with (
        open_site(console_queue=50) as site,
        supervisor(f"{site.sockets}/ws/console") as slow,
        supervisor(f"{site.sockets}/ws/console") as quick,
    ):
        await begin(slow)
        await begin(quick)
        for _ in range(60):  # all at once: no console has a turn in between
            site.audience.publish_alert(site.alerts.store(an_alert(f"a{len(site.alerts.changes)}")))

        assert await slow.close_code() == 1013
        async with supervisor(f"{site.sockets}/ws/console") as again:
            await again.say(type="hello", since="0")
            cursors = [(await again.told())["cursor"] for _ in range(61)]
    assert cursors == [str(number) for number in range(61)]


class _StuckSocket:
    """A page that says hello, takes what it is told of the past, and then nothing more."""

    def __init__(self, takes: int) -> None:
        self._takes, self._said = takes, ['{"type":"hello","topics":["alerts"]}']
        self.closed_with: int | None = None

    async def accept(self) -> None: ...

    async def receive_text(self) -> str:
        if not self._said:
            await asyncio.Event().wait()
        return self._said.pop()

    async def send_text(self, text: str) -> None:
        if self._takes == 0:
            await asyncio.Event().wait()
        self._takes -= 1

    async def close(self, code: int, reason: str) -> None:
        self.closed_with = code


@pytest.mark.parametrize("takes", [0, 1, 2])
async def test_a_console_that_takes_nothing_any_more_is_closed(site: Site, takes: int) -> None:
    settings = ListeningSettings().model_copy(update={"stuck_s": 0.05})
    door, socket = ConsoleDoor(settings, site.calls, site.alerts, site.audience, utc_now), _StuckSocket(takes)
    serving = asyncio.create_task(door.serve(cast(Any, socket)))
    while site.audience.counts().consoles == 0:  # noqa: ASYNC110  # the door tells nobody
        await asyncio.sleep(0)
    for number in range(2):
        site.audience.publish_alert(site.alerts.store(an_alert(f"a{number}")))
    async with asyncio.timeout(10):
        await serving
    assert socket.closed_with == 1013
    assert site.audience.counts().consoles == 0


async def test_no_more_consoles_than_the_node_takes() -> None:
    async with (
        open_site(most_consoles=1) as site,
        supervisor(f"{site.sockets}/ws/console") as first,
        supervisor(f"{site.sockets}/ws/console") as second,
    ):
        await begin(first)
        await second.say(type="hello")

        assert await second.close_code() == 1013
        assert site.audience.counts().refused == 1


async def test_a_page_of_another_origin_is_refused_before_the_upgrade(site: Site) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with supervisor(f"{site.sockets}/ws/console", origin="http://evil.test"):
            pass
    assert refused.value.response.status_code == 403

    async with supervisor(f"{site.sockets}/ws/console", origin=site.http) as console:
        assert (await begin(console))["type"] == "snapshot"


async def test_a_change_that_is_not_stored_has_no_cursor(site: Site) -> None:
    async with supervisor(f"{site.sockets}/ws/console") as console:
        await begin(console)
        site.audience.publish_alert(AlertChange(None, an_alert()))

        assert (await console.told())["cursor"] is None


async def test_while_the_database_is_away_no_console_is_let_in_to_miss_what_it_holds(site: Site) -> None:
    site.alerts.away = True
    async with supervisor(f"{site.sockets}/ws/console") as console:
        await console.say(type="hello", since="1")
        assert await console.close_code() == 1013


async def test_what_every_page_must_say_is_told_to_those_who_come_later_too(site: Site) -> None:
    async with supervisor(f"{site.sockets}/ws/console") as first:
        await begin(first)
        site.audience.publish_banner("bus", active=True)
        site.audience.publish_banner("bus", active=True)
        assert await first.told() == {"type": "banner", "about": "bus", "active": True}
        async with supervisor(f"{site.sockets}/ws/console") as later:
            assert (await begin(later))["type"] == "snapshot"
            assert await later.told() == {"type": "banner", "about": "bus", "active": True}
            site.audience.publish_banner("bus", active=False)
            for console in (first, later):
                assert await console.told() == {"type": "banner", "about": "bus", "active": False}
