"""The beat on the socket: only those who ask hear it, from the past and live, and a lost database ages the alerts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from alerts.alert import AlertState
from config.floor import FloorSettings
from config.settings import ListeningSettings
from tests.fakes.alert_desk import FakeDesk
from tests.fakes.desk import NOON, FakeAlerts, FakeCalls, a_call, an_alert
from tests.fakes.site import Site
from tests.fakes.supervisor import supervisor
from web.audience import Audience
from web.console import Console
from web.floor import AgentNews, AgentState, Floor
from web.requests import ConsoleFilter
from web.sources import CallState, StoreUnavailableError
from web.wallboard import WallboardMessage
from web.wallboard_beat import WallboardBeat


@dataclass
class Clock:
    at: datetime = NOON

    def now_at(self) -> datetime:
        return self.at


@dataclass
class Room:
    """A beat and everything around it; `told` beats once and gives what a board got."""

    beat: WallboardBeat
    calls: FakeCalls
    alerts: FakeAlerts
    audience: Audience
    floor: Floor
    clock: Clock

    def board(self, **wanted: object) -> Console:
        return self.audience.join(ConsoleFilter.model_validate(wanted), ["wallboard"])

    async def told(self, console: Console) -> WallboardMessage:
        await self.beat.beat()
        assert len(console.outbox) == 1
        text = await console.outbox.take()
        assert text is not None
        return WallboardMessage.model_validate_json(text)


@pytest.fixture
def room() -> Room:
    calls, alerts, clock = FakeCalls(a_call()), FakeAlerts(), Clock()
    audience, floor = Audience(ListeningSettings(), clock.now_at), Floor(FloorSettings())
    teams = {"east": frozenset({"1007"})}

    def agents_of(wanted: frozenset[str]) -> frozenset[str]:
        return frozenset().union(*(teams.get(team, frozenset()) for team in wanted))

    beat = WallboardBeat(calls, alerts, FakeDesk(alerts), floor, audience, clock.now_at, agents_of)
    return Room(beat, calls, alerts, audience, floor, clock)


async def test_nobody_is_asked_while_there_is_no_board(room: Room) -> None:
    other = room.audience.join(ConsoleFilter(), ["alerts", "calls"])
    room.alerts.away = True  # whoever asks is answered with an error
    await room.beat.beat()

    assert not room.alerts.asked.is_set()
    assert len(other.outbox) == 0


async def test_the_last_hour_is_known_from_the_first_beat_and_goes_on(room: Room) -> None:
    room.calls.views["past"] = a_call("past", CallState.ENDED, started_at=NOON - timedelta(minutes=5))
    room.calls.views["old"] = a_call("old", CallState.ENDED, started_at=NOON - timedelta(minutes=65))
    room.alerts.store(an_alert("over", state=AlertState.RESOLVED, opened_at=NOON - timedelta(minutes=5)))
    board = room.board()

    first = await room.told(board)
    room.alerts.store(an_alert("new"))
    room.alerts.store(an_alert("new", version=2, state=AlertState.ACKNOWLEDGED))
    second = await room.told(board)
    room.alerts.store(an_alert("new", version=3, state=AlertState.RESOLVED))
    third = await room.told(board)

    assert (first.trend.alerts[-6], first.trend.calls[-6], sum(first.trend.calls)) == (1, 1, 2)
    assert [(each.alerts.open, each.alerts.unclaimed) for each in (first, second, third)] == [(0, 0), (1, 0), (0, 0)]
    assert [each.trend.alerts[-1] for each in (first, second, third)] == [0, 1, 1]


async def test_an_hour_later_nothing_of_it_is_left(room: Room) -> None:
    room.alerts.store(an_alert("over", state=AlertState.RESOLVED))
    board = room.board()
    await room.told(board)
    del room.calls.views["call-1"]
    room.clock.at += timedelta(minutes=61)
    later = await room.told(board)

    assert (sum(later.trend.alerts), sum(later.trend.calls), later.alerts.last) == (0, 0, [])


async def test_boards_of_a_place_hear_of_that_place(room: Room) -> None:
    room.calls.views["west"] = a_call("west", team="west")
    room.floor.agent(AgentNews("1007", AgentState.BUSY, NOON))
    room.floor.agent(AgentNews("2001", AgentState.IDLE, NOON))
    everywhere, east = room.board(), room.board(teams=["east"])

    message = await room.told(everywhere)
    text = await east.outbox.take()
    assert text is not None
    narrow = WallboardMessage.model_validate_json(text)

    assert (message.calls.live, narrow.calls.live) == (2, 1)
    assert message.agents is not None
    assert narrow.agents is not None
    assert (message.agents.logged_in, narrow.agents.logged_in) == (2, 1)


async def test_without_the_database_calls_go_on_and_alerts_grow_old(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = room.board()
    await room.told(board)

    async def away(_sequence: int, _limit: int) -> None:
        raise StoreUnavailableError("away")

    monkeypatch.setattr(room.alerts, "since", away)
    room.clock.at += timedelta(seconds=15)
    room.calls.views["call-2"] = a_call("call-2")
    message = await room.told(board)

    assert message.calls.live == 2
    assert (message.server_time - message.alerts_at).total_seconds() == 15


async def test_a_board_that_comes_while_the_database_is_away_hears_nothing_rather_than_zeros(room: Room) -> None:
    room.alerts.away = True
    board = room.board()
    await room.beat.beat()
    assert len(board.outbox) == 0

    room.alerts.away = False
    assert (await room.told(board)).calls.live == 1


async def test_a_slow_board_gets_only_the_newest(room: Room) -> None:
    board = room.board()
    await room.beat.beat()
    room.calls.views["call-2"] = a_call("call-2")

    assert (await room.told(board)).calls.live == 2


async def test_only_who_asks_hears_it_at_most_once_a_second(site: Site) -> None:
    async with supervisor(f"{site.sockets}/ws/console") as board, supervisor(f"{site.sockets}/ws/console") as other:
        await board.say(type="hello", topics=["wallboard"])
        await other.say(type="hello")
        told: list[dict[str, Any]] = [await board.told_of("wallboard") for _ in range(3)]
        site.audience.publish_alert(site.alerts.store(an_alert()))
        assert [(await other.told())["type"] for _ in range(2)] == ["snapshot", "alert"]

    times = [datetime.fromisoformat(each["server_time"]) for each in told]
    assert all((later - earlier).total_seconds() >= 0.99 for earlier, later in pairwise(times))
    assert told[0]["calls"]["live"] == 1
