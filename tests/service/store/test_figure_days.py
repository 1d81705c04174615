"""Days that are counted once say what their rows say, on both databases, and are counted anew when rows change."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import Engine, func, select

from alerts.alert import Mark, Severity
from config.figures import FiguresSettings
from config.keeping import RetentionSettings
from service.store.alert_writes import amend_alert
from service.store.erasure import erase_calls
from service.store.figure_days import count_next_day
from service.store.figure_tables import figure_days, floor_days, place_days, rule_days
from service.store.figures import figures_table, figures_tables
from service.store.retention import due
from service.store.waiting import Batch, WaitingAlert
from service.store.writes import nothing_else, write
from tests.service.store.examples import BEGAN_AT, a_call, an_alert
from web.figures_sources import By, FiguresAsked
from web.sources import AgentView, CallState
from web.trust.who import EVERYWHERE, Scope

_SETTINGS = FiguresSettings(timezone="Asia/Shanghai", day_begins="04:00")
_NOW = BEGAN_AT + timedelta(days=6)
_SCOPES = (EVERYWHERE, Scope(sites=frozenset({"wuhan"}), teams=frozenset({"t1"})))


class LaterClock:
    """A clock six days after the first call."""

    def monotonic_ms(self) -> int:
        return 0

    def now_at(self) -> datetime:
        return _NOW


def _batch() -> Batch:
    calls = tuple(
        replace(
            a_call(f"c{number}", CallState.ENDED),
            started_at=BEGAN_AT + timedelta(hours=number),
            agent=AgentView(f"{1007 + number % 3}") if number % 7 else None,
            team=f"t{number % 2}",
            site="wuhan" if number % 4 else "shanghai",
            queue=None if number % 5 == 0 else "billing",
            coverage=0.5 + number % 3 / 10,
        )
        for number in range(120)
    )
    alerts = tuple(
        replace(
            an_alert(f"A{number}", 1, calls[number % 120].call_id),
            opened_at=calls[number % 120].started_at,
            severity=list(Severity)[number % 4],
            mark=(Mark.RIGHT, Mark.WRONG, None)[number % 3],
            outcome=("missed", "reached_in_time", None)[number % 3],
            rule=f"zh.{number % 9}",
            agent_id=f"{1007 + number % 3}",
            team=f"t{number % 2}",
            site="wuhan" if number % 4 else "shanghai",
        )
        for number in range(300)
    )
    return Batch(calls, tuple(WaitingAlert(alert) for alert in alerts))


@pytest.fixture
def engine(either_database: Engine) -> Engine:
    write(either_database, _batch(), LaterClock())
    return either_database


def _counted(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(figure_days)).scalar_one())


def _count_all(engine: Engine) -> list[date]:
    found = []
    while (day := count_next_day(engine, _SETTINGS, _NOW)) is not None:
        found.append(day)
    return found


def _everything(engine: Engine) -> list[object]:
    whose: tuple[dict[str, str], ...] = (
        *({}, {"agent": "1007"}, {"team": "t1", "site": "wuhan"}, {"queue": "billing"}),
        *({"rule": "zh.4"}, {"rule": "zh.4", "agent": "1007"}),
    )
    return [
        figures_table(engine, _SETTINGS, FiguresAsked(by, date(2026, 3, 1), date(2026, 3, 7), scope=scope, **each))
        for by, scope, each in product(By, _SCOPES, whose)
    ]


def test_counted_days_say_the_same(engine: Engine) -> None:
    before = _everything(engine)
    days = _count_all(engine)
    assert days == [
        date(2026, 3, 6),
        date(2026, 3, 5),
        date(2026, 3, 4),
        date(2026, 3, 3),
        date(2026, 3, 2),
        date(2026, 3, 1),
    ]
    assert _everything(engine) == before
    with engine.connect() as connection:
        for table, keys in ((place_days, 5), (floor_days, 4), (rule_days, 5)):  # each place has one row
            places = [tuple(row[:keys]) for row in connection.execute(select(table))]
            assert len(places) == len(set(places)) > 0


def test_tables_that_are_asked_for_together_say_what_each_says_alone(engine: Engine) -> None:
    asked = FiguresAsked(By.AGENT, date(2026, 3, 1), date(2026, 3, 7))
    alone = {by: figures_table(engine, _SETTINGS, replace(asked, by=by)) for by in By}
    for _ in range(2):  # uncounted, then with all days but one counted
        assert figures_tables(engine, _SETTINGS, asked, list(By), day_by_day=True) == alone
        plain = figures_tables(engine, _SETTINGS, asked, list(By), day_by_day=False)
        for by, table in plain.items():
            assert [replace(line, calls_by_day=(), alerts_by_day=()) for line in alone[by].lines] == list(table.lines)
            assert table.total == replace(alone[by].total, calls_by_day=(), alerts_by_day=())
        _count_all(engine)
        amend_alert(engine, "A50", lambda alert: replace(alert, mark=None), LaterClock(), nothing_else)


def test_a_changed_alert_a_late_call_and_an_erased_one_are_counted_anew(engine: Engine) -> None:
    _count_all(engine)
    amend_alert(engine, "A1", lambda alert: replace(alert, mark=Mark.RIGHT), LaterClock(), nothing_else)
    assert _counted(engine) == 5
    late = replace(a_call("late", CallState.ENDED), started_at=BEGAN_AT + timedelta(days=2))
    write(engine, Batch((late,), ()), LaterClock())
    assert _counted(engine) == 4
    erase_calls(engine, ["c100"])
    assert _counted(engine) == 3
    table = figures_table(engine, _SETTINGS, FiguresAsked(By.DAY, date(2026, 3, 1), date(2026, 3, 6)))
    assert (table.total.calls, table.total.alerts) == (120, 298)
    _count_all(engine)
    again = figures_table(engine, _SETTINGS, FiguresAsked(By.DAY, date(2026, 3, 1), date(2026, 3, 6)))
    assert again == table


def test_what_is_young_is_not_looked_at(engine: Engine) -> None:
    _count_all(engine)
    young = replace(a_call("young", CallState.ENDED), started_at=_NOW)
    write(engine, Batch((young,), ()), LaterClock())
    assert _counted(engine) == 6


def test_days_that_retention_deletes_from_and_days_of_another_zone_are_not_kept(engine: Engine) -> None:
    _count_all(engine)
    for work in due(RetentionSettings(calls_days=3, alerts_days=3), _NOW):
        while work(engine):
            pass
    assert _counted(engine) == 2
    assert count_next_day(engine, FiguresSettings(), _NOW) is not None
    assert _counted(engine) == 1
