"""REST of score sheets and scores."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime

from alerts.inspection.records import MarkState
from web.actors import PersonHeader
from web.guard import LARGEST_BODY_BYTES
from web.inspection.bodies import (
    AppealBody,
    Incoming,
    ItemFields,
    Name,
    RecordId,
    ScoreBody,
    ScoreList,
    SheetBody,
    SheetList,
    Text,
    TrailBody,
    Versioned,
)
from web.inspection.people import actor, own_agent, seen, visible
from web.inspection.sources import InspectionSource
from web.inspection.views import Score, ScoreState, UnknownRecordError
from web.problems import Problem
from web.requests import CALL_ID_PATTERN

_MOST = 500
_CLOSED = (ScoreState.CLOSED, ScoreState.CORRECTED)


class BeginFields(Incoming):
    """On which sheet the call is scored."""

    sheet: Name


class CloseFields(Versioned):
    """The sheet is done."""

    note: Text | None = None


class AppealFields(Incoming):
    """Why the agent objects."""

    reason: Text


def scores_router(desk: InspectionSource) -> APIRouter:
    """Sheets, scores and the appeal against one."""
    router = APIRouter(
        prefix="/api/v1",
        tags=["inspection"],
        responses={422: {"model": Problem, "description": "Fields that cannot be used"}},
        max_body_size=LARGEST_BODY_BYTES,
    )
    _sheet_routes(router, desk)
    _score_routes(router, desk)
    return router


def _sheet_routes(router: APIRouter, desk: InspectionSource) -> None:
    @router.get("/inspection/sheets")
    async def list_sheets() -> SheetList:
        """The sheets in use."""
        return SheetList(sheets=[SheetBody.of(sheet) for sheet in desk.scoring.sheets.values()])

    @router.get("/inspection/sheets/{sheet}")
    async def get_sheet(sheet: Annotated[str, Path(max_length=64)]) -> SheetBody:
        """A sheet by its name, or by its digest as it was when somebody scored on it."""
        if sheet in desk.scoring.sheets:
            return SheetBody.of(desk.scoring.sheets[sheet])
        return SheetBody.of(await desk.scoring.sheet_of(sheet))

    @router.get("/calls/{call_id}/scores")
    async def list_scores_of_call(call_id: Annotated[str, Path(pattern=CALL_ID_PATTERN)]) -> ScoreList:
        """Every score of a call, oldest first."""
        return ScoreList(
            scores=[ScoreBody.of(each) for each in visible(await desk.scoring.scores_of(call_id), rounds_closed=True)]
        )

    @router.post("/calls/{call_id}/scores")
    async def begin_score(
        call_id: Annotated[str, Path(pattern=CALL_ID_PATTERN)], body: BeginFields, person: PersonHeader = None
    ) -> ScoreBody:
        """Score a call that is over: the sheet with what the findings prove filled in, or the score there is."""
        return ScoreBody.of(seen(await desk.scoring.begin(call_id, body.sheet, actor(person))))


def _score_routes(router: APIRouter, desk: InspectionSource) -> None:
    async def looked_at(score_id: str) -> Score:
        score = await desk.scoring.score(score_id)
        if score.calibration_id is None:
            return seen(score)
        return seen(score, round_closed=(await desk.calibrating.get(score.calibration_id)).closed_at is not None)

    @router.get("/inspection/scores")
    async def list_scores(
        agent_id: Annotated[str | None, Query(max_length=200)] = None,
        team: Annotated[str | None, Query(max_length=200)] = None,
        inspector: Annotated[str | None, Query(max_length=200)] = None,
        state: Annotated[list[ScoreState] | None, Query()] = None,
        since: Annotated[AwareDatetime | None, Query(description="Begun from then on.")] = None,
        before: Annotated[AwareDatetime | None, Query(description="Begun before then: `next_before`.")] = None,
        limit: Annotated[int, Query(ge=1, le=_MOST)] = 100,
    ) -> ScoreList:
        """Scores, newest first. Agents get their own, closed."""
        found = await desk.scoring.scores(
            agent_id=own_agent(agent_id),
            team=team,
            inspector=inspector,
            state=state or (),
            since=since,
            before=before,
            limit=limit,
        )
        return ScoreList(
            scores=[ScoreBody.of(each) for each in visible(found)],
            next_before=found[-1].created_at if len(found) == limit else None,
        )

    @router.get("/inspection/scores/{score_id}")
    async def get_score(score_id: RecordId) -> ScoreBody:
        """One score."""
        return ScoreBody.of(await looked_at(score_id))

    @router.get("/inspection/scores/{score_id}/trail")
    async def get_score_trail(score_id: RecordId) -> TrailBody:
        """Every change of it: who, when, why."""
        await looked_at(score_id)
        return TrailBody.of(list(await desk.scoring.score_trail(score_id)))

    @router.put("/inspection/scores/{score_id}/items/{item}")
    async def judge_item(
        score_id: RecordId, item: Annotated[str, Path(max_length=64)], body: ItemFields, person: PersonHeader = None
    ) -> ScoreBody:
        """Judge one item; the answer is the score worked out anew."""
        seen(await desk.scoring.score(score_id))
        mark = body.mark(item, MarkState.OPEN if body.open else MarkState.JUDGED)
        return ScoreBody.of(await desk.scoring.mark(score_id, body.version, mark, actor(person)))

    @router.post("/inspection/scores/{score_id}/close")
    async def close_score(score_id: RecordId, body: CloseFields, person: PersonHeader = None) -> ScoreBody:
        """The sheet is done; nothing may be open."""
        seen(await desk.scoring.score(score_id))
        return ScoreBody.of(await desk.scoring.close(score_id, body.version, body.note, actor(person)))

    @router.post("/inspection/scores/{score_id}/appeal", status_code=201)
    async def appeal(
        score_id: RecordId, body: AppealFields, response: Response, person: PersonHeader = None
    ) -> AppealBody:
        """The agent objects; once for each score."""
        score = seen(await desk.scoring.score(score_id))
        if score.state not in _CLOSED:
            raise UnknownRecordError
        view = await desk.appeals.appeal(score_id, body.reason, actor(person))
        response.headers["Location"] = f"/api/v1/inspection/appeals/{view.appeal.appeal_id}"
        return AppealBody.of(view)
