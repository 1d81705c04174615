"""REST of the past: calls and alerts found by whose they were, what they were, when, and what was said; as CSV too."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict

from alerts.alert import AlertState, Kind, Severity
from streaming.frames import Leg, Party
from web.alert_messages import AlertBody, alert_body
from web.call_messages import CallBody, call_body
from web.csv_text import csv_answer, csv_lines
from web.history_sources import History, HistoryFilter, PastAlert, PastCall, Said
from web.problems import BadField, Problem, ProblemError
from web.requests import CALL_ID_PATTERN
from web.several import Several, several
from web.stamps import Stamp, stamp
from web.trust.rights import Right
from web.trust.who import who_asks

_MOST_LINES = 100_000  # of one CSV; more is asked for by time
_AT_ONCE = 500
_ALERT_ID = r"^[A-Za-z0-9_-]{1,64}$"
_Name = Annotated[str | None, Query(min_length=1, max_length=200)]
_BAD: dict[int | str, dict[str, Any]] = {422: {"model": Problem, "description": "Bad filters"}}
_CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {}}, "description": f"With a heading; {_MOST_LINES} lines at most"}
}
_CALL_HEAD = (
    *("call_id", "started_at", "ended_at", "duration_s", "direction", "language", "agent_id", "agent_name", "team"),
    *("queue", "site", "hung_up_by", "verdict", "coverage", "critical", "major", "minor", "info", "said_at_s", "said"),
)
_ALERT_HEAD = (
    *("alert_id", "call_id", "opened_at", "at_s", "kind", "rule", "severity", "state", "outcome", "mark", "agent_id"),
    *("team", "queue", "site", "title", "clause", "count", "assignee", "claimed_at", "said_at_s", "said"),
)


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class SaidBody(_Body):
    """Where the phrase was said; `places` are pairs of signs in the text, from and to."""

    leg: Leg
    start_ms: int
    end_ms: int
    text: str
    places: list[tuple[int, int]]


class PastCallBody(CallBody):
    """A call with its alerts by severity, and where the phrase was said."""

    alerts: dict[str, int]
    said: list[SaidBody]


class PastAlertBody(AlertBody):
    """An alert as it stands, and where in its call the phrase was said."""

    said: list[SaidBody]


class PastCallPage(_Body):
    """Calls, newest first. `looked_back_to`: the phrase is so frequent that older words were not searched."""

    calls: list[PastCallBody]
    next_cursor: str | None
    looked_back_to: Stamp | None


class PastAlertPage(_Body):
    """Alerts, newest first; `looked_back_to` as for calls."""

    alerts: list[PastAlertBody]
    next_cursor: str | None
    looked_back_to: Stamp | None


def _filter(
    agent: _Name = None,
    team: _Name = None,
    queue: _Name = None,
    rule: _Name = None,
    kind: Several = None,
    severity: Several = None,
    state: Several = None,
    since: Annotated[AwareDatetime | None, Query(description="Begun, or opened, at or after this time.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="And before this time.")] = None,
    said: Annotated[
        str | None, Query(min_length=1, max_length=200, description="Words that were said, one after the other.")
    ] = None,
    hung_up_by: Annotated[Party | None, Query(description="Who ended the call; for calls only.")] = None,
) -> HistoryFilter:
    if since is not None and until is not None and since >= until:
        fault = BadField(field="query.until", detail="must be later than since")
        raise ProblemError(422, "validation", "Some fields cannot be used; each is named in errors.", [fault])
    if said is not None and not any(sign.isalnum() for sign in said):
        fault = BadField(field="query.said", detail="holds no word")
        raise ProblemError(422, "validation", "Some fields cannot be used; each is named in errors.", [fault])
    who = who_asks()
    if said is not None and not who.may(Right.TRANSCRIPT):
        raise ProblemError(403, "no-right", f"To look for words needs the right {Right.TRANSCRIPT}.")
    return HistoryFilter(
        scope=who.scope,
        heard=who.legs,
        over=said is not None and not who.may(Right.LIVE_TRANSCRIPT),
        agent=agent,
        team=team,
        queue=queue,
        rule=rule,
        kind=several("kind", kind, Kind),
        severity=several("severity", severity, [each.word for each in Severity]),
        state=several("state", state, [each for each in AlertState if each is not AlertState.WITHDRAWN]),
        since=since,
        until=until,
        said=said,
        hung_up_by=hung_up_by,
    )


_Filter = Annotated[HistoryFilter, Depends(_filter)]
_Limit = Annotated[int, Query(ge=1, le=_AT_ONCE)]


def history_router(history: History) -> APIRouter:
    """The routes under /api/v1/history."""
    router = APIRouter(prefix="/api/v1/history", tags=["history"], responses=_BAD)

    @router.get("/calls")
    async def find_calls(
        wanted: _Filter,
        limit: _Limit = 50,
        cursor: Annotated[str | None, Query(pattern=CALL_ID_PATTERN)] = None,
    ) -> PastCallPage:
        """Calls, newest first; with kind, severity, rule or state those that have such an alert."""
        found = await history.past_calls(wanted, limit + 1, cursor)
        page, more = found.calls[:limit], len(found.calls) > limit
        return PastCallPage(
            calls=[_past_call(each) for each in page],
            next_cursor=page[-1].call.call_id if more else None,
            looked_back_to=found.looked_back_to,
        )

    @router.get("/alerts")
    async def find_alerts(
        wanted: _Filter, limit: _Limit = 50, cursor: Annotated[str | None, Query(pattern=_ALERT_ID)] = None
    ) -> PastAlertPage:
        """Alerts as they stand, those opened last first; with `said` those of calls in which it was said."""
        found = await history.past_alerts(wanted, limit + 1, cursor)
        page, more = found.alerts[:limit], len(found.alerts) > limit
        return PastAlertPage(
            alerts=[_past_alert(each) for each in page],
            next_cursor=page[-1].alert.alert_id if more else None,
            looked_back_to=found.looked_back_to,
        )

    @router.get("/calls.csv", response_class=Response, responses=_CSV)
    async def export_calls(wanted: _Filter) -> StreamingResponse:
        """The same calls as a table; customers' numbers are left out."""

        async def lines() -> AsyncIterator[tuple[object, ...]]:
            before, told = None, 0
            while told < _MOST_LINES:
                found = (await history.past_calls(wanted, _AT_ONCE, before)).calls
                for each in found:
                    yield _call_line(each)
                if len(found) < _AT_ONCE:
                    return
                before, told = found[-1].call.call_id, told + len(found)

        return csv_answer("calls.csv", csv_lines(_CALL_HEAD, lines()))

    @router.get("/alerts.csv", response_class=Response, responses=_CSV)
    async def export_alerts(wanted: _Filter) -> StreamingResponse:
        """The same alerts as a table."""

        async def lines() -> AsyncIterator[tuple[object, ...]]:
            before, told = None, 0
            while told < _MOST_LINES:
                found = (await history.past_alerts(wanted, _AT_ONCE, before)).alerts
                for each in found:
                    yield _alert_line(each)
                if len(found) < _AT_ONCE:
                    return
                before, told = found[-1].alert.alert_id, told + len(found)

        return csv_answer("alerts.csv", csv_lines(_ALERT_HEAD, lines()))

    return router


