"""REST of calls: announce, amend, report events, look up."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from web.alert_messages import AlertList, alert_body, is_over
from web.call_messages import (
    AnnouncedBody,
    CallBody,
    CallPage,
    CallWithAlerts,
    TimelineBody,
    announced_body,
    call_body,
    call_with_alerts,
    timeline_body,
)
from web.guard import LARGEST_BODY_BYTES
from web.live_messages import TranscriptBody, transcript_body
from web.problems import Problem
from web.requests import CALL_ID_PATTERN, AnnouncementFields, CallEventFields, NewCall
from web.sources import AlertChange, Alerts, Calls, CallState

CallIdInPath = Annotated[str, Path(pattern=CALL_ID_PATTERN, description="The call, percent-encoded.")]
_MOST_ALERTS = 1_000  # of one call in one answer
_Answers = dict[int | str, dict[str, Any]]
_UNKNOWN: _Answers = {404: {"model": Problem, "description": "No such call"}}
_BAD: _Answers = {422: {"model": Problem, "description": "Fields that cannot be used"}}


def calls_router(calls: Calls, alerts: Alerts) -> APIRouter:
    """The routes under /api/v1/calls."""
    router = APIRouter(prefix="/api/v1/calls", tags=["calls"], responses=_BAD, max_body_size=LARGEST_BODY_BYTES)

    async def alerts_of(call_id: str) -> list[AlertChange]:
        return await alerts.search(
            state=(), severity=(), kind=(), call_id=call_id, since=None, limit=_MOST_ALERTS, before=None
        )

    @router.post(
        "",
        status_code=201,
        response_model=AnnouncedBody,
        response_model_exclude_none=True,
        responses={
            200: {"model": AnnouncedBody, "description": "Announced before with equal content"},
            409: {"model": Problem, "description": "Announced before with different content"},
            429: {"model": Problem, "description": "No further call is taken"},
        },
    )
    async def announce_call(body: NewCall, response: Response) -> AnnouncedBody:
        """Announce a call. The answer says where each leg's audio goes."""
        announced = await calls.announce(body.announcement(body.call_id))
        response.status_code = 201 if announced.created else 200
        return announced_body(announced)

    @router.get("")
    async def list_calls(
        state: CallState | None = None,
        queue: str | None = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        cursor: Annotated[str | None, Query(pattern=CALL_ID_PATTERN)] = None,
    ) -> CallPage:
        """Calls, newest first, live and stored."""
        found = await calls.search(state, queue, limit + 1, cursor)
        page = found[:limit]
        more = len(found) > limit
        return CallPage(calls=[call_body(call) for call in page], next_cursor=page[-1].call_id if more else None)

    @router.get("/{call_id}", responses=_UNKNOWN)
    async def get_call(call_id: CallIdInPath) -> CallWithAlerts:
        """One call as it stands now, with its open alerts."""
        call = await calls.get(call_id)
        found = [alert_body(change.alert) for change in await alerts_of(call_id) if not is_over(change.alert)]
        return call_with_alerts(call, found)

    @router.patch("/{call_id}", responses=_UNKNOWN)
    async def amend_call(call_id: CallIdInPath, body: AnnouncementFields) -> CallBody:
        """Late or changed metadata, mid-call. Fields that are not said stay."""
        return call_body(await calls.amend(call_id, body.announcement(None)))

    @router.post(
        "/{call_id}/events",
        status_code=204,
        responses={**_UNKNOWN, 409: {"model": Problem, "description": "The call is over"}},
    )
    async def report_event(call_id: CallIdInPath, body: CallEventFields) -> None:
        """An event of the PBX. Without `at` it counts when it arrives."""
        await calls.report(call_id, body.event())

    @router.get("/{call_id}/transcript", responses=_UNKNOWN)
    async def get_transcript(call_id: CallIdInPath) -> TranscriptBody:
        """Finals in call time, then the running partials; empty when the call is no longer in memory."""
        await calls.get(call_id)
        return transcript_body(call_id, await calls.transcript(call_id))

    @router.get("/{call_id}/alerts", responses=_UNKNOWN)
    async def get_alerts_of_call(call_id: CallIdInPath) -> AlertList:
        """Every alert of the call, oldest first."""
        await calls.get(call_id)
        return AlertList(alerts=[alert_body(change.alert) for change in reversed(await alerts_of(call_id))])

    @router.get("/{call_id}/timeline", responses=_UNKNOWN)
    async def get_timeline(
        call_id: CallIdInPath,
        from_ms: Annotated[int, Query(ge=0, description="Levels and spans from here on: what a page has missed")] = 0,
    ) -> TimelineBody:
        """Levels, speech and holds as long as the call is in memory; its alerts for ever."""
        await calls.get(call_id)
        body = timeline_body(await calls.timeline(call_id), from_ms)
        found = [alert_body(change.alert) for change in reversed(await alerts_of(call_id))]
        return body.model_copy(update={"alerts": found})

    return router
