"""Figures are counted by the days of the place, on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from alerts.alert import Alert, AlertState, Kind, Mark, Severity
from config.figures import FiguresSettings
from service.clock import PlayClock
from service.store.figure_days import days_of
from service.store.figures import StoredFigures, figures_table
from service.store.waiting import Batch, WaitingAlert
from service.store.writes import write
from streaming.frames import Party
from tests.service.store.examples import StoppedClock, a_call, an_alert, running, settings_for
from web.figures_sources import By, FiguresAsked
from web.sources import AgentView, CallState, CallView
from web.trust.who import Scope

_NIGHT = FiguresSettings(timezone="Asia/Shanghai", day_begins="04:00")
_FIRST = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)  # 04:00 on the second of March in Shanghai: that day's first moment


def _call(call_id: str, at: datetime, agent: str = "1007") -> CallView:
    call = replace(a_call(call_id, CallState.ENDED), started_at=at, agent=AgentView(agent), coverage=0.5)
    return replace(call, hung_up_by=Party.AGENT if call_id == "c1" else Party.CUSTOMER)


def _alert(alert_id: str, at: datetime, severity: Severity = Severity.MAJOR, mark: Mark | None = None) -> Alert:
    return replace(an_alert(alert_id), opened_at=at, severity=severity, mark=mark, outcome="missed" if mark else None)


_CALLS = (_call("c1", _FIRST), _call("c2", _FIRST - timedelta(seconds=1)), _call("c3", _FIRST, agent="1008"))
_ALERTS = (
    _alert("A1", _FIRST, mark=Mark.RIGHT),
    _alert("A2", _FIRST, Severity.CRITICAL, Mark.WRONG),
    replace(_alert("A3", _FIRST - timedelta(seconds=1)), rule="zh.a", agent_id="1008", team="west"),
    replace(_alert("A4", _FIRST), state=AlertState.WITHDRAWN),
    replace(_alert("A5", _FIRST), kind=Kind.SERVICE_STORE),
    _alert("A6", _FIRST + timedelta(days=1), Severity.INFO),
)


@pytest.fixture
def engine(either_database: Engine) -> Engine:
    write(either_database, Batch(_CALLS, tuple(WaitingAlert(alert) for alert in _ALERTS)), StoppedClock())
    return either_database


def _asked(by: By) -> FiguresAsked:
    return FiguresAsked(by, date(2026, 3, 1), date(2026, 3, 2))


def test_a_line_for_each_agent_the_busiest_first(engine: Engine) -> None:
    table = figures_table(engine, _NIGHT, _asked(By.AGENT))
    first, second = table.lines
    assert (first.key, first.calls_by_day, first.alerts_by_day) == ("1007", (1, 1), (0, 2))
    assert (first.talk_ms, first.coverage, first.ended_by_agent) == (180_000, 0.5, 1)
    assert (first.critical, first.major, first.right, first.wrong, first.missed) == (1, 1, 1, 1, 2)
    assert (first.precision, round(first.lower, 3), round(first.upper, 3)) == (0.5, 0.095, 0.905)
    assert (second.key, second.calls, second.alerts) == ("1008", 1, 1)
    assert (table.total.calls, table.total.alerts, table.total.per_hundred_calls) == (3, 3, 100.0)


def test_a_line_for_each_day_of_the_place(engine: Engine) -> None:
    table = figures_table(engine, _NIGHT, _asked(By.DAY))
    assert [(line.key, line.calls, line.alerts) for line in table.lines] == [("2026-03-01", 1, 1), ("2026-03-02", 2, 2)]


def test_rules_have_no_calls(engine: Engine) -> None:
    table = figures_table(engine, _NIGHT, replace(_asked(By.RULE), team="west"))
    assert [(line.key, line.calls, line.alerts, line.calls_by_day) for line in table.lines] == [("zh.a", None, 1, ())]


def test_teams_and_queues_within_a_scope(engine: Engine) -> None:
    of_team = figures_table(engine, _NIGHT, replace(_asked(By.TEAM), scope=Scope(teams=frozenset({"west"}))))
    assert [(line.key, line.calls, line.alerts) for line in of_team.lines] == [("west", 0, 1)]
    of_queue = figures_table(engine, _NIGHT, replace(_asked(By.QUEUE), agent="1007", rule="dead_air"))
    assert [(line.key, line.calls, line.alerts) for line in of_queue.lines] == [("billing", None, 2)]


def test_a_day_may_have_23_or_25_hours() -> None:
    berlin = FiguresSettings(timezone="Europe/Berlin")
    spring, after = days_of(berlin, date(2026, 3, 29), date(2026, 3, 30))
    assert spring.ends_at.astimezone(UTC) - spring.begins_at.astimezone(UTC) == timedelta(hours=23)
    assert after.begins_at == spring.ends_at


async def test_today_begins_when_the_settings_say(tmp_path: Path) -> None:
    clock = PlayClock(_FIRST - timedelta(seconds=1))
    async with running(settings_for(tmp_path)) as store:
        figures = StoredFigures(_NIGHT, store, clock)
        assert figures.today() == date(2026, 3, 1)
        clock.move_to(1_000)
        assert figures.today() == date(2026, 3, 2)
        assert [line.alerts for line in (await figures.table(_asked(By.DAY))).lines] == [0, 0]


@pytest.mark.parametrize("wrong", [{"timezone": "Moon/Base"}, {"day_begins": "25:00"}, {"day_begins": "4"}])
def test_settings_that_are_no_day_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"timezone|day_begins"):
        FiguresSettings.model_validate(wrong)
