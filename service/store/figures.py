"""Figures per agent, team, queue, rule and day, counted day by day from calls and alerts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Engine, case, func, select

from alerts.alert import AlertState, Mark
from alerts.life.precision import wilson
from config.figures import FiguresSettings
from service.clock import Clock
from service.store.scope import in_scope
from service.store.store import Store
from service.store.tables import alerts, calls
from streaming.frames import Party
from web.figures_sources import By, Figures, FiguresAsked, FiguresTable

_SEVERITIES = ("critical", "major", "minor", "info")


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the settings: from its beginning to that of the next, which may be 23 or 25 hours later."""

    date: date
    begins_at: datetime
    ends_at: datetime


def days_of(settings: FiguresSettings, first: date, last: date) -> tuple[Day, ...]:
    """The days from the first to the last."""
    zone, begins = ZoneInfo(settings.timezone), time.fromisoformat(settings.day_begins)
    dates = [first + timedelta(days=number) for number in range((last - first).days + 2)]
    moments = [datetime.combine(each, begins, zone) for each in dates]
    return tuple(Day(*each) for each in zip(dates[:-1], moments[:-1], moments[1:], strict=True))


class StoredFigures:
    """Fills `web.figures_sources.FiguresSource`."""

    def __init__(self, settings: FiguresSettings, store: Store, clock: Clock) -> None:
        self._settings, self._store, self._clock = settings, store, clock

    def today(self) -> date:
        """The day that runs now."""
        here = self._clock.now_at().astimezone(ZoneInfo(self._settings.timezone))
        begins = time.fromisoformat(self._settings.day_begins)
        return here.date() if here.time() >= begins else here.date() - timedelta(days=1)

    async def table(self, asked: FiguresAsked) -> FiguresTable:
        """The lines and their total."""
        return await self._store.read(lambda engine: figures_table(engine, self._settings, asked))


@dataclass(slots=True)
class _Sum:
    days: int
    calls: list[int] = field(init=False)
    alerts: list[int] = field(init=False)
    talk_ms: int = 0
    covered_ms: float = 0.0
    ended_by_agent: int = 0
    severities: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_SEVERITIES, 0))
    marks: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    outcomes: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def __post_init__(self) -> None:
        self.calls, self.alerts = [0] * self.days, [0] * self.days

    def figures(self, key: str | None, *, of_calls: bool) -> Figures:
        right, wrong = self.marks[Mark.RIGHT.value], self.marks[Mark.WRONG.value]
        bounds, many = wilson(right, right + wrong), sum(self.calls)
        return Figures(
            key=key,
            calls=many if of_calls else None,
            talk_ms=self.talk_ms if of_calls else None,
            coverage=round(self.covered_ms / self.talk_ms, 4) if of_calls and self.talk_ms else None,
            ended_by_agent=self.ended_by_agent if of_calls else None,
            alerts=sum(self.alerts),
            **self.severities,
            right=right,
            wrong=wrong,
            precision=right / (right + wrong) if right + wrong else None,
            lower=bounds.lower,
            upper=bounds.upper,
            reached=self.outcomes["reached_in_time"],
            missed=self.outcomes["missed"],
            calls_by_day=tuple(self.calls) if of_calls else (),
            alerts_by_day=tuple(self.alerts),
        )


def figures_table(engine: Engine, settings: FiguresSettings, asked: FiguresAsked) -> FiguresTable:
    """As `FiguresSource.table`; each day is one short question to each table."""
    days = days_of(settings, asked.first, asked.last)
    of_calls = asked.by is not By.RULE and asked.rule is None
    sums: _Sums = defaultdict(lambda: _Sum(len(days)))
    for number, day in enumerate(days):
        if asked.by is By.DAY:
            sums[day.date.isoformat()]  # a day without anything is a line too
        with engine.begin() as connection:  # one for each day: nothing waits for a long reader
            if of_calls:
                _add_calls(connection, asked, day, number, sums)
            _add_alerts(connection, asked, day, number, sums)
    lines = [each.figures(key, of_calls=of_calls) for key, each in sums.items()]
    if asked.by is By.DAY:
        lines.sort(key=lambda each: each.key or "")
    else:
        lines.sort(key=lambda each: (-each.alerts, -(each.calls or 0), each.key or ""))
    total = _total(sums.values(), len(days)).figures(None, of_calls=of_calls)
    return FiguresTable(tuple(day.date for day in days), settings.timezone, settings.day_begins, tuple(lines), total)


