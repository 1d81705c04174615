"""The closed loop on stored scores: confirmed, reported, planned, heard again, measured."""

from pathlib import Path

import pytest

from alerts.inspection.records import Result, Step
from tests.service.inspection.desk import desk, ended, judged
from web.inspection.views import NotNowError, StaleRecordError

WRONG = judged("correct", wrong=1)


async def test_a_confirmed_fault_goes_round_the_loop(tmp_path: Path) -> None:
    async with desk(tmp_path, closed_loop={"recheck_calls": 2}) as house:
        await house.keep([ended("c1"), *(ended(f"later{number}", minute=60 * (50 + number)) for number in range(3))])
        await house.scored("c1", faults=[WRONG])
        (view,) = await house.improving.cases(agent_id="1007", team=None, step=None, overdue=False, limit=10)
        assert (view.case.fault, view.case.step, view.overdue) == ("correct", Step.REPORT, False)
        assert await house.improving.reminders() == []
        house.clock.move(hours=25)
        (late,) = await house.improving.cases(agent_id=None, team="east", step="report", overdue=True, limit=10)
        assert late.overdue
        assert [each.case.fault for each in await house.improving.reminders()] == ["correct"]
        told = await house.improving.report(view.case.improvement_id, view.version, "leader")
        with pytest.raises(StaleRecordError):
            await house.improving.report(view.case.improvement_id, view.version, "leader")
        with pytest.raises(NotNowError, match="the step now is plan"):
            await house.improving.report(view.case.improvement_id, told.version, "leader")
        ready = await house.improving.plan(view.case.improvement_id, told.version, "learn the tariff", "leader")
        assert ready.case.step is Step.RECHECK
        assert list(await house.improving.recheck_candidates(view.case.improvement_id)) == ["later0", "later1"]
        house.clock.move(hours=30)
        await house.scored("later0")
        await house.scored("later1")
        (done,) = await house.improving.cases(agent_id="1007", team=None, step="closed", overdue=False, limit=10)
        assert (done.case.result, done.overdue) == (Result.IMPROVED, False)
        assert (done.outcome.before_per_100, done.outcome.after_per_100) == (100.0, 0.0)


async def test_the_same_fault_again_closes_the_case_as_repeated(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await house.keep([ended("c1"), ended("later", minute=60 * 50)])
        await house.scored("c1", faults=[WRONG])
        (view,) = await house.improving.cases(agent_id="1007", team=None, step=None, overdue=False, limit=10)
        told = await house.improving.report(view.case.improvement_id, view.version, "leader")
        await house.improving.plan(view.case.improvement_id, told.version, "learn", "leader")
        house.clock.move(hours=60)
        await house.scored("later", faults=[WRONG])
        cases = await house.improving.cases(agent_id="1007", team=None, step=None, overdue=False, limit=10)
        assert [(each.case.step, each.case.result) for each in cases] == [(Step.CLOSED, Result.REPEATED)]


async def test_one_fault_has_one_case_at_a_time(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await house.keep([ended("c1"), ended("c2", minute=1), ended("c3", "1008", minute=2)])
        for call_id in ("c1", "c2", "c3"):
            await house.scored(call_id, faults=[WRONG])
        cases = await house.improving.cases(agent_id=None, team=None, step=None, overdue=False, limit=10)
        assert sorted((each.case.agent_id, each.case.call_id) for each in cases) == [("1007", "c1"), ("1008", "c3")]
