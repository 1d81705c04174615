"""REST of alerts: search and look up."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime

from alerts.alert import AlertState, Kind, Severity
from web.alert_messages import AlertPage, AlertWithHistory, alert_body, alert_with_history
from web.problems import Problem, ProblemError
from web.requests import CALL_ID_PATTERN
from web.several import Several, several
from web.sources import Alerts

_STATES = frozenset(AlertState)
_SEVERITIES = frozenset(severity.word for severity in Severity)
_KINDS = frozenset(Kind)


def alerts_router(alerts: Alerts) -> APIRouter:
    """The routes under /api/v1/alerts."""
    router = APIRouter(
        prefix="/api/v1/alerts", tags=["alerts"], responses={422: {"model": Problem, "description": "Bad filters"}}
    )

    @router.get("")
    async def list_alerts(
        state: Several = None,
        severity: Several = None,
        kind: Several = None,
        call_id: Annotated[str | None, Query(pattern=CALL_ID_PATTERN)] = None,
        since: Annotated[AwareDatetime | None, Query(description="Changed at or after this time.")] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        cursor: Annotated[str | None, Query(pattern=r"^[0-9]{1,18}$")] = None,
    ) -> AlertPage:
        """Alerts in their newest version, newest change first."""
        found = await alerts.search(
            state=several("state", state, _STATES),
            severity=several("severity", severity, _SEVERITIES),
            kind=several("kind", kind, _KINDS),
            call_id=call_id,
            since=since,
            limit=limit + 1,
            before=None if cursor is None else int(cursor),
        )
        page = found[:limit]
        more = len(found) > limit and page[-1].sequence is not None
        return AlertPage(
            alerts=[alert_body(change.alert) for change in page], next_cursor=str(page[-1].sequence) if more else None
        )

    @router.get("/{alert_id}", responses={404: {"model": Problem, "description": "No such alert"}})
    async def get_alert(alert_id: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]) -> AlertWithHistory:
        """One alert with every version it went through."""
        changes = await alerts.get(alert_id)
        if not changes:
            raise ProblemError(404, "unknown-alert", "No such alert.")
        return alert_with_history(changes)

    return router
