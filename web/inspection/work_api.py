"""REST of worklists, improvements, appeals and calibrations."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field, StringConstraints

from alerts.inspection.records import AppealState, Step
from web.actors import PersonHeader
from web.guard import LARGEST_BODY_BYTES
from web.inspection.bodies import (
    AgreementBody,
    AppealBody,
    AppealList,
    Body,
    CalibrationBody,
    CalibrationList,
    CorrectionFields,
    ImprovementBody,
    ImprovementList,
    Incoming,
    Name,
    RecordId,
    ScoreBody,
    TaskBody,
    TaskList,
    Text,
    Versioned,
)
from web.inspection.people import actor, own_agent, seen, sees, within_scope
from web.inspection.sources import InspectionSource
from web.inspection.views import AppealView, UnknownRecordError
from web.problems import BadField, Problem, ProblemError
from web.requests import CallId

_MOST = 500
_Limit = Annotated[int, Query(ge=1, le=_MOST)]
_Plan = Annotated[str, Path(max_length=64)]


class DrawFields(Incoming):
    """For which week; this one where none is named."""

    period: Annotated[str, StringConstraints(pattern=r"^\d{4}-W\d{2}$")] | None = Field(None, examples=["2026-W48"])


class ReasonFields(Versioned):
    """Why."""

    reason: Text


class PlanFields(Versioned):
    """What will be done about the fault."""

    plan: Text


class RecheckCalls(Body):
    """Calls to be heard again, oldest first."""

    call_ids: list[str]


class DecisionFields(ReasonFields):
    """Uphold the score, or change it to these judgements."""

    changed: bool
    marks: list[CorrectionFields] = Field(default_factory=list, max_length=200)


class ArbitrationFields(ReasonFields):
    """The last word, with other judgements or without."""

    marks: list[CorrectionFields] = Field(default_factory=list, max_length=200)


class RoundFields(Incoming):
    """Which calls are scored blind, by whom."""

    title: Name
    sheet: Name
    call_ids: list[CallId] = Field(min_length=1, max_length=100)
    inspectors: list[Name] = Field(min_length=2, max_length=50)


def work_router(desk: InspectionSource) -> APIRouter:
    """Everything about who has to do what."""
    router = APIRouter(
        prefix="/api/v1/inspection",
        tags=["inspection"],
        responses={422: {"model": Problem, "description": "Fields that cannot be used"}},
        max_body_size=LARGEST_BODY_BYTES,
    )
    _worklist_routes(router, desk)
    _improvement_routes(router, desk)
    _appeal_routes(router, desk)
    _calibration_routes(router, desk)
    return router


def _worklist_routes(router: APIRouter, desk: InspectionSource) -> None:
    @router.post("/plans/{plan}/draw")
    async def draw_plan(plan: _Plan, body: DrawFields) -> TaskList:
        """Draw a week's calls now; drawing again adds what came since."""
        try:
            drawn = await desk.worklist.draw(plan, body.period)
        except ValueError as error:
            fault = BadField(field="body.period", detail=str(error))
            raise ProblemError(422, "validation", "Some fields cannot be used.", [fault]) from None
        return TaskList(tasks=[TaskBody.of(task) for task in drawn if sees(task.call)])

    @router.get("/tasks")
    async def list_tasks(
        inspector: Annotated[str | None, Query(max_length=200, description="`me`, a person, or everybody.")] = None,
        state: Annotated[str | None, Query(pattern="^(open|done|dropped)$")] = None,
        limit: _Limit = 100,
        person: PersonHeader = None,
    ) -> TaskList:
        """A worklist: the next due first, then the riskiest."""
        whose = actor(person) if inspector == "me" else inspector
        found = await desk.worklist.tasks(whose, state, limit)
        return TaskList(tasks=[TaskBody.of(task) for task in found if sees(task.call)])

    @router.post("/tasks/{task_id}/begin")
    async def begin_task(task_id: RecordId, person: PersonHeader = None) -> ScoreBody:
        """Open the score of a task."""
        return ScoreBody.of(seen(await desk.worklist.begin(task_id, actor(person))))

    @router.post("/tasks/{task_id}/drop")
    async def drop_task(task_id: RecordId, body: ReasonFields, person: PersonHeader = None) -> TaskBody:
        """Take a call off the list."""
        return TaskBody.of(await desk.worklist.drop(task_id, body.version, actor(person), body.reason))


