"""抽查 → 反馈 → 整改 → 复查: the steps after a confirmed fault, each with its deadline, and whether it helped."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.inspection.records import BeforeAndAfter, Improvement, Result, Step
from config.closed_loop import ClosedLoopSettings


class WrongStepError(Exception):
    """The step cannot be taken now. The text says which step is due."""


def due_at(case: Improvement, settings: ClosedLoopSettings) -> datetime | None:
    """When the step that is due must be done (004: report within 24 h, plan within 72 h); None when it is closed."""
    match case.step:
        case Step.REPORT:
            return case.confirmed_at + timedelta(hours=settings.report_within_h)
        case Step.PLAN:
            return case.confirmed_at + timedelta(hours=settings.plan_within_h)
        case Step.RECHECK:
            return (case.planned_at or case.confirmed_at) + timedelta(days=settings.recheck_within_days)
        case Step.CLOSED:
            return None


def is_overdue(case: Improvement, now: datetime, settings: ClosedLoopSettings) -> bool:
    """Whether the due step should have been done by now."""
    due = due_at(case, settings)
    return due is not None and now > due


def needs_reminder(case: Improvement, now: datetime, settings: ClosedLoopSettings) -> bool:
    """Whether the deadline is near or past."""
    due = due_at(case, settings)
    return due is not None and now > due - timedelta(hours=settings.remind_before_h)


def reported(case: Improvement, at: datetime) -> Improvement:
    """Agent and leader were told. Raises WrongStepError."""
    _at_step(case, Step.REPORT)
    return replace(case, step=Step.PLAN, reported_at=at)


def planned(case: Improvement, plan: str, at: datetime) -> Improvement:
    """What will be done about it. Raises WrongStepError."""
    _at_step(case, Step.PLAN)
    return replace(case, step=Step.RECHECK, plan=plan, planned_at=at)


def rechecked(
    case: Improvement, call_id: str, *, faulty: bool, at: datetime, settings: ClosedLoopSettings
) -> Improvement:
    """A later call was heard again. Once enough are, the case closes; one fault more than allowed closes it at once.

    A call counts once, whatever is said of it later. Raises WrongStepError.
    """
    _at_step(case, Step.RECHECK)
    if any(call_id == known for known, _ in case.rechecked):
        return case
    heard = (*case.rechecked, (call_id, faulty))
    faults = sum(again for _, again in heard)
    if faults > settings.recheck_faults_allowed:
        return replace(case, rechecked=heard, step=Step.CLOSED, result=Result.REPEATED, closed_at=at)
    if len(heard) >= settings.recheck_calls:
        return replace(case, rechecked=heard, step=Step.CLOSED, result=Result.IMPROVED, closed_at=at)
    return replace(case, rechecked=heard)


def ended(case: Improvement, result: Result, at: datetime) -> Improvement:
    """A person ends it: at the re-check with what was heard, or at any step because it was no fault.

    Raises WrongStepError.
    """
    if result is not Result.WITHDRAWN:
        _at_step(case, Step.RECHECK)
    elif case.step is Step.CLOSED:
        raise WrongStepError(f"{case.improvement_id}: is closed already")
    return replace(case, step=Step.CLOSED, result=result, closed_at=at)


def _at_step(case: Improvement, step: Step) -> None:
    if case.step is not step:
        raise WrongStepError(f"{case.improvement_id}: the step now is {case.step}, not {step}")


def before_and_after(
    case: Improvement, calls: Sequence[tuple[datetime, bool]], settings: ClosedLoopSettings
) -> BeforeAndAfter:
    """The outcome in the same number of days on both sides of the plan. `calls`: start, and fault found or not."""
    turn = case.planned_at or case.confirmed_at
    span = timedelta(days=settings.compare_days)
    before = [faulty for at, faulty in calls if turn - span <= at < turn]
    after = [faulty for at, faulty in calls if turn <= at < turn + span]
    return BeforeAndAfter(_per_100(before), _per_100(after))


def _per_100(faulty: Sequence[bool]) -> float | None:
    return 100.0 * sum(faulty) / len(faulty) if faulty else None
