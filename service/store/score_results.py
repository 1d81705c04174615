"""What closed scores came to, in rows that figures are added up from; kept with the score, in one transaction."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP

from sqlalchemy import Connection, Engine, delete, insert, select

from alerts.inspection.errors import ErrorKind, ScoredError, errors_of
from config.score_sheets import ScoreSheet
from service.store.figure_tables import score_faults, score_results
from service.store.inspection_tables import inspection_records
from service.store.tables import alerts
from web.inspection.views import Score


@dataclass(frozen=True, slots=True)
class ScoredCall:
    """A closed score as far as outcomes ask: whose call, when it began, and which items were faulty."""

    agent_id: str
    called_at: datetime
    sheet: str
    faults: frozenset[str]


def scored_calls(engine: Engine, agents: Collection[str], since: datetime, until: datetime) -> list[ScoredCall]:
    """The closed scores of these agents' calls that began from `since` until before `until`, in no order.

    A server that is asked for an order reads everybody's calls in it, instead of those of the agents.
    """
    columns, faulty = score_results.c, score_faults.c
    asked = select(columns.agent_id, columns.called_at, columns.sheet, columns.score_id).where(
        columns.agent_id.in_(agents), columns.called_at >= since, columns.called_at < until
    )
    which = select(faulty.score_id, faulty.item).where(
        faulty.agent_id.in_(agents), faulty.called_at >= since, faulty.called_at < until
    )
    with engine.begin() as connection:
        faults: dict[str, set[str]] = defaultdict(set)
        for score_id, item in connection.execute(which):
            faults[score_id].add(item)
        return [
            ScoredCall(row.agent_id, row.called_at, row.sheet, frozenset(faults.get(row.score_id, ())))
            for row in connection.execute(asked)
        ]


def keep_result(connection: Connection, score_id: str, score: Score) -> None:
    """Put the score's rows in place of those it had. Drafts and scores of calibrations have none."""
    if score.closed_at is None or score.calibration_id is not None:
        return
    errors = errors_of(_sheet(connection, score.sheet_digest), score.marks)
    for table in (score_results, score_faults):
        connection.execute(delete(table).where(table.c.score_id == score_id))
    call, result = score.call, score.result
    place = {
        "score_id": score_id,
        "call_id": call.call_id,
        "called_at": call.started_at,
        "sheet": score.sheet,
        "agent_id": call.agent_id,
        "team": call.team,
        "queue": call.queue,
        "site": call.site,
    }
    hundredths = None
    if result.points is not None and result.most:
        hundredths = int((10_000 * result.points / result.most).to_integral_value(ROUND_HALF_UP))
    kinds = [error.kind for error in errors]
    connection.execute(
        insert(score_results).values(
            **place,
            inspector=score.inspector,
            hundredths=hundredths,
            passed=result.passed,
            faults=len(errors),
            service_fatal=kinds.count(ErrorKind.SERVICE_FATAL),
            business_fatal=kinds.count(ErrorKind.BUSINESS_FATAL),
            mistakes=kinds.count(ErrorKind.MISTAKE),
            minor_faults=kinds.count(ErrorKind.MINOR),
        )
    )
    rules = _rules(connection, errors)
    rows = [
        {**place, "item": error.item, "error": error.kind.value, "rule": rule}
        for error in errors
        for rule in sorted({rules[alert_id] for alert_id in error.evidence if alert_id in rules} or {""})
    ]
    if rows:
        connection.execute(insert(score_faults), rows)


def _rules(connection: Connection, errors: tuple[ScoredError, ...]) -> dict[str, str]:
    """The rule of each alert that proves something."""
    ids = sorted({alert_id for error in errors for alert_id in error.evidence})
    if not ids:
        return {}
    asked = select(alerts.c.alert_id, alerts.c.rule).where(alerts.c.alert_id.in_(ids), alerts.c.rule.is_not(None))
    return {row.alert_id: row.rule for row in connection.execute(asked)}


_sheets: dict[str, ScoreSheet] = {}
"""By digest, which names the content: it never changes."""


def _sheet(connection: Connection, digest: str) -> ScoreSheet:
    if digest not in _sheets:
        known = (inspection_records.c.kind == "sheet") & (inspection_records.c.record_id == digest)
        content = connection.execute(select(inspection_records.c.content).where(known)).scalar_one()
        _sheets[digest] = ScoreSheet.model_validate(content)
    return _sheets[digest]
