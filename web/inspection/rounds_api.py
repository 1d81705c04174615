"""REST of one calibration: who has scored how far while it is blind, every result once it is closed."""

from fastapi import APIRouter

from web.actors import PersonHeader
from web.inspection.bodies import Body, CalibrationBody, Points, RecordId
from web.inspection.people import actor
from web.inspection.sources import InspectionSource
from web.inspection.views import Score, ScoreState
from web.problems import Problem


class ProgressBody(Body):
    """How many calls an inspector has finished."""

    inspector: str
    scored: int


class OwnScoreBody(Body):
    """Where one's own score of a call stands."""

    call_id: str
    score_id: str
    state: ScoreState


class RoundScoreBody(Body):
    """What an inspector gave a call: points, or of an indicator sheet how many passed."""

    call_id: str
    inspector: str
    score_id: str
    points: Points | None
    passed_indicators: int | None
    passed: bool


class RoundBody(CalibrationBody):
    """A round as the one who asks may see it."""

    progress: list[ProgressBody]
    own: list[OwnScoreBody]
    scores: list[RoundScoreBody]


def rounds_router(desk: InspectionSource) -> APIRouter:
    """The route of one round."""
    router = APIRouter(prefix="/api/v1/inspection", tags=["inspection"], responses={404: {"model": Problem}})

    @router.get("/calibrations/{calibration_id}")
    async def get_calibration(calibration_id: RecordId, person: PersonHeader = None) -> RoundBody:
        """One round. `scores` is empty while it is open: nobody sees another's."""
        found = await desk.calibrating.get(calibration_id)
        scores = await desk.calibrating.scores(calibration_id)
        done = [score for score in scores if score.state is not ScoreState.DRAFT]
        asks = actor(person)
        return RoundBody(
            **CalibrationBody.of(found).model_dump(),
            progress=[
                ProgressBody(inspector=each, scored=sum(score.inspector == each for score in done))
                for each in found.inspectors
            ],
            own=[
                OwnScoreBody(call_id=score.call.call_id, score_id=score.score_id, state=score.state)
                for score in scores
                if score.inspector == asks
            ],
            scores=[_score_body(score) for score in done] if found.closed_at is not None else [],
        )

    return router


def _score_body(score: Score) -> RoundScoreBody:
    indicators = score.result.indicators
    return RoundScoreBody(
        call_id=score.call.call_id,
        inspector=score.inspector,
        score_id=score.score_id,
        points=score.result.points,
        passed_indicators=indicators.passed if indicators is not None else None,
        passed=score.result.passed,
    )
