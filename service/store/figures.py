"""Figures per agent, team, site, queue, rule, day and month, from calls and alerts and from days that are counted.

What is counted is kept at three grains: by place with its agent, by place alone, by place with its rule. A question is
put to the coarsest that can answer it; tables that are asked for together share what is read.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import add
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Engine, Select, Table, bindparam, func, select

from alerts.life.precision import wilson
from config.figures import FiguresSettings
from service.clock import Clock
from service.store.figure_days import (
    SEVERITIES,
    Day,
    alert_counts,
    alerts_that_count,
    all_of_them,
    call_counts,
    counted_days,
    day_at,
    days_of,
)
from service.store.figure_tables import floor_days, place_days, rule_days
from service.store.scope import in_scope
from service.store.store import Store
from service.store.tables import alerts, calls
from web.figures_sources import By, Figures, FiguresAsked, FiguresTable

_OF_CALLS = ("calls", "talk_ms", "covered_ms", "ended_by_agent")
_OF_ALERTS = ("alerts", *SEVERITIES, "right", "wrong", "reached", "missed")
_COUNTS = (*_OF_CALLS, *_OF_ALERTS)
_CALLS, _ALERTS = _COUNTS.index("calls"), _COUNTS.index("alerts")
_NO_CALLS, _NO_ALERTS = (0,) * len(_OF_CALLS), (0,) * len(_OF_ALERTS)
_COLUMNS = {By.AGENT: "agent_id", By.TEAM: "team", By.SITE: "site", By.QUEUE: "queue", By.RULE: "rule"}
PERIODS = (By.DAY, By.MONTH)


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


@dataclass(slots=True)  # frozen ones take twice as long to make, and there are thousands
class _Row:
    """Counts of a group, in the order of `_COUNTS`: of one day, or of several (number None)."""

    number: int | None
    keys: Sequence[Any]
    counts: Sequence[Any]


@dataclass(slots=True)
class _Sum:
    days: int  # 0: nothing is told day by day
    counts: list[Any] = field(default_factory=lambda: [0] * len(_COUNTS))
    calls: list[int] = field(init=False)
    alerts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.calls, self.alerts = [0] * self.days, [0] * self.days

    def take(self, row: _Row) -> None:
        self.counts = list(map(add, self.counts, row.counts))
        if self.days and row.number is not None:
            self.calls[row.number] += row.counts[_CALLS]
            self.alerts[row.number] += row.counts[_ALERTS]

    def take_all(self, sums: Iterable["_Sum"]) -> "_Sum":
        for each in sums:
            self.counts = list(map(add, self.counts, each.counts))
            self.calls = list(map(add, self.calls, each.calls))
            self.alerts = list(map(add, self.alerts, each.alerts))
        return self

    def figures(self, key: str | None, *, of_calls: bool) -> Figures:
        found = dict(zip(_COUNTS, self.counts, strict=True))
        counted = {name: int(value) for name, value in found.items()}
        right, wrong, talk_ms = counted["right"], counted["wrong"], counted["talk_ms"]
        bounds = wilson(right, right + wrong)
        return Figures(
            key=key,
            calls=counted["calls"] if of_calls else None,
            talk_ms=talk_ms if of_calls else None,
            coverage=round(found["covered_ms"] / talk_ms, 4) if of_calls and talk_ms else None,
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


def period_of(by: By, day: date) -> str:
    """The line a day belongs to where lines are days or months."""
    return day.isoformat() if by is By.DAY else day.isoformat()[:7]


def figures_table(engine: Engine, settings: FiguresSettings, asked: FiguresAsked) -> FiguresTable:
    """As `FiguresSource.table`."""
    return figures_tables(engine, settings, asked, (asked.by,), day_by_day=True)[asked.by]


def figures_tables(
    engine: Engine, settings: FiguresSettings, asked: FiguresAsked, kinds: Collection[By], *, day_by_day: bool
) -> Mapping[By, FiguresTable]:
    """A table for each kind of lines, whatever `asked.by` says; those of places and those of times are read at once.

    One question goes to the counted days, and two for each other day. Without `day_by_day` lines tell no single days.
    """
    days = days_of(settings, asked.first, asked.last)
    of_places = tuple(by for by in kinds if by in _COLUMNS and by is not By.RULE)
    of_times = tuple(by for by in kinds if by in PERIODS)
    tables: dict[By, FiguresTable] = {}
    for together in (of_places, of_times, tuple(by for by in kinds if by is By.RULE)):
        if not together:
            continue
        columns = tuple(_COLUMNS[by] for by in together if by in _COLUMNS)
        rows = _rows(engine, settings, asked, days, columns, each_day=day_by_day or together == of_times)
        for by in together:
            place = columns.index(_COLUMNS[by]) if by in _COLUMNS else None
            told = _Told(by, days, place, day_by_day, of_calls=by is not By.RULE and asked.rule is None)
            lines, total = told.lines(rows)
            tables[by] = FiguresTable(
                tuple(day.date for day in days), settings.timezone, settings.day_begins, lines, total
            )
    return tables


@dataclass(frozen=True, slots=True)
class _Told:
    """How rows become lines: by which of their keys, or by their day."""

    by: By
    days: Sequence[Day]
    place: int | None
    day_by_day: bool
    of_calls: bool

    def lines(self, rows: Iterable[_Row]) -> tuple[tuple[Figures, ...], Figures]:
        """All lines in their order, and the total."""
        many = len(self.days) if self.day_by_day else 0
        periods = [period_of(self.by, day.date) for day in self.days] if self.by in PERIODS else []
        sums: dict[str | None, _Sum] = {name: _Sum(many) for name in periods}  # one without anything is a line too
        for row in rows:
            key = row.keys[self.place] if self.place is not None else periods[row.number or 0]
            known = sums.get(key)
            if known is None:
                known = sums[key] = _Sum(many)
            known.take(row)
        total = _Sum(many).take_all(sums.values())
        lines = [each.figures(key, of_calls=self.of_calls) for key, each in sums.items()]
        if self.by in PERIODS:
            lines.sort(key=lambda each: each.key or "")
        else:
            lines.sort(key=lambda each: (-each.alerts, -(each.calls or 0), each.key or ""))
        return tuple(lines), total.figures(None, of_calls=self.of_calls)


def _rows(
    engine: Engine,
    settings: FiguresSettings,
    asked: FiguresAsked,
    days: Sequence[Day],
    columns: Sequence[str],
    *,
    each_day: bool,
) -> list[_Row]:
    """What is asked for, by these columns; counted days in one row, or each in its own."""
    found: list[_Row] = []
    counted: set[date] = set()
    table = _counted_table(asked, columns)
    with engine.begin() as connection:
        there = all_of_them(connection)
        if table is not None:
            counted = counted_days(connection, settings, days)
            found += _counted_rows(connection, table, asked, days, counted, columns, each_day=each_day)
    if there is None:
        return found
    questions = _questions(asked, columns)
    for number, day in enumerate(days):
        if day.date in counted or day.ends_at <= there[0] or day.begins_at > there[1]:
            continue
        moments = {"begins_at": day.begins_at, "ends_at": day.ends_at}
        with engine.begin() as connection:  # one for each day: nothing waits for a long reader
            for names, question in questions:
                before, after = (_NO_CALLS, ()) if names == _OF_ALERTS else ((), _NO_ALERTS)
                for row in connection.execute(question, moments):
                    found.append(_Row(number, row[len(names) :], (*before, *row[: len(names)], *after)))
    return found


def _questions(asked: FiguresAsked, columns: Sequence[str]) -> list[tuple[Sequence[str], Select[Any]]]:
    """What is asked of a day that is not counted, and which counts are the answers: made once for all such days."""
    begins_at: Any = bindparam("begins_at")
    ends_at: Any = bindparam("ends_at")
    keys = [alerts.c[name] for name in columns]
    of_alerts = select(*alert_counts(), *keys).where(*alerts_that_count(begins_at, ends_at)).group_by(*keys)
    of_alerts = of_alerts.where(*named(alerts, asked), *in_scope(alerts, asked.scope))
    if asked.rule is not None or "rule" in columns:
        return [(_OF_ALERTS, of_alerts)]
    keys = [calls.c[name] for name in columns]
    of_calls = select(*call_counts(), *keys).where(calls.c.started_at >= begins_at, calls.c.started_at < ends_at)
    of_calls = of_calls.where(*named(calls, asked), *in_scope(calls, asked.scope)).group_by(*keys)
    return [(_OF_CALLS, of_calls), (_OF_ALERTS, of_alerts)]


def _counted_table(asked: FiguresAsked, columns: Sequence[str]) -> Table | None:
    """The coarsest that tells apart what is asked for; a rule's agents are not counted."""
    of_rules = asked.rule is not None or "rule" in columns
    of_agents = asked.agent is not None or "agent_id" in columns
    if of_rules:
        return None if of_agents else rule_days
    return place_days if of_agents else floor_days


