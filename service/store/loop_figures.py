"""What became of the faults that were confirmed in a time: told, planned, checked again, appealed against."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from config.closed_loop import ClosedLoopSettings
from service.store.figure_tables import score_results
from service.store.inspection_tables import inspection_records
from service.store.scope import in_scope
from web.report_sources import LoopFigures
from web.trust.who import EVERYWHERE, Scope

_CHANGED = ("changed", "final")


def loop_figures(
    engine: Engine,
    settings: ClosedLoopSettings,
    begin: datetime,
    end: datetime,
    now: datetime,
    scope: Scope,
    site: str | None,
    team: str | None,
) -> LoopFigures:
    """Of the faults confirmed, appeals made and customers lost from `begin` until before `end`, as they stand `now`."""
    with engine.begin() as connection:
        cases = _cases(connection, begin, end, scope, site, team)
        appeals = _appeals(connection, begin, end, scope, site, team)
        call_backs = _call_backs(connection, begin, end, scope, site, team)
    report, plan = timedelta(hours=settings.report_within_h), timedelta(hours=settings.plan_within_h)
    results = [case.result for case in cases]
    return LoopFigures(
        confirmed=len(cases),
        reported_in_time=sum(_within(case.confirmed_at, case.reported_at, report) for case in cases),
        planned_in_time=sum(_within(case.confirmed_at, case.planned_at, plan) for case in cases),
        improved=results.count("improved"),
        repeated=results.count("repeated"),
        overdue=sum(case.due_at is not None and case.due_at < now for case in cases),
        appeals=sum(appeals.values()),
        appeals_changed=sum(appeals.get(state, 0) for state in _CHANGED),
        call_backs=sum(call_backs.values()),
        reached=call_backs.get("reached", 0),
        given_up=call_backs.get("given_up", 0),
    )


def _within(confirmed_at: str, done_at: str | None, span: timedelta) -> bool:
    return done_at is not None and datetime.fromisoformat(done_at) - datetime.fromisoformat(confirmed_at) <= span


def _cases(
    connection: Connection, begin: datetime, end: datetime, scope: Scope, site: str | None, team: str | None
) -> Sequence[Any]:
    columns, content = inspection_records.c, inspection_records.c.content
    question = select(
        columns.due_at,
        *(content[name].as_string().label(name) for name in ("confirmed_at", "reported_at", "planned_at", "result")),
    ).where(columns.kind == "improvement", columns.created_at >= begin, columns.created_at < end)
    own = _without_queues(scope)
    return connection.execute(question.where(*in_scope(inspection_records, own), *_place(columns, site, team))).all()


def _appeals(
    connection: Connection, begin: datetime, end: datetime, scope: Scope, site: str | None, team: str | None
) -> dict[str, int]:
    columns = inspection_records.c
    question = (
        select(columns.state, func.count())
        .join_from(inspection_records, score_results, score_results.c.score_id == columns.about)
        .where(columns.kind == "appeal", columns.created_at >= begin, columns.created_at < end)
        .where(*in_scope(score_results, scope), *_place(score_results.c, site, team))
        .group_by(columns.state)
    )
    return {row[0]: row[1] for row in connection.execute(question)}


def _call_backs(
    connection: Connection, begin: datetime, end: datetime, scope: Scope, site: str | None, team: str | None
) -> dict[str, int]:
    columns = inspection_records.c
    question = (
        select(columns.state, func.count())
        .where(columns.kind == "call_back", columns.created_at >= begin, columns.created_at < end)
        .where(*in_scope(inspection_records, scope), *_place(columns, site, team))
        .group_by(columns.state)
    )
    return {row[0]: row[1] for row in connection.execute(question)}


def _place(columns: Any, site: str | None, team: str | None) -> list[Any]:
    return [column == value for column, value in ((columns.site, site), (columns.team, team)) if value is not None]


def _without_queues(scope: Scope) -> Scope:
    """Cases know no queue: who sees some queues of a place sees its cases."""
    if scope.queues and not (scope.sites or scope.teams):
        return EVERYWHERE
    return replace(scope, queues=frozenset())
