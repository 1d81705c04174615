"""Figures of quality, added up by the database: closed scores, their errors, and figures of other systems."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import add
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, bindparam, case, func, select

from config.figures import FiguresSettings
from service.store.figure_days import Day, days_of
from service.store.figure_tables import score_faults, score_results
from service.store.figures import PERIODS, figures_tables, named, period_of
from service.store.outside_values import OutsideLines, outside_lines
from service.store.scope import in_scope
from web.figures_sources import By, Figures, FiguresAsked, FiguresTable
from web.quality_sources import QualityLine, QualityTable, ScoredFigures

_KEYS = {By.AGENT: "agent_id", By.TEAM: "team", By.SITE: "site", By.QUEUE: "queue"}
_SUMS = (
    *("scored", "passed", "pointed", "hundredths", "faults", "faulty"),
    *("service_fatal", "business_fatal", "fatal", "mistakes", "minor"),
)
_Scored = Mapping[str | None, ScoredFigures]


def quality_table(engine: Engine, settings: FiguresSettings, asked: FiguresAsked) -> QualityTable:
    """As `QualitySource.quality`."""
    return quality_tables(engine, settings, asked, (asked.by,))[asked.by]


def quality_tables(
    engine: Engine, settings: FiguresSettings, asked: FiguresAsked, kinds: Collection[By]
) -> Mapping[By, QualityTable]:
    """A table for each kind of lines, whatever `asked.by` says: what they have in common is asked for once."""
    tables = figures_tables(engine, settings, asked, kinds, day_by_day=False)
    days = days_of(settings, asked.first, asked.last)
    with engine.begin() as connection:
        scored = _scored(connection, asked, kinds, days)
        outside = outside_lines(connection, asked, kinds)
    return {by: _table(asked, by, tables[by], *scored[by], outside[by]) for by in kinds}


def _table(
    asked: FiguresAsked,
    by: By,
    table: FiguresTable,
    scored: _Scored,
    scored_total: ScoredFigures,
    outside: OutsideLines,
) -> QualityTable:
    known = {line.key: line for line in table.lines}
    for key in sorted({*scored, *outside.lines} - set(known), key=lambda each: each or ""):
        known[key] = _nothing(key, of_calls=by is not By.RULE)
    shown = by in PERIODS or asked.scope.everywhere or by is not By.AGENT  # agents of other places are not
    lines = [
        QualityLine(line, scored.get(key, ScoredFigures()), outside.lines.get(key, {}))
        for key, line in known.items()
        if line.calls or line.alerts or key in scored or shown
    ]
    if by in PERIODS:
        lines.sort(key=lambda each: each.figures.key or "")
    return QualityTable(
        *(by, table.days, table.timezone, table.day_begins, tuple(lines)),
        QualityLine(table.total, scored_total, outside.total),
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
    return _between(table, asked, days[0].begins_at, days[-1].ends_at)


def _between(table: Any, asked: FiguresAsked, begins_at: Any, ends_at: Any) -> list[ColumnElement[bool]]:
    moment = table.c.called_at
    return [moment >= begins_at, moment < ends_at, *named(table, asked), *in_scope(table, asked.scope)]


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


def _scored(
    connection: Connection, asked: FiguresAsked, kinds: Collection[By], days: Sequence[Day]
) -> Mapping[By, tuple[_Scored, ScoredFigures]]:
    """Lines and total of each kind of lines. Those of places come from one question, with their total."""
    found: dict[By, tuple[_Scored, ScoredFigures]] = {}
    of_places = [by for by in kinds if by in _KEYS]
    if asked.rule is not None or By.RULE in kinds:
        proved = ScoredFigures(faulty=_proved_calls(connection, asked, days))
        found = {by: (_proved(connection, asked, days) if by is By.RULE else {}, proved) for by in kinds}
    if asked.rule is not None:
        return found
    if of_places:
        keys = [score_results.c[_KEYS[by]] for by in of_places]
        by_place = select(*keys, *_sums()).where(*_within(score_results, asked, days)).group_by(*keys)
        groups = [(row[: len(keys)], row[len(keys) :]) for row in connection.execute(by_place)]
        for place, by in enumerate(of_places):
            found[by] = _added((key[place], counts) for key, counts in groups)
    question = select(*_sums()).where(*_between(score_results, asked, bindparam("begins_at"), bindparam("ends_at")))
    for by in kinds:
        if by in PERIODS:  # each asked for apart: SQLite sorts what it groups, which takes longer than to add it up
            rows = [
                (name, connection.execute(question, {"begins_at": own[0].begins_at, "ends_at": own[-1].ends_at}).one())
                for name, own in _periods(by, days).items()
            ]
            found[by] = _added((name, counts) for name, counts in rows if counts[0])
    return found


def _added(groups: Iterable[tuple[str | None, Sequence[Any]]]) -> tuple[_Scored, ScoredFigures]:
    """Groups of the same key in one line, and all of them together."""
    lines: dict[str | None, Sequence[int]] = {}
    total: Sequence[int] = [0] * len(_SUMS)
    for key, counts in groups:
        lines[key] = list(map(add, lines[key], counts)) if key in lines else counts
        total = list(map(add, total, counts))
    return {key: _figures_of(counts) for key, counts in lines.items()}, _figures_of(total)


def _figures_of(counts: Sequence[Any]) -> ScoredFigures:
    return ScoredFigures(**{name: int(count) for name, count in zip(_SUMS, counts, strict=True)})


def _periods(by: By, days: Sequence[Day]) -> Mapping[str, Sequence[Day]]:
    """The days of each line."""
    found: dict[str, list[Day]] = {}
    for day in days:
        found.setdefault(period_of(by, day.date), []).append(day)
    return found


def _proved(connection: Connection, asked: FiguresAsked, days: Sequence[Day]) -> _Scored:
    rule = score_faults.c.rule
    question = select(rule, func.count(score_faults.c.score_id.distinct())).where(rule != "")
    found = connection.execute(question.where(*_within(score_faults, asked, days)).group_by(rule))
    return {name: ScoredFigures(faulty=many) for name, many in found}


def _proved_calls(connection: Connection, asked: FiguresAsked, days: Sequence[Day]) -> int:
    question = select(func.count(score_faults.c.score_id.distinct())).where(score_faults.c.rule != "")
    return int(connection.execute(question.where(*_within(score_faults, asked, days))).scalar_one())


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
