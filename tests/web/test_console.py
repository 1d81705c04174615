"""What one console is told: filter, order, exactly once over the seam from past to live."""

from dataclasses import replace

import pytest

from alerts.alert import Severity
from streaming.frames import Leg
from tests.fakes.desk import a_line, an_alert
from web.console import Console
from web.requests import ConsoleFilter
from web.sources import AlertChange


def a_console(*, topics: tuple[str, ...] = ("alerts", "calls"), most: int = 10, **wanted: object) -> Console:
    return Console(ConsoleFilter.model_validate(wanted), topics, most)


async def told(console: Console) -> list[str | None]:
    return [await console.outbox.take() for _ in range(len(console.outbox))]


def change(sequence: int | None, version: int = 1) -> AlertChange:
    return AlertChange(sequence, an_alert(version=version))


async def test_changes_during_the_reading_of_the_past_are_told_once_and_in_order() -> None:
    console = a_console()
    for sequence in (4, 5, 6):
        console.tell_alert(change(sequence), f"change {sequence}", wanted=True)

    console.begin(5, {})
    console.tell_alert(change(7), "change 7", wanted=True)

    assert await told(console) == ["change 6", "change 7"]
    assert console.cursor == 7


async def test_a_change_published_twice_is_told_once() -> None:
    console = a_console()
    console.begin(0, {})
    for _ in range(2):
        console.tell_alert(change(1), "change 1", wanted=True)

    assert await told(console) == ["change 1"]


async def test_an_unwanted_change_moves_the_cursor_only() -> None:
    console = a_console()
    console.begin(0, {})

    console.tell_alert(change(9), "change 9", wanted=False)

    assert await told(console) == []
    assert console.cursor == 9


async def test_a_change_that_is_not_stored_is_told_unless_the_past_held_its_version() -> None:
    console = a_console()
    console.tell_alert(change(None, version=1), "version 1", wanted=True)
    console.tell_alert(change(None, version=2), "version 2", wanted=True)

    console.begin(3, {"a1": 1})

    assert await told(console) == ["version 2"]
    assert console.cursor == 3


async def test_too_many_changes_while_the_past_is_read_close_the_console() -> None:
    console = a_console(most=2)
    for sequence in range(1, 4):
        console.tell_alert(change(sequence), "change", wanted=True)

    assert console.outbox.overflowed


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, True),
        ({"teams": ["east"]}, True),
        ({"teams": ["west"]}, False),
        ({"queues": ["billing"], "teams": ["east", "west"]}, True),
        ({"queues": ["sales"]}, False),
        ({"min_severity": "major"}, True),
        ({"min_severity": "critical"}, False),
    ],
)
def test_the_filter_decides_by_place_and_severity(wanted: dict[str, object], expected: bool) -> None:
    alert = an_alert(severity=Severity.MAJOR)

    console = Console(ConsoleFilter.model_validate(wanted), ["alerts"], 10)

    assert console.wants(alert, Severity.MAJOR) is expected


def test_an_alert_that_was_severe_is_still_told_when_it_falls() -> None:
    console = a_console(min_severity="major")

    assert console.wants(an_alert(severity=Severity.INFO), highest=Severity.MAJOR)


def test_a_missed_change_of_an_alert_that_may_have_been_shown_is_wanted() -> None:
    console = a_console(min_severity="major")
    fallen = an_alert(severity=Severity.INFO, version=2)

    assert console.wants_missed(fallen)
    assert not console.wants_missed(replace(fallen, version=1))


def test_without_the_topic_no_alert_is_wanted() -> None:
    assert not a_console(topics=("calls",)).wants(an_alert(), Severity.CRITICAL)


async def test_a_final_takes_the_place_of_its_partial_and_not_of_the_other_legs() -> None:
    console = a_console()
    console.tell_line(a_line("hel", final=False), "customer partial")
    console.tell_line(a_line("yes", leg=Leg.AGENT, final=False), "agent partial")
    console.tell_line(a_line("hello"), "customer final")

    assert await told(console) == ["customer final", "agent partial"]


async def test_calls_levels_and_heartbeats_wait_in_order() -> None:
    console = a_console()
    console.tell_call("call-1", "call")
    console.tell_levels("call-1", "old levels")
    console.tell_heartbeat("heartbeat")
    console.tell_levels("call-1", "levels")

    assert await told(console) == ["call", "levels", "heartbeat"]


def test_it_knows_which_transcripts_it_follows() -> None:
    console = a_console(topics=("alerts", "transcript:call-1"))

    assert console.followed_calls() == {"call-1"}
    assert console.follows_call("call-1")
    assert not console.follows_call("call-2")


def test_a_person_is_told_of_what_is_routed_to_them_or_to_everybody() -> None:
    console = a_console(person="li")
    for route, wanted in (((), True), (("li", "wang"), True), (("wang",), False)):
        assert console.wants(an_alert(route=route), Severity.MAJOR) is wanted
    assert a_console().wants(an_alert(route=("wang",)), Severity.MAJOR)
