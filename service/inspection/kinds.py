"""The kinds of records of the inspectors' desk, and by what each is found."""

from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from alerts.inspection.closed_loop import due_at
from alerts.inspection.records import Appeal, Improvement
from config.closed_loop import ClosedLoopSettings
from config.score_sheets import ScoreSheet
from service.store.inspection_records import Columns, Kept, Records
from service.store.outside_values import keep_value
from service.store.score_results import keep_result
from web.inspection.views import Calibration, CallBack, CallFacts, Example, KeptPlan, OutsideFigure, Score, Task

_Versioned = TypeVar("_Versioned", Score, Task, Calibration, Example, CallBack, KeptPlan)
EXAMPLE, CALL_BACK, OUTSIDE, PLAN = "example", "call_back", "outside", "plan"
SCORE, TASK, IMPROVEMENT, APPEAL, CALIBRATION, SHEET = (
    *("score", "task", "improvement"),
    *("appeal", "calibration", "sheet"),
)


def score_records() -> Records[Score]:
    """Scores: by inspector, agent, call; about their sheet."""
    return Records(
        SCORE,
        Score,
        lambda score: _of_call(
            score.call,
            Columns(
                state=score.state.value,
                owner=score.inspector,
                about=score.calibration_id or score.sheet,
                hundredths=_hundredths(score.result.points),
                passed=score.result.passed,
            ),
        ),
        also=keep_result,
    )


def task_records() -> Records[Task]:
    """Worklists: by inspector and deadline; about their plan."""
    return Records(
        TASK,
        Task,
        lambda task: _of_call(
            task.call,
            Columns(
                state=task.state,
                owner=task.inspector,
                about=task.plan,
                due_at=task.due_at,
            ),
        ),
    )


def plan_records() -> Records[KeptPlan]:
    """Sampling plans that were made on the page: by their sheet."""
    return Records(
        PLAN,
        KeptPlan,
        lambda each: Columns(state="removed" if each.removed else "in_force", about=each.plan.sheet),
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
        lambda each: _of_call(
            each.call,
            Columns(
                state="shown" if each.removed_at is None else "removed",
                owner=each.by,
                about=each.fault,
            ),
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
        also=keep_value,
    )


def versioned(kept: Kept[_Versioned]) -> _Versioned:
    """The record as it is shown: with the version to act on."""
    return replace(kept.record, version=kept.version)


def _of_call(call: CallFacts, columns: Columns) -> Columns:
    """The columns of a record that is about a call: with its place."""
    return replace(
        columns, call_id=call.call_id, agent_id=call.agent_id, team=call.team, queue=call.queue, site=call.site
    )


def _hundredths(points: Decimal | None) -> int | None:
    return None if points is None else int(points * 100)
