"""What a PBX tells reaches the calls, in order; what they refuse is counted."""

import asyncio

import pytest

from config.settings import Settings
from service.clock import PlayClock
from service.control.call_news import CallConnected, CallHappened, CallNews, CallUnanswered
from service.control.news_desk import NewsDesk
from streaming.frames import Leg, Party
from tests.fakes.board import KeepingOutlet, board_of
from tests.service.control.followed import BEGAN_AT, KeepingCalls, at
from web.sources import (
    AgentView,
    AnnouncedCall,
    Announcement,
    CallEvent,
    CallEventType,
    CallOverError,
    CallState,
    CallView,
    ConflictingCallError,
    NodeFullError,
    UnknownCallError,
)

_MET = CallConnected("c-1", "1007", "ch-a", "ch-c", "13800000000", "billing")
_HELD = CallHappened("c-1", CallEventType.HOLD, 1_000, leg=Leg.AGENT)
_ENDED = CallHappened("c-1", CallEventType.HANGUP, 9_000, party=Party.AGENT, cause="16")


def _desk() -> tuple[NewsDesk, KeepingCalls, PlayClock]:
    told, clock = KeepingCalls(), PlayClock(BEGAN_AT)
    return NewsDesk(told, clock), told, clock


async def _carried(desk: NewsDesk, *news: CallNews) -> None:
    for each in news:
        await desk.carry(each)


async def test_a_call_is_announced_once_then_amended_and_its_events_have_their_time() -> None:
    desk, told, clock = _desk()
    clock.move_to(11_000)
    other = CallConnected("c-1", None, "ch-x", "ch-c", "13800000000", "billing")
    await _carried(desk, _MET, _HELD, other, _ENDED)
    agent = AgentView(extension="1007", channel="ch-a")
    assert told.announced == [Announcement(call_id="c-1", queue="billing", agent=agent, customer_number="13800000000")]
    assert told.amended == [("c-1", Announcement(agent=AgentView(channel="ch-x")))]
    assert told.events == [
        ("c-1", CallEvent(CallEventType.HOLD, leg=Leg.AGENT, at=at(1_000))),
        ("c-1", CallEvent(CallEventType.HANGUP, at=at(9_000), party=Party.AGENT, cause="16")),
    ]
    assert desk.counts["told"] == 4


@pytest.mark.parametrize(
    ("raised", "count"),
    [(NodeFullError(), "refused"), (UnknownCallError(), "late"), (CallOverError(), "late")],
)
async def test_what_the_calls_refuse_is_counted_and_the_next_one_is_told(raised: Exception, count: str) -> None:
    desk, told, _ = _desk()
    told.raising = raised
    await _carried(desk, _MET, _HELD)
    assert desk.counts[count] == 2
    told.raising = None
    await _carried(desk, _MET)
    assert len(told.announced) == 1


async def test_what_the_integrator_announced_is_left_as_it_is() -> None:
    desk, told, _ = _desk()
    told.raising = ConflictingCallError(["queue"])
    await _carried(desk, _MET)
    told.raising = None
    await _carried(desk, _HELD, _MET)
    assert told.announced == []
    assert [call_id for call_id, _ in told.amended] == ["c-1"]
    assert told.kinds() == ["hold"]


async def test_unanswered_calls_are_counted_alone() -> None:
    desk, told, _ = _desk()
    await _carried(desk, CallUnanswered("c-2", 5, Party.CUSTOMER))
    assert desk.counts["unanswered"] == 1
    assert told.events == []


async def test_a_full_desk_drops_the_oldest() -> None:
    desk, told, _ = _desk()
    desk.tell([_MET, *[_HELD] * 10_000])
    assert desk.counts["dropped"] == 1
    carrying = asyncio.create_task(desk.run())
    while len(told.events) < 10_000:  # noqa: ASYNC110  # what is waited for has no event
        await asyncio.sleep(0.01)
    carrying.cancel()
    assert told.announced == []


async def test_a_real_call_shows_what_was_told() -> None:
    clock = PlayClock(BEGAN_AT)
    board = board_of(Settings(), KeepingOutlet(), clock)

    class Board:
        async def announce(self, announcement: Announcement) -> AnnouncedCall:
            return board.announce(announcement)

        async def amend(self, call_id: str, announcement: Announcement) -> CallView:
            return board.amend(call_id, announcement)

        async def report(self, call_id: str, event: CallEvent) -> None:
            board.report(call_id, event)

    desk = NewsDesk(Board(), clock)
    await _carried(desk, _MET, CallHappened("c-1", CallEventType.ANSWERED, 0))
    clock.move_to(1_000)
    await _carried(desk, _HELD)
    board.pulse()
    assert (await board.get("c-1")).queue == "billing"
    clock.move_to(9_000)
    await _carried(desk, CallHappened("c-1", CallEventType.UNHOLD, 8_000), _ENDED)
    for beat_ms in range(9_000, 40_000, 100):
        clock.move_to(beat_ms)
        board.pulse()
    view = await board.get("c-1")
    assert view.hung_up_by is Party.AGENT
    assert view.state is CallState.ENDED
