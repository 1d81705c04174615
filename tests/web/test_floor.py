"""The floor as the PBX tells it: newest counts, bounds, age, ratios."""

from datetime import timedelta

import pytest

from config.floor import FloorSettings
from tests.fakes.desk import NOON
from web.floor import AgentCount, AgentNews, AgentState, Floor, QueueNews


def counted(floor: Floor, after: timedelta = timedelta(), **chosen: object) -> AgentCount:
    return floor.count_agents(NOON + after, **chosen)  # type: ignore[arg-type]  # a test names what it chooses


def test_the_later_report_of_two_counts_whichever_comes_first() -> None:
    floor = Floor(FloorSettings())
    busy = AgentNews("1007", AgentState.BUSY, NOON)
    assert floor.agent(busy) is busy
    assert floor.agent(AgentNews("1007", AgentState.IDLE, NOON - timedelta(seconds=1))) is busy
    assert counted(floor).states == ((AgentState.BUSY, 1),)

    floor.agent(AgentNews("1007", AgentState.BREAK, NOON + timedelta(seconds=1)))
    assert counted(floor).states == ((AgentState.BREAK, 1),)


def test_who_has_logged_out_is_not_on_the_floor_and_cannot_come_back_by_an_old_report() -> None:
    floor = Floor(FloorSettings())
    floor.agent(AgentNews("1007", AgentState.LOGOUT, NOON))
    floor.agent(AgentNews("1007", AgentState.IDLE, NOON - timedelta(minutes=1)))

    assert counted(floor) == AgentCount((), 0)


def test_a_state_too_old_is_unknown() -> None:
    floor = Floor(FloorSettings(agent_stale_h=1))
    floor.agent(AgentNews("1007", AgentState.IDLE, NOON))

    assert counted(floor, timedelta(hours=1)) == AgentCount(((AgentState.IDLE, 1),), 0)
    assert counted(floor, timedelta(hours=1, seconds=1)) == AgentCount((), 1)


def test_only_the_agents_of_a_team_are_counted_where_it_is_named() -> None:
    floor = Floor(FloorSettings())
    floor.agent(AgentNews("1007", AgentState.IDLE, NOON))
    floor.agent(AgentNews("1008", AgentState.BUSY, NOON))

    assert counted(floor, wanted=["1008"]).states == ((AgentState.BUSY, 1),)
    assert counted(floor, wanted=[]) == AgentCount((), 0)


def test_memory_is_bounded_and_the_one_reported_longest_ago_goes() -> None:
    floor = Floor(FloorSettings(most_agents=100, most_queues=10))
    for number in range(101):
        floor.agent(AgentNews(str(number), AgentState.IDLE, NOON))
    for number in range(12):
        floor.queue(QueueNews(str(number), NOON, waiting=number))

    assert counted(floor).logged_in == 100
    assert [news.queue for news in floor.queues()] == [str(number) for number in range(11, 1, -1)]
    assert floor.forgotten == 3


@pytest.mark.parametrize(
    ("answered", "abandoned", "within", "level", "gone"),
    [
        (80, 20, ((20, 60),), 0.6, 0.2),
        (80, 20, ((30, 60),), None, 0.2),
        (0, 0, ((20, 0),), None, None),
        (80, None, ((20, 60),), None, None),
        (0, 3, ((20, 0),), 0.0, 1.0),
    ],
)
def test_ratios_are_of_all_calls_that_came(
    answered: int, abandoned: int | None, within: tuple[tuple[int, int], ...], level: float | None, gone: float | None
) -> None:
    news = QueueNews("billing", NOON, answered=answered, abandoned=abandoned, answered_within_s=within)

    assert (news.service_level_ratio, news.abandoned_ratio) == (level, gone)


def test_figures_of_a_queue_grow_old() -> None:
    floor = Floor(FloorSettings(queue_stale_s=60))
    news = floor.queue(QueueNews("billing", NOON, waiting=1))

    assert not floor.is_stale(news, NOON + timedelta(seconds=60))
    assert floor.is_stale(news, NOON + timedelta(seconds=61))
