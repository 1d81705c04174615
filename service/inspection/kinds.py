"""The kinds of records of the inspectors' desk, and by what each is found."""

from decimal import Decimal

from alerts.inspection.closed_loop import due_at
from alerts.inspection.records import Appeal, Improvement
from config.closed_loop import ClosedLoopSettings
from config.score_sheets import ScoreSheet
from service.store.inspection_records import Columns, Records
from web.inspection.views import Calibration, CallBack, Example, OutsideFigure, Score, Task

EXAMPLE, CALL_BACK, OUTSIDE = "example", "call_back", "outside"
SCORE, TASK, IMPROVEMENT, APPEAL, CALIBRATION, SHEET = (
    *("score", "task", "improvement"),
    *("appeal", "calibration", "sheet"),
)


def score_records() -> Records[Score]:
    """Scores: by inspector, agent, call; about their sheet."""
    return Records(
        SCORE,
        Score,
        lambda score: Columns(
            state=score.state.value,
            owner=score.inspector,
            agent_id=score.call.agent_id,
            team=score.call.team,
            queue=score.call.queue,
            site=score.call.site,
            call_id=score.call.call_id,
            about=score.calibration_id or score.sheet,
            hundredths=_hundredths(score.result.points),
            passed=score.result.passed,
        ),
    )


def task_records() -> Records[Task]:
    """Worklists: by inspector and deadline; about their plan."""
    return Records(
        TASK,
        Task,
        lambda task: Columns(
            state=task.state,
            owner=task.inspector,
            agent_id=task.call.agent_id,
            team=task.call.team,
            queue=task.call.queue,
            site=task.call.site,
            call_id=task.call.call_id,
            about=task.plan,
            due_at=task.due_at,
        ),
    )


def improvement_records(settings: ClosedLoopSettings) -> Records[Improvement]:
    """Improvements: by agent, team and deadline; about their fault."""
    return Records(
        IMPROVEMENT,
        Improvement,
        lambda case: Columns(
            state=case.step.value,
            agent_id=case.agent_id,
            team=case.team,
            site=case.site,
            call_id=case.call_id,
            about=case.fault,
            due_at=due_at(case, settings),
        ),
    )


def appeal_records() -> Records[Appeal]:
    """Appeals: by agent; about their score."""
    return Records(
        APPEAL,
        Appeal,
        lambda appeal: Columns(
            state=appeal.state.value, owner=appeal.inspector, agent_id=appeal.agent_id, about=appeal.score_id
        ),
    )


def calibration_records() -> Records[Calibration]:
    """Calibrations: by who began them; about their sheet."""
    return Records(
        CALIBRATION,
        Calibration,
        lambda each: Columns(state="open" if each.closed_at is None else "closed", owner=each.by, about=each.sheet),
    )


def sheet_records() -> Records[ScoreSheet]:
    """Sheets as they were when somebody scored on them: by digest."""
    return Records(SHEET, ScoreSheet, lambda sheet: Columns(state="known", about=sheet.sheet))


def example_records() -> Records[Example]:
    """The library: by fault and agent."""
    return Records(
        EXAMPLE,
        Example,
        lambda each: Columns(
            state="shown" if each.removed_at is None else "removed",
            owner=each.by,
            agent_id=each.call.agent_id,
            team=each.call.team,
            queue=each.call.queue,
            site=each.call.site,
            call_id=each.call.call_id,
            about=each.fault,
        ),
    )


def call_back_records() -> Records[CallBack]:
    """Call-backs: by deadline and queue."""
    return Records(
        CALL_BACK,
        CallBack,
        lambda each: Columns(
            state=each.state,
            owner=each.assignee,
            team=each.call.team,
            queue=each.call.queue,
            site=each.call.site,
            call_id=each.call.call_id,
            due_at=each.due_at,
        ),
    )


def outside_records() -> Records[OutsideFigure]:
    """Figures of other systems: by figure; `owner` is the day."""
    return Records(
        OUTSIDE,
        OutsideFigure,
        lambda each: Columns(
            state=each.scope,
            owner=each.day.isoformat(),
            about=each.figure,
            agent_id=each.name if each.scope == "agent" else None,
            team=each.name if each.scope == "team" else None,
            site=each.name if each.scope == "site" else None,
            queue=each.name if each.scope == "queue" else None,
        ),
    )


def _hundredths(points: Decimal | None) -> int | None:
    return None if points is None else int(points * 100)
