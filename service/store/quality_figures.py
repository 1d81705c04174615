"""Figures of quality, added up by the database: closed scores, their errors, and figures of other systems."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Engine,
    String,
    and_,
    case,
    column,
    func,
    or_,
    select,
    values,
)

from config.figures import FiguresSettings
from service.store.figure_days import Day, days_of
from service.store.figure_tables import score_faults, score_results
from service.store.figures import figures_table, named, period_of
from service.store.inspection_tables import inspection_records
from service.store.scope import in_scope
from service.store.tables import UtcDateTime
from web.figures_sources import By, Figures, FiguresAsked
from web.quality_sources import OutsideValue, QualityLine, QualityTable, ScoredFigures, is_count

_KEYS = {By.AGENT: "agent_id", By.TEAM: "team", By.SITE: "site", By.QUEUE: "queue", By.RULE: "rule"}
_WIDEST_FIRST = ("site", "team", "queue", "agent")  # who reports a figure: of several places that do, the widest
_SUMS = (
    *("scored", "passed", "pointed", "hundredths", "faults", "faulty"),
    *("service_fatal", "business_fatal", "fatal", "mistakes", "minor"),
)


def quality_table(engine: Engine, settings: FiguresSettings, asked: FiguresAsked) -> QualityTable:
    """As `QualitySource.quality`."""
    table = figures_table(engine, settings, asked)
    days = days_of(settings, asked.first, asked.last)
    with engine.begin() as connection:
        scored = _proved(connection, asked, days) if asked.by is By.RULE else _scored(connection, asked, days)
        total = _scored_total(connection, asked, days)
        outside, outside_total = _outside(connection, asked)
    known = {line.key: line for line in table.lines}
    for key in sorted({*scored, *outside} - set(known), key=lambda each: each or ""):
        known[key] = _nothing(key, of_calls=asked.by is not By.RULE)
    lines = [
        QualityLine(line, scored.get(key, ScoredFigures()), outside.get(key, {}))
        for key, line in known.items()
        if line.calls or line.alerts or key in scored or asked.by in (By.DAY, By.MONTH) or _may_know(asked, key)
    ]
    if asked.by in (By.DAY, By.MONTH):
        lines.sort(key=lambda each: each.figures.key or "")
    return QualityTable(
        *(asked.by, table.days, table.timezone, table.day_begins, tuple(lines)),
        QualityLine(table.total, total, outside_total),
    )


def fault_counts(
    engine: Engine, settings: FiguresSettings, asked: FiguresAsked, limit: int
) -> list[tuple[str, str, str, int, int]]:
    """Sheet, item, kind of error, scored calls with it, agents: the most frequent first."""
    columns = score_faults.c
    many = func.count(columns.score_id.distinct()).label("many")
    question = (
        select(columns.sheet, columns.item, columns.error, many, func.count(columns.agent_id.distinct()))
        .where(*_within(score_faults, asked, days_of(settings, asked.first, asked.last)))
        .group_by(columns.sheet, columns.item, columns.error)
        .order_by(many.desc(), columns.sheet, columns.item)
        .limit(limit)
    )
    with engine.begin() as connection:
        return [tuple(row) for row in connection.execute(question)]


def _within(table: Any, asked: FiguresAsked, days: Sequence[Day]) -> list[ColumnElement[bool]]:
    return [
        table.c.called_at >= days[0].begins_at,
        table.c.called_at < days[-1].ends_at,
        *named(table, asked),
        *in_scope(table, asked.scope),
    ]


def _sums() -> list[ColumnElement[Any]]:
    columns = score_results.c

    def some(column_: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.coalesce(func.sum(case((column_, 1), else_=0)), 0)

    return [
        func.count(columns.score_id),
        some(columns.passed),
        func.count(columns.hundredths),
        func.coalesce(func.sum(columns.hundredths), 0),
        func.coalesce(func.sum(columns.faults), 0),
        some(columns.faults > 0),
        some(columns.service_fatal > 0),
        some(columns.business_fatal > 0),
        some(columns.service_fatal + columns.business_fatal > 0),
        some(columns.mistakes > 0),
        some(columns.minor_faults > 0),
    ]


def _of_row(row: Sequence[Any]) -> ScoredFigures:
    return ScoredFigures(**{name: int(value) for name, value in zip(_SUMS, row, strict=True)})


def _scored_total(connection: Connection, asked: FiguresAsked, days: Sequence[Day]) -> ScoredFigures:
    if asked.by is By.RULE or asked.rule is not None:
        return ScoredFigures(faulty=_proved_calls(connection, asked, days))
    return _of_row(connection.execute(select(*_sums()).where(*_within(score_results, asked, days))).one())


def _scored(connection: Connection, asked: FiguresAsked, days: Sequence[Day]) -> Mapping[str | None, ScoredFigures]:
    if asked.rule is not None:
        return {}
    within = _within(score_results, asked, days)
    if asked.by in _KEYS:
        key = score_results.c[_KEYS[asked.by]]
        return {
            row[0]: _of_row(row[1:]) for row in connection.execute(select(key, *_sums()).where(*within).group_by(key))
        }
    periods = _periods(asked.by, days)
    between = and_(score_results.c.called_at >= periods.c.begins_at, score_results.c.called_at < periods.c.ends_at)
    question = select(periods.c.name, *_sums()).join_from(periods, score_results, between).where(*within)
    return {row[0]: _of_row(row[1:]) for row in connection.execute(question.group_by(periods.c.name))}


def _periods(by: By, days: Sequence[Day]) -> CTE:
    """The days, or months, with their beginnings and ends: a table to join with."""
    bounds: dict[str, tuple[Any, Any]] = {}
    for day in days:
        name = period_of(by, day.date)
        bounds[name] = (bounds[name][0] if name in bounds else day.begins_at, day.ends_at)
    columns = (column("name", String), column("begins_at", UtcDateTime), column("ends_at", UtcDateTime))
    return values(*columns, name="periods").data([(name, *each) for name, each in bounds.items()]).cte("periods")


def _proved(connection: Connection, asked: FiguresAsked, days: Sequence[Day]) -> Mapping[str | None, ScoredFigures]:
    rule = score_faults.c.rule
    question = select(rule, func.count(score_faults.c.score_id.distinct())).where(rule != "")
    found = connection.execute(question.where(*_within(score_faults, asked, days)).group_by(rule))
    return {name: ScoredFigures(faulty=many) for name, many in found}


def _proved_calls(connection: Connection, asked: FiguresAsked, days: Sequence[Day]) -> int:
    question = select(func.count(score_faults.c.score_id.distinct())).where(score_faults.c.rule != "")
    return int(connection.execute(question.where(*_within(score_faults, asked, days))).scalar_one())


_Outside = Mapping[str, OutsideValue]


def _outside(connection: Connection, asked: FiguresAsked) -> tuple[Mapping[str | None, _Outside], _Outside]:
    """Of each line, and of all together: there the widest of the places that report a figure counts."""
    if asked.by is By.RULE or asked.rule is not None:
        return {}, {}
    columns, content = inspection_records.c, inspection_records.c.content
    name = func.coalesce(columns.site, columns.team, columns.queue, columns.agent_id)
    period = func.substr(columns.owner, 1, 7 if asked.by is By.MONTH else 10)
    value, number = content["value"].as_float(), content["number"].as_integer()
    keys = [columns.about, columns.state, *([name] if asked.by in _KEYS else [period])]
    question = (
        select(*keys, func.sum(value), func.sum(value * number), func.sum(number))
        .where(columns.kind == "outside", *_asked_for(asked))
        .where(columns.owner >= asked.first.isoformat(), columns.owner <= asked.last.isoformat())
        .group_by(*keys)
    )
    sums: dict[str, dict[str, dict[str, list[float]]]] = defaultdict(lambda: defaultdict(dict))
    for figure, scope, key, *found in connection.execute(question):
        sums[figure][scope][key] = [float(each) for each in found]
    lines: dict[str | None, dict[str, OutsideValue]] = defaultdict(dict)
    total: dict[str, OutsideValue] = {}
    for figure, scopes in sums.items():
        surely = asked.scope.everywhere or asked.agent is not None  # which agents lie within a scope, calls know
        widest = next((each for each in _WIDEST_FIRST if each in scopes and (each != "agent" or surely)), "")
        if widest:
            total[figure] = _value(figure, scopes[widest].values())
        own = asked.by.value if asked.by in _KEYS else widest
        for key, found in scopes.get(own, {}).items():
            lines[key][figure] = _value(figure, [found])
    return lines, total


def _value(figure: str, sums: Any) -> OutsideValue:
    added = [sum(each) for each in zip(*sums, strict=True)]
    if is_count(figure):
        return OutsideValue(added[0], round(added[2]))
    return OutsideValue(round(added[1] / added[2], 4) if added[2] else 0.0, round(added[2]))


def _asked_for(asked: FiguresAsked) -> list[ColumnElement[bool]]:
    """Places that are asked for and lie in the scope; a place says nothing of other kinds of places."""
    columns = inspection_records.c
    filters = {"agent": asked.agent, "team": asked.team, "site": asked.site, "queue": asked.queue}
    of_kind = {"agent": columns.agent_id, "team": columns.team, "site": columns.site, "queue": columns.queue}
    conditions: list[ColumnElement[bool]] = []
    named_ones = {kind: value for kind, value in filters.items() if value is not None}
    if named_ones:
        conditions.append(
            or_(*(and_(columns.state == kind, of_kind[kind] == value) for kind, value in named_ones.items()))
        )
    if not asked.scope.everywhere and asked.agent is None:
        within = {"site": asked.scope.sites, "team": asked.scope.teams, "queue": asked.scope.queues}
        kinds = [
            and_(columns.state == kind, of_kind[kind].in_(sorted(names))) for kind, names in within.items() if names
        ]
        conditions.append(or_(*kinds, columns.state == "agent") if asked.by is By.AGENT else or_(*kinds))
    return conditions


def _may_know(asked: FiguresAsked, key: str | None) -> bool:
    """Whether a line that holds figures of other systems alone is shown: agents of other places are not."""
    return asked.scope.everywhere or asked.by is not By.AGENT


def _nothing(key: str | None, *, of_calls: bool) -> Figures:
    none = 0 if of_calls else None
    return Figures(
        *(key, none, none, None, none, 0, 0, 0, 0, 0, 0, 0),
        precision=None,
        lower=0.0,
        upper=1.0,
        reached=0,
        missed=0,
        calls_by_day=(),
        alerts_by_day=(),
    )
