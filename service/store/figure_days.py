"""Days of the figures, those that are over counted once: a month is then some thousand rows instead of a million."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Insert,
    Label,
    Table,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    union_all,
)

from alerts.alert import AlertState, Mark
from config.figures import FiguresSettings
from service.store.database import writing
from service.store.figure_tables import figure_days, floor_days, place_days, rule_days
from service.store.tables import alerts, calls
from streaming.frames import Party

SEVERITIES = ("critical", "major", "minor", "info")
_SETTLED = timedelta(hours=2)  # so long after its end a day is counted; until then its calls may still run
_TOUCHED = timedelta(hours=1)  # a change of anything older may be of a counted day (an hour for clocks that differ)
_MOST_DAYS = 800


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


def day_at(settings: FiguresSettings, moment: datetime) -> date:
    """The day a moment belongs to."""
    here = moment.astimezone(ZoneInfo(settings.timezone))
    begins = time.fromisoformat(settings.day_begins)
    return here.date() if here.time() >= begins else here.date() - timedelta(days=1)


def counted_days(connection: Connection, settings: FiguresSettings, days: Sequence[Day]) -> set[date]:
    """Those of the days that need not be counted."""
    if not days:
        return set()
    first, last = days[0].date.isoformat(), days[-1].date.isoformat()
    asked = select(figure_days.c.day).where(figure_days.c.day >= first, figure_days.c.day <= last)
    found = connection.execute(asked.where(figure_days.c.zone == _zone(settings))).scalars()
    return {date.fromisoformat(day) for day in found}


def forget_days(connection: Connection, moments: Iterable[datetime], now: datetime) -> None:
    """Something changed that belongs to these moments: days of old ones are no longer counted.

    Of what is young nothing is done: its day is not counted yet.
    """
    for moment in {each for each in moments if each < now - _TOUCHED}:
        own = (figure_days.c.begins_at <= moment) & (figure_days.c.ends_at > moment)
        connection.execute(delete(figure_days).where(own))


def forget_before(engine: Engine, moment: datetime) -> int:
    """Days with anything older than the moment are no longer counted: what they held is deleted."""
    with writing(engine).begin() as connection:
        return connection.execute(delete(figure_days).where(figure_days.c.begins_at < moment)).rowcount


def count_next_day(engine: Engine, settings: FiguresSettings, now: datetime) -> date | None:
    """Count the newest day that is over and not counted, in one transaction; None when all are."""
    with writing(engine).begin() as connection:
        if connection.dialect.name == "postgresql":  # nobody changes an old day between our look and our count
            connection.execute(text("LOCK TABLE figure_days IN SHARE ROW EXCLUSIVE MODE"))
        connection.execute(delete(figure_days).where(figure_days.c.zone != _zone(settings)))
        day = _next(connection, settings, now)
        if day is not None:
            _count(connection, day)
            values = {"day": day.date.isoformat(), "begins_at": day.begins_at, "ends_at": day.ends_at}
            connection.execute(insert(figure_days).values(**values, zone=_zone(settings)))
    return None if day is None else day.date


def alert_counts() -> list[Label[Any]]:
    """How many alerts a group holds, of each severity, mark and outcome: in the order of the tables."""

    def of(column: ColumnElement[Any], value: str, name: str) -> Label[Any]:
        return func.coalesce(func.sum(case((column == value, 1), else_=0)), 0).label(name)

    return [
        func.count().label("alerts"),
        *(of(alerts.c.severity, severity, severity) for severity in SEVERITIES),
        of(alerts.c.mark, Mark.RIGHT.value, "right"),
        of(alerts.c.mark, Mark.WRONG.value, "wrong"),
        of(alerts.c.outcome, "reached_in_time", "reached"),
        of(alerts.c.outcome, "missed", "missed"),
    ]


def call_counts() -> list[Label[Any]]:
    """How many calls a group holds, how long, how much was heard, how many the agent ended."""
    return [
        func.count().label("calls"),
        func.coalesce(func.sum(calls.c.duration_ms), 0).label("talk_ms"),
        func.coalesce(func.sum(calls.c.duration_ms * calls.c.coverage), 0.0).label("covered_ms"),
        func.coalesce(func.sum(case((calls.c.hung_up_by == Party.AGENT.value, 1), else_=0)), 0).label("ended_by_agent"),
    ]


def alerts_that_count(begins_at: Any, ends_at: Any) -> list[ColumnElement[bool]]:
    """Alerts of a time (moments, or parameters for them), without those taken back and those about Earshot itself."""
    return [
        alerts.c.opened_at >= begins_at,
        alerts.c.opened_at < ends_at,
        alerts.c.state != AlertState.WITHDRAWN.value,
        ~alerts.c.kind.startswith("service_"),
    ]


def _zone(settings: FiguresSettings) -> str:
    return f"{settings.timezone} {settings.day_begins}"


def all_of_them(connection: Connection) -> tuple[datetime, datetime] | None:
    """When the first call or alert was, and the last; None where there is none."""
    moments: list[datetime] = []
    for column in (calls.c.started_at, alerts.c.opened_at):
        for end in (func.min(column), func.max(column)):  # one at a time: each is the end of an index
            moments += filter(None, [connection.execute(select(end)).scalar()])
    return (min(moments), max(moments)) if moments else None


def _next(connection: Connection, settings: FiguresSettings, now: datetime) -> Day | None:
    there = all_of_them(connection)
    if there is None:
        return None
    last = day_at(settings, now - _SETTLED) - timedelta(days=1)
    first = max(day_at(settings, there[0]), last - timedelta(days=_MOST_DAYS))
    if first > last:
        return None
    days = days_of(settings, first, last)
    counted = counted_days(connection, settings, days)
    return next((day for day in reversed(days) if day.date not in counted), None)


def _count(connection: Connection, day: Day) -> None:
    date_, that_count = day.date.isoformat(), alerts_that_count(day.begins_at, day.ends_at)
    for table in (place_days, floor_days, rule_days):
        connection.execute(delete(table).where(table.c.day == date_))
    place = [calls.c.agent_id, calls.c.team, calls.c.queue, calls.c.site]
    of_calls = select(*place, *call_counts(), *_zeros(alert_counts()))
    of_calls = of_calls.where(calls.c.started_at >= day.begins_at, calls.c.started_at < day.ends_at).group_by(*place)
    place = [alerts.c.agent_id, alerts.c.team, alerts.c.queue, alerts.c.site]
    of_alerts = select(*place, *_zeros(call_counts()), *alert_counts()).where(*that_count).group_by(*place)
    both = union_all(of_calls, of_alerts).subquery()
    connection.execute(_filled(place_days, date_, both, 4))
    connection.execute(_filled(floor_days, date_, place_days, 3, place_days.c.day == date_))
    place = [alerts.c.rule, alerts.c.team, alerts.c.queue, alerts.c.site]
    of_rules = select(*place, *alert_counts()).where(*that_count).group_by(*place).subquery()
    connection.execute(_filled(rule_days, date_, of_rules, 4))


def _filled(table: Table, day: str, of: FromClause, keys: int, *where: ColumnElement[bool]) -> Insert:
    """Rows of the day in a table, added up from those of another: by its first columns after the day."""
    names = [column.name for column in table.columns]
    own = [of.c[name] for name in names[1 : 1 + keys]]
    sums = [func.sum(of.c[name]) for name in names[1 + keys :]]
    return insert(table).from_select(names, select(literal(day), *own, *sums).where(*where).group_by(*own))


def _zeros(counts: Sequence[Label[Any]]) -> list[ColumnElement[Any]]:
    return [literal(0).label(count.name) for count in counts]