def _counted_rows(
    connection: Connection,
    table: Table,
    asked: FiguresAsked,
    days: Sequence[Day],
    counted: set[date],
    columns: Sequence[str],
    *,
    each_day: bool,
) -> Iterable[_Row]:
    numbers = {day.date.isoformat(): number for number, day in enumerate(days) if day.date in counted}
    if not numbers:
        return
    keys = [table.c[name] for name in columns]
    names = [name for name in _COUNTS if name in table.c]
    question = (
        select(*(_sum(table.c[name]) for name in names), *keys)
        .where(table.c.day >= min(numbers), table.c.day <= max(numbers))
        .where(*named(table, asked), *in_scope(table, asked.scope))
    )
    between = {day.date.isoformat() for day in days} - set(numbers)
    between = {day for day in between if min(numbers) < day < max(numbers)}
    if between:
        question = question.where(table.c.day.not_in(sorted(between)))
    days_apart = [table.c.day] if each_day else []
    question = question.add_columns(*days_apart).group_by(*days_apart, *keys)
    before = () if "calls" in table.c else _NO_CALLS
    many, last = len(names), len(names) + len(keys)
    for row in connection.execute(question):
        yield _Row(numbers[row[last]] if each_day else None, row[many:last], (*before, *row[:many]))


def _sum(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A server answers the sum of large numbers as a decimal, which would be made and added up slowly."""
    summed = func.sum(column)
    return summed.cast(BigInteger) if isinstance(column.type, BigInteger) else summed


def named(table: Any, asked: FiguresAsked) -> list[ColumnElement[bool]]:
    """Rows of the agent, team, site, queue and rule that are asked for."""
    whose = (
        *(("agent_id", asked.agent), ("team", asked.team), ("site", asked.site)),
        *(("queue", asked.queue), ("rule", asked.rule)),
    )
    return [table.c[name] == value for name, value in whose if value is not None and name in table.c]
