"""The closed loop: each step in its order and time, and what came of it."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.inspection.closed_loop import (
    WrongStepError,
    before_and_after,
    due_at,
    is_overdue,
    needs_reminder,
    planned,
    rechecked,
    reported,
)
from alerts.inspection.records import Improvement, Result, Step
from config.closed_loop import ClosedLoopSettings

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
SETTINGS = ClosedLoopSettings(recheck_calls=3)
CASE = Improvement("i1", "1007", "east", "wuhan", "dead_air", "c1", AT)


def hours(number: float) -> datetime:
    return AT + timedelta(hours=number)


def test_report_within_24_hours_plan_within_72() -> None:
    assert due_at(CASE, SETTINGS) == hours(24)
    assert not is_overdue(CASE, hours(24), SETTINGS)
    assert is_overdue(CASE, hours(24.1), SETTINGS)
    assert not needs_reminder(CASE, hours(20), SETTINGS)
    assert needs_reminder(CASE, hours(20.1), SETTINGS)
    told = reported(CASE, hours(2))
    assert (told.step, due_at(told, SETTINGS)) == (Step.PLAN, hours(72))
    ready = planned(told, "listen together", hours(50))
    assert (ready.step, due_at(ready, SETTINGS)) == (Step.RECHECK, hours(50) + timedelta(days=14))


def test_steps_are_taken_in_order() -> None:
    with pytest.raises(WrongStepError, match="the step now is report, not plan"):
        planned(CASE, "…", AT)
    with pytest.raises(WrongStepError):
        rechecked(CASE, "c2", faulty=False, at=AT, settings=SETTINGS)
    with pytest.raises(WrongStepError):
        reported(reported(CASE, AT), AT)


def test_enough_good_calls_close_the_case_and_a_repetition_does_at_once() -> None:
    ready = planned(reported(CASE, AT), "…", AT)
    good = ready
    for number in (2, 3, 3):
        good = rechecked(good, f"c{number}", faulty=False, at=hours(100), settings=SETTINGS)
    assert (good.step, good.rechecked) == (Step.RECHECK, (("c2", False), ("c3", False)))
    good = rechecked(good, "c4", faulty=False, at=hours(101), settings=SETTINGS)
    assert (good.step, good.result, good.closed_at) == (Step.CLOSED, Result.IMPROVED, hours(101))
    assert due_at(good, SETTINGS) is None
    assert not is_overdue(good, hours(10_000), SETTINGS)
    bad = rechecked(ready, "c2", faulty=True, at=hours(100), settings=SETTINGS)
    assert (bad.step, bad.result) == (Step.CLOSED, Result.REPEATED)


def test_the_outcome_is_measured_on_both_sides_of_the_plan() -> None:
    case = planned(reported(CASE, AT), "…", hours(48))
    calls = [(hours(at), at < 48 or at == 60) for at in (0, 10, 47, 48, 60, 70, 71)] + [(hours(-2_000), True)]
    outcome = before_and_after(case, calls, SETTINGS)
    assert (outcome.before_per_100, outcome.after_per_100) == (100.0, 25.0)
    assert before_and_after(case, [], SETTINGS).after_per_100 is None
