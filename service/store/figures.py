"""Figures per agent, team, site, queue, rule, day and month, from calls and alerts and from days that are counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, func, select

from alerts.life.precision import wilson
from config.figures import FiguresSettings
from service.clock import Clock
from service.store.figure_days import (
    SEVERITIES,
    Day,
    alert_counts,
    alerts_that_count,
    call_counts,
    counted_days,
    day_at,
    days_of,
)
from service.store.figure_tables import place_days, rule_days
from service.store.scope import in_scope
from service.store.store import Store
from service.store.tables import alerts, calls
from web.figures_sources import By, Figures, FiguresAsked, FiguresTable

_OF_CALLS = ("calls", "talk_ms", "covered_ms", "ended_by_agent")
_OF_ALERTS = ("alerts", *SEVERITIES, "right", "wrong", "reached", "missed")
_COLUMNS = {By.AGENT: "agent_id", By.TEAM: "team", By.SITE: "site", By.QUEUE: "queue", By.RULE: "rule"}


class StoredFigures:
    """Fills `web.figures_sources.FiguresSource`."""

    def __init__(self, settings: FiguresSettings, store: Store, clock: Clock) -> None:
        self._settings, self._store, self._clock = settings, store, clock

    def today(self) -> date:
        """The day that runs now."""
        return day_at(self._settings, self._clock.now_at())

    async def table(self, asked: FiguresAsked) -> FiguresTable:
        """The lines and their total."""
        return await self._store.read(lambda engine: figures_table(engine, self._settings, asked))


@dataclass(slots=True)
class _Sum:
    days: int
    calls: list[int] = field(init=False)
    alerts: list[int] = field(init=False)
    counts: dict[str, float] = field(init=False)

    def __post_init__(self) -> None:
        self.calls, self.alerts = [0] * self.days, [0] * self.days
        self.counts = dict.fromkeys((*_OF_CALLS, *_OF_ALERTS), 0)

    def add(self, number: int, names: Sequence[str], values: Sequence[Any]) -> None:
        """What a day of this number has more."""
        for name, value in zip(names, values, strict=True):
            self.counts[name] += float(value) if name == "covered_ms" else int(value)
            if name == "calls":
                self.calls[number] += int(value)
            elif name == "alerts":
                self.alerts[number] += int(value)

    def figures(self, key: str | None, *, of_calls: bool) -> Figures:
        counted = {name: int(value) for name, value in self.counts.items()}
        right, wrong, talk_ms = counted["right"], counted["wrong"], counted["talk_ms"]
        bounds = wilson(right, right + wrong)
        return Figures(
            key=key,
            calls=counted["calls"] if of_calls else None,
            talk_ms=talk_ms if of_calls else None,
            coverage=round(self.counts["covered_ms"] / talk_ms, 4) if of_calls and talk_ms else None,
            ended_by_agent=counted["ended_by_agent"] if of_calls else None,
            alerts=counted["alerts"],
            **{severity: counted[severity] for severity in SEVERITIES},
            right=right,
            wrong=wrong,
            precision=right / (right + wrong) if right + wrong else None,
            lower=bounds.lower,
            upper=bounds.upper,
            reached=counted["reached"],
            missed=counted["missed"],
            calls_by_day=tuple(self.calls) if of_calls else (),
            alerts_by_day=tuple(self.alerts),
        )


@dataclass(slots=True)
class _Sums:
    """A sum for each line, in the order in which lines were met."""

    by: By
    days: Sequence[Day]
    lines: dict[str | None, _Sum] = field(default_factory=dict)

    def of(self, number: int, key: str | None) -> _Sum:
        if self.by in (By.DAY, By.MONTH):
            key = period_of(self.by, self.days[number].date)
        return self.lines.setdefault(key, _Sum(len(self.days)))


def period_of(by: By, day: date) -> str:
    """The line a day belongs to where lines are days or months."""
    return day.isoformat() if by is By.DAY else day.isoformat()[:7]


def figures_table(engine: Engine, settings: FiguresSettings, asked: FiguresAsked) -> FiguresTable:
    """As `FiguresSource.table`: one question to the counted days, and two for each other day."""
    days = days_of(settings, asked.first, asked.last)
    of_calls = asked.by is not By.RULE and asked.rule is None
    sums = _Sums(asked.by, days)
    if asked.by in (By.DAY, By.MONTH):
        for number in range(len(days)):
            sums.of(number, None)  # a day without anything is a line too
    counted: set[date] = set()
    if asked.rule is None and (asked.by is not By.RULE or asked.agent is None):  # a rule's agents are not counted
        with engine.begin() as connection:
            counted = counted_days(connection, settings, days)
            _add_counted(connection, asked, counted, sums)
    for number, day in enumerate(days):
        if day.date not in counted:
            with engine.begin() as connection:  # one for each day: nothing waits for a long reader
                if of_calls:
                    _add_calls(connection, asked, day, number, sums)
                _add_alerts(connection, asked, day, number, sums)
    lines = [each.figures(key, of_calls=of_calls) for key, each in sums.lines.items()]
    if asked.by in (By.DAY, By.MONTH):
        lines.sort(key=lambda each: each.key or "")
    else:
        lines.sort(key=lambda each: (-each.alerts, -(each.calls or 0), each.key or ""))
    total = _total(sums.lines.values(), len(days)).figures(None, of_calls=of_calls)
    return FiguresTable(tuple(day.date for day in days), settings.timezone, settings.day_begins, tuple(lines), total)


def _add_counted(connection: Connection, asked: FiguresAsked, counted: set[date], sums: _Sums) -> None:
    if not counted:
        return
    table, names = (rule_days, _OF_ALERTS) if asked.by is By.RULE else (place_days, (*_OF_CALLS, *_OF_ALERTS))
    keys = [table.c[_COLUMNS[asked.by]]] if asked.by in _COLUMNS else []
    numbers = {day.date.isoformat(): number for number, day in enumerate(sums.days) if day.date in counted}
    question = (
        select(table.c.day, *(func.sum(table.c[name]) for name in names), *keys)
        .where(table.c.day >= min(numbers), table.c.day <= max(numbers))
        .where(*named(table, asked), *in_scope(table, asked.scope))
        .group_by(table.c.day, *keys)
    )
    for row in connection.execute(question):
        day, values, key = row[0], row[1 : 1 + len(names)], row[1 + len(names) :]
        if day in numbers:
            sums.of(numbers[day], key[0] if key else None).add(numbers[day], names, values)


def _add_calls(connection: Connection, asked: FiguresAsked, day: Day, number: int, sums: _Sums) -> None:
    keys = [calls.c[_COLUMNS[asked.by]]] if asked.by in _COLUMNS else []
    question = (
        select(*call_counts(), *keys)
        .where(calls.c.started_at >= day.begins_at, calls.c.started_at < day.ends_at)
        .where(*named(calls, asked), *in_scope(calls, asked.scope))
        .group_by(*keys)
    )
    for row in connection.execute(question):
        many = len(_OF_CALLS)
        sums.of(number, row[many] if keys else None).add(number, _OF_CALLS, row[:many])


def _add_alerts(connection: Connection, asked: FiguresAsked, day: Day, number: int, sums: _Sums) -> None:
    keys = [alerts.c[_COLUMNS[asked.by]]] if asked.by in _COLUMNS else []
    question = (
        select(*alert_counts(), *keys)
        .where(*alerts_that_count(day), *named(alerts, asked), *in_scope(alerts, asked.scope))
        .group_by(*keys)
    )
    for row in connection.execute(question):
        many = len(_OF_ALERTS)
        sums.of(number, row[many] if keys else None).add(number, _OF_ALERTS, row[:many])


def named(table: Any, asked: FiguresAsked) -> list[ColumnElement[bool]]:
    """Rows of the agent, team, site, queue and rule that are asked for."""
    whose = (
        *(("agent_id", asked.agent), ("team", asked.team), ("site", asked.site)),
        *(("queue", asked.queue), ("rule", asked.rule)),
    )
    return [table.c[name] == value for name, value in whose if value is not None and name in table.c]


def _total(sums: Iterable[_Sum], days: int) -> _Sum:
    total = _Sum(days)
    for each in sums:
        total.calls = [ours + theirs for ours, theirs in zip(total.calls, each.calls, strict=True)]
        total.alerts = [ours + theirs for ours, theirs in zip(total.alerts, each.alerts, strict=True)]
        for name, count in each.counts.items():
            total.counts[name] += count
    return total