_Sums = dict[str | None, _Sum]


def _add_calls(connection: Connection, asked: FiguresAsked, day: Day, number: int, sums: _Sums) -> None:
    keys = {By.AGENT: [calls.c.agent_id], By.TEAM: [calls.c.team], By.QUEUE: [calls.c.queue]}.get(asked.by, [])
    whose = ((calls.c.agent_id, asked.agent), (calls.c.team, asked.team), (calls.c.queue, asked.queue))
    covered_ms = func.sum(calls.c.duration_ms * calls.c.coverage)
    by_agent = func.sum(case((calls.c.hung_up_by == Party.AGENT.value, 1), else_=0))
    question = (
        select(func.count(), func.sum(calls.c.duration_ms), covered_ms, by_agent, *keys)
        .where(calls.c.started_at >= day.begins_at, calls.c.started_at < day.ends_at, *_named(whose))
        .where(*in_scope(calls, asked.scope))
        .group_by(*keys)
    )
    for count, talk_ms, covered, ended_by_agent, *key in connection.execute(question):
        found = sums[key[0] if key else day.date.isoformat()]
        found.calls[number] += count
        found.talk_ms += talk_ms or 0
        found.covered_ms += covered or 0.0
        found.ended_by_agent += ended_by_agent or 0


def _add_alerts(connection: Connection, asked: FiguresAsked, day: Day, number: int, sums: _Sums) -> None:
    columns = {By.AGENT: alerts.c.agent_id, By.TEAM: alerts.c.team, By.QUEUE: alerts.c.queue, By.RULE: alerts.c.rule}
    keys = [columns[asked.by]] if asked.by in columns else []
    whose = (
        *((alerts.c.agent_id, asked.agent), (alerts.c.team, asked.team)),
        *((alerts.c.queue, asked.queue), (alerts.c.rule, asked.rule)),
    )
    kinds = (alerts.c.severity, alerts.c.mark, alerts.c.outcome)
    question = (
        select(func.count(), *kinds, *keys)
        .where(alerts.c.opened_at >= day.begins_at, alerts.c.opened_at < day.ends_at, *_named(whose))
        .where(alerts.c.state != AlertState.WITHDRAWN.value, ~alerts.c.kind.startswith("service_"))
        .where(*in_scope(alerts, asked.scope))
        .group_by(*kinds, *keys)
    )
    for count, severity, mark, outcome, *key in connection.execute(question):
        found = sums[key[0] if key else day.date.isoformat()]
        found.alerts[number] += count
        found.severities[severity] += count
        if mark is not None:
            found.marks[mark] += count
        if outcome is not None:
            found.outcomes[outcome] += count


def _named(whose: Iterable[tuple[ColumnElement[Any], str | None]]) -> list[ColumnElement[bool]]:
    return [column == value for column, value in whose if value is not None]


def _total(sums: Iterable[_Sum], days: int) -> _Sum:
    total = _Sum(days)
    for each in sums:
        total.calls = _added(total.calls, each.calls)
        total.alerts = _added(total.alerts, each.alerts)
        total.talk_ms += each.talk_ms
        total.covered_ms += each.covered_ms
        total.ended_by_agent += each.ended_by_agent
        for ours, theirs in (
            (total.severities, each.severities),
            (total.marks, each.marks),
            (total.outcomes, each.outcomes),
        ):
            for name, count in theirs.items():
                ours[name] += count
    return total


def _added(one: Sequence[int], other: Sequence[int]) -> list[int]:
    return [ours + theirs for ours, theirs in zip(one, other, strict=True)]