def _said(said: tuple[Said, ...]) -> list[SaidBody]:
    return [SaidBody.model_validate(each) for each in said]


def _past_call(past: PastCall) -> PastCallBody:
    shown = call_body(past.call).model_dump()
    return PastCallBody.model_validate({**shown, "alerts": dict(past.alerts), "said": _said(past.said)})


def _past_alert(past: PastAlert) -> PastAlertBody:
    return PastAlertBody.model_validate({**alert_body(past.alert).model_dump(), "said": _said(past.said)})


def _call_line(past: PastCall) -> tuple[object, ...]:
    call, agent = past.call, past.call.agent
    return (
        *(call.call_id, stamp(call.started_at), _stamp(call.ended_at), round(call.duration_ms / 1000, 1)),
        *(call.direction, call.language, agent and agent.id, agent and agent.name, call.team, call.queue, call.site),
        *(call.hung_up_by, call.verdict, call.coverage),
        *(past.alerts.get(severity, 0) for severity in ("critical", "major", "minor", "info")),
        *_said_cells(past.said),
    )


def _alert_line(past: PastAlert) -> tuple[object, ...]:
    alert = past.alert
    return (
        *(alert.alert_id, alert.call_id, stamp(alert.opened_at), round(alert.evidence.from_ms / 1000, 1), alert.kind),
        *(alert.rule, alert.severity.word, alert.state, alert.outcome, alert.mark, alert.agent_id, alert.team),
        *(alert.queue, alert.site, alert.title, alert.clause, alert.count, alert.assignee, _stamp(alert.claimed_at)),
        *_said_cells(past.said),
    )


def _said_cells(said: tuple[Said, ...]) -> tuple[object, object]:
    return (round(said[0].start_ms / 1000, 1), said[0].text) if said else (None, None)


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else stamp(at)