def _improvement_routes(router: APIRouter, desk: InspectionSource) -> None:
    async def case(improvement_id: str) -> None:
        view = await desk.improving.case(improvement_id)
        if not within_scope(view.case.team, view.case.site):
            raise UnknownRecordError

    @router.get("/improvements")
    async def list_improvements(
        agent_id: Annotated[str | None, Query(max_length=200)] = None,
        team: Annotated[str | None, Query(max_length=200)] = None,
        step: Annotated[list[Step] | None, Query()] = None,
        overdue: bool = False,
        limit: _Limit = 100,
    ) -> ImprovementList:
        """Confirmed faults on their way, the next due first."""
        found = await desk.improving.cases(
            agent_id=own_agent(agent_id), team=team, step=step, overdue=overdue, limit=limit
        )
        return ImprovementList(
            improvements=[
                ImprovementBody.of(view)
                for view in found
                if own_agent(None) is not None or within_scope(view.case.team, view.case.site)
            ]
        )

    @router.get("/improvements/due")
    async def list_due() -> ImprovementList:
        """Those whose deadline is near or past."""
        found = await desk.improving.reminders()
        return ImprovementList(
            improvements=[ImprovementBody.of(each) for each in found if within_scope(each.case.team, each.case.site)]
        )

    @router.post("/improvements/{improvement_id}/report")
    async def report_improvement(
        improvement_id: RecordId, body: Versioned, person: PersonHeader = None
    ) -> ImprovementBody:
        """Agent and leader were told."""
        await case(improvement_id)
        return ImprovementBody.of(await desk.improving.report(improvement_id, body.version, actor(person)))

    @router.post("/improvements/{improvement_id}/plan")
    async def plan_improvement(
        improvement_id: RecordId, body: PlanFields, person: PersonHeader = None
    ) -> ImprovementBody:
        """What will be done about it."""
        await case(improvement_id)
        return ImprovementBody.of(await desk.improving.plan(improvement_id, body.version, body.plan, actor(person)))

    @router.get("/improvements/{improvement_id}/recheck-calls")
    async def list_recheck_calls(improvement_id: RecordId) -> RecheckCalls:
        """Later calls of the agent to be heard again."""
        await case(improvement_id)
        return RecheckCalls(call_ids=list(await desk.improving.recheck_candidates(improvement_id)))


def _appeal_routes(router: APIRouter, desk: InspectionSource) -> None:
    async def shown(view: AppealView) -> AppealBody:
        seen(await desk.scoring.score(view.appeal.score_id))
        return AppealBody.of(view)

    @router.get("/appeals")
    async def list_appeals(
        agent_id: Annotated[str | None, Query(max_length=200)] = None,
        state: AppealState | None = None,
        limit: _Limit = 100,
    ) -> AppealList:
        """Appeals, newest first; agents get their own."""
        found = []
        for view in await desk.appeals.appeals(agent_id=own_agent(agent_id), state=state, limit=limit):
            try:
                found.append(await shown(view))
            except UnknownRecordError:
                continue
        return AppealList(appeals=found)

    @router.get("/appeals/{appeal_id}")
    async def get_appeal(appeal_id: RecordId) -> AppealBody:
        """One appeal with everything that was said."""
        return await shown(await desk.appeals.get(appeal_id))

    @router.post("/appeals/{appeal_id}/decide")
    async def decide_appeal(appeal_id: RecordId, body: DecisionFields, person: PersonHeader = None) -> AppealBody:
        """Uphold the score or change it; somebody else than the inspector and the agent."""
        await shown(await desk.appeals.get(appeal_id))
        if body.changed and not body.marks:
            fault = BadField(field="body.marks", detail="a changed score needs the judgements that change")
            raise ProblemError(422, "validation", "Some fields cannot be used.", [fault])
        marks = [each.mark(each.item) for each in body.marks]
        decided = await desk.appeals.decide(
            appeal_id, body.version, marks=marks, changed=body.changed, reason=body.reason, by=actor(person)
        )
        return AppealBody.of(decided)

    @router.post("/appeals/{appeal_id}/ask-arbitration")
    async def ask_arbitration(appeal_id: RecordId, body: ReasonFields, person: PersonHeader = None) -> AppealBody:
        """Agent or inspector does not accept the decision."""
        await shown(await desk.appeals.get(appeal_id))
        return AppealBody.of(await desk.appeals.ask_arbitration(appeal_id, body.version, body.reason, actor(person)))

    @router.post("/appeals/{appeal_id}/arbitrate")
    async def arbitrate_appeal(appeal_id: RecordId, body: ArbitrationFields, person: PersonHeader = None) -> AppealBody:
        """The last word, by a second person."""
        await shown(await desk.appeals.get(appeal_id))
        marks = [each.mark(each.item) for each in body.marks]
        final = await desk.appeals.arbitrate(appeal_id, body.version, marks=marks, reason=body.reason, by=actor(person))
        return AppealBody.of(final)


def _calibration_routes(router: APIRouter, desk: InspectionSource) -> None:
    @router.get("/calibrations")
    async def list_calibrations(limit: _Limit = 100) -> CalibrationList:
        """Rounds, newest first."""
        return CalibrationList(calibrations=[CalibrationBody.of(each) for each in await desk.calibrating.rounds(limit)])

    @router.post("/calibrations", status_code=201)
    async def begin_calibration(body: RoundFields, person: PersonHeader = None) -> CalibrationBody:
        """Ask several inspectors to score the same calls blind."""
        begun = await desk.calibrating.begin(body.title, body.sheet, body.call_ids, body.inspectors, actor(person))
        return CalibrationBody.of(begun)

    @router.post("/calibrations/{calibration_id}/calls/{call_id}/score")
    async def score_blind(calibration_id: RecordId, call_id: CallId, person: PersonHeader = None) -> ScoreBody:
        """One's own blind score of a call of the round."""
        return ScoreBody.of(await desk.calibrating.score(calibration_id, call_id, actor(person)))

    @router.post("/calibrations/{calibration_id}/close")
    async def close_calibration(
        calibration_id: RecordId, body: Versioned, person: PersonHeader = None
    ) -> CalibrationBody:
        """End the round; its scores are shown from now on."""
        return CalibrationBody.of(await desk.calibrating.close(calibration_id, body.version, actor(person)))

    @router.get("/calibrations/{calibration_id}/agreement")
    async def get_agreement(calibration_id: RecordId) -> AgreementBody:
        """How far the inspectors agree: Krippendorff's alpha over all and by item, and drift."""
        return AgreementBody.of(await desk.calibrating.agreement(calibration_id))
