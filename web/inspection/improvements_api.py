"""REST of one improvement: how it stands, every step of it, and its end by hand."""

from fastapi import APIRouter

from alerts.inspection.records import Result
from web.actors import PersonHeader
from web.guard import LARGEST_BODY_BYTES
from web.inspection.bodies import ImprovementBody, RecordId, Text, TrailBody, Versioned
from web.inspection.people import actor, within_scope
from web.inspection.sources import InspectionSource
from web.inspection.views import ImprovementView, UnknownRecordError
from web.problems import Problem
from web.trust.rights import Right
from web.trust.who import who_asks


class EndFields(Versioned):
    """What came of it, and why that is known."""

    result: Result
    reason: Text


def improvements_router(desk: InspectionSource) -> APIRouter:
    """The routes of one improvement."""
    router = APIRouter(
        prefix="/api/v1/inspection/improvements/{improvement_id}",
        tags=["inspection"],
        responses={422: {"model": Problem, "description": "Fields that cannot be used"}},
        max_body_size=LARGEST_BODY_BYTES,
    )

    async def seen(improvement_id: str) -> ImprovementView:
        view = await desk.improving.case(improvement_id)
        who = who_asks()
        own = view.case.agent_id == who.acts_as
        if not (within_scope(view.case.team, view.case.site) if who.may(Right.SCORES) else own):
            raise UnknownRecordError
        return view

    @router.get("")
    async def get_improvement(improvement_id: RecordId) -> ImprovementBody:
        """One improvement; agents get their own."""
        return ImprovementBody.of(await seen(improvement_id))

    @router.get("/trail")
    async def get_improvement_trail(improvement_id: RecordId) -> TrailBody:
        """Every step of it: who, when, why. The first names the score that confirmed the fault."""
        await seen(improvement_id)
        return TrailBody.of(list(await desk.improving.trail(improvement_id)))

    @router.post("/close")
    async def close_improvement(
        improvement_id: RecordId, body: EndFields, person: PersonHeader = None
    ) -> ImprovementBody:
        """End it by hand: after the re-check with what was heard, or at any step because it was no fault."""
        await seen(improvement_id)
        ended = await desk.improving.close(improvement_id, body.version, body.result, body.reason, actor(person))
        return ImprovementBody.of(ended)

    return router
