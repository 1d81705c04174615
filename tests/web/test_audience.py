"""Who is told what, once encoded for all; figures."""

import json
from typing import Any

import pytest

from alerts.alert import AlertState, Severity
from config.settings import ListeningSettings
from streaming.frames import Leg
from tests.fakes.desk import NOON, a_call, a_line, an_alert, some_levels, tone
from web.audience import Audience, AudienceFullError
from web.console import Console
from web.listen_frame import decode
from web.requests import ConsoleFilter
from web.sources import AlertChange, CallState

EVERYTHING = ("alerts", "calls", "levels", "transcript:call-1")


def an_audience(**settings: int) -> Audience:
    return Audience(ListeningSettings.model_validate(settings), lambda: NOON)


def join(audience: Audience, *topics: str, **wanted: object) -> Console:
    console = audience.join(ConsoleFilter.model_validate(wanted), topics or EVERYTHING)
    console.begin(0, {})
    return console


async def told(console: Console) -> list[dict[str, Any]]:
    texts = [await console.outbox.take() for _ in range(len(console.outbox))]
    return [json.loads(text) for text in texts if text is not None]


async def kinds(console: Console) -> list[str]:
    return [message["type"] for message in await told(console)]


async def test_everybody_gets_the_same_text() -> None:
    audience = an_audience()
    first, second = join(audience), join(audience)

    audience.publish_alert(AlertChange(1, an_alert()))

    one, other = await first.outbox.take(), await second.outbox.take()
    assert one is other
    assert one is not None
    message = json.loads(one)
    assert (message["type"], message["cursor"], message["alert_id"]) == ("alert", "1", "a1")


async def test_each_console_gets_its_topics() -> None:
    audience = an_audience()
    consoles = [join(audience, topic) for topic in EVERYTHING]

    audience.publish_alert(AlertChange(1, an_alert()))
    audience.publish_call(a_call())
    audience.publish_levels(some_levels())
    audience.publish_transcript(a_line("hello"))
    audience.publish_transcript(a_line("hello", call_id="call-2"))
    audience.publish_call_ended(a_call(state=CallState.ENDED))

    assert [await kinds(console) for console in consoles] == [["alert"], ["call_ended"], ["levels"], ["transcript"]]


async def test_levels_stand_as_the_contract_says() -> None:
    audience = an_audience()
    console = join(audience, "levels")

    audience.publish_levels(some_levels(at_ms=500))

    leg = {"dbfs": [-20.0] * 5, "speaking": [True] * 5, "tone": 0.0}
    assert await told(console) == [
        {"type": "levels", "call_id": "call-1", "at_ms": 500, "step_ms": 100, "agent": leg, "customer": leg}
    ]


async def test_calls_and_levels_are_filtered_by_place() -> None:
    audience = an_audience()
    east, west = join(audience, teams=["east"]), join(audience, teams=["west"])

    audience.publish_call(a_call(team="east"))
    audience.publish_levels(some_levels())

    assert await kinds(east) == ["call", "levels"]
    assert await kinds(west) == []


async def test_an_alert_that_falls_below_the_filter_is_told_to_its_end() -> None:
    audience = an_audience()
    console = join(audience, min_severity="critical")

    audience.publish_alert(AlertChange(1, an_alert(severity=Severity.CRITICAL)))
    audience.publish_alert(AlertChange(2, an_alert(version=2, severity=Severity.MINOR)))
    audience.publish_alert(AlertChange(3, an_alert(version=3, severity=Severity.MINOR, state=AlertState.RESOLVED)))
    audience.publish_alert(AlertChange(4, an_alert("a2", severity=Severity.MINOR)))

    assert [message["version"] for message in await told(console)] == [1, 2, 3]
    assert console.cursor == 4


async def test_listeners_of_a_call_hear_the_same_bytes() -> None:
    audience = an_audience()
    first, second, other = audience.listen("call-1"), audience.listen("call-1"), audience.listen("call-2")

    audience.hear("call-1", tone(Leg.AGENT, 0, 440), tone(Leg.CUSTOMER, 0, 700))
    audience.hear("call-1", None, None)

    one, two = await first.take(), await second.take()
    assert one is two
    assert one is not None
    header, agent, customer = decode(one)
    assert (header.seq, header.captured_ms) == (0, NOON.timestamp() * 1000 - 20)
    assert (agent, customer) == (tone(Leg.AGENT, 0, 440).pcm_s16le, tone(Leg.CUSTOMER, 0, 700).pcm_s16le)
    audience.hear("call-2", tone(Leg.AGENT, 0, 440), None)
    assert await other.take() is not None


async def test_listeners_are_told_when_the_call_ends() -> None:
    audience = an_audience()
    ear = audience.listen("call-1")

    audience.publish_call_ended(a_call(state=CallState.ENDED))

    assert await ear.take() is None
    assert ear.ended == "call_ended"


def test_who_is_listened_to_is_known() -> None:
    audience = an_audience()
    ear = audience.listen("call-1")
    assert audience.is_listened_to("call-1")

    audience.stop_listening(ear)

    assert not audience.is_listened_to("call-1")


def test_bounds_of_the_node() -> None:
    audience = an_audience(most_consoles=1, most_listeners=1)
    join(audience)
    audience.listen("call-1")

    with pytest.raises(AudienceFullError):
        join(audience)
    with pytest.raises(AudienceFullError):
        audience.listen("call-2")
    assert audience.counts().refused == 2


async def test_figures_outlive_those_who_leave() -> None:
    audience = an_audience(console_queue=50, listen_queue_frames=3)
    console, ear = join(audience), audience.listen("call-1")
    for number in range(4):
        audience.hear("call-1", tone(Leg.AGENT, number, 440), None)
    await ear.take()
    for sequence in range(1, 53):
        audience.publish_alert(AlertChange(sequence, an_alert(f"a{sequence}")))
    assert (audience.counts().consoles, audience.counts().listeners) == (1, 1)

    audience.leave(console)
    audience.stop_listening(ear)

    counts = audience.counts()
    assert (counts.consoles, counts.listeners) == (0, 0)
    assert (counts.frames_sent, counts.frames_dropped, counts.consoles_overflowed) == (1, 1, 1)


async def test_a_console_that_takes_nothing_costs_the_others_nothing() -> None:
    audience = an_audience(console_queue=50)
    slow, quick = join(audience), join(audience)

    for sequence in range(1, 1001):
        audience.publish_alert(AlertChange(sequence, an_alert(f"a{sequence}")))
        audience.publish_levels(some_levels(at_ms=sequence * 500))
        assert len(slow.outbox) <= 50
        assert len(await told(quick)) == 2

    assert slow.outbox.overflowed
    assert not quick.outbox.overflowed
