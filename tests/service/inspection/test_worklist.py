"""Worklists: each plan's calls in their week, once, to people who may hear them."""

from collections import Counter
from datetime import time, timedelta
from pathlib import Path

import pytest

from service.inspection.periods import Days, week_of
from tests.service.inspection.desk import desk, ended
from tests.service.store.examples import BEGAN_AT
from web.inspection.views import NotNowError, UnknownRecordError
from web.sources import CallState

WEEK = week_of(BEGAN_AT.date())


async def test_a_plan_fills_worklists(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        calls = [ended(f"c{number}", f"{number % 5}", number) for number in range(40)]
        await house.keep([*calls, ended("old", minute=-60 * 24 * 30), ended("running", state=CallState.LIVE)])
        tasks = await house.worklist.draw("weekly", WEEK)
        assert Counter(task.call.agent_id for task in tasks) == {str(agent): 3 for agent in range(5)}
        assert {task.inspector for task in tasks} == {"qa1", "qa2"}
        _, end = Days("UTC", time(0)).week(WEEK)
        assert {task.due_at for task in tasks} == {end + timedelta(days=7)}
        again = await house.worklist.draw("weekly", WEEK)
        assert sorted(task.task_id for task in again) == sorted(task.task_id for task in tasks)
        mine = await house.worklist.tasks("qa1", "open", 100)
        assert {task.inspector for task in mine} == {"qa1"}


async def test_nobody_hears_an_own_call(tmp_path: Path) -> None:
    async with desk(tmp_path, ("qa1", "1007")) as house:
        await house.keep([ended(f"c{number}", "1007", number) for number in range(20)])
        assert {task.inspector for task in await house.worklist.draw("weekly", WEEK)} == {"qa1"}


async def test_a_task_leads_to_its_score_and_is_done_with_it(tmp_path: Path) -> None:
    async with desk(tmp_path, ("qa1",)) as house:
        await house.keep([ended("c1")])
        (task,) = await house.worklist.draw("weekly", WEEK)
        with pytest.raises(NotNowError, match="another inspector's"):
            await house.worklist.begin(task.task_id, "qa2")
        score = await house.worklist.begin(task.task_id, "qa1")
        assert score.call.call_id == "c1"
        closed = await house.scored("c1")
        (done,) = await house.worklist.tasks("qa1", None, 10)
        assert (done.state, done.score_id) == ("done", closed.score_id)
        with pytest.raises(NotNowError, match="the task is done"):
            await house.worklist.drop(task.task_id, done.version, "lead", "no sound")


async def test_a_dropped_task_does_not_come_back(tmp_path: Path) -> None:
    async with desk(tmp_path, ("qa1",)) as house:
        await house.keep([ended("c1")])
        (task,) = await house.worklist.draw("weekly", WEEK)
        await house.worklist.drop(task.task_id, task.version, "lead", "a test call")
        await house.worklist.draw("weekly", WEEK)
        assert await house.worklist.tasks("qa1", "open", 10) == []


async def test_what_cannot_be_drawn_is_named(tmp_path: Path) -> None:
    async with desk(tmp_path, ()) as house:
        with pytest.raises(UnknownRecordError):
            await house.worklist.draw("nothing", WEEK)
        with pytest.raises(ValueError, match="2026-W48"):
            await house.worklist.draw("weekly", "48")
        with pytest.raises(NotNowError, match="nobody inspects"):
            await house.worklist.draw("weekly", WEEK)


async def test_this_week_and_the_last_are_drawn_of_themselves(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await house.keep([ended("now"), ended("before", minute=-60 * 24 * 7)])
        house.clock.move(hours=1)
        assert await house.worklist.draw_all() == 2
