"""What inspectors did is sealed in the ledger: every act of a person has its row, every later change is named."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Delete, Engine, Insert, Update, select

from alerts.inspection.records import Mark
from service.inspection.periods import week_of
from service.store import ledger_rows
from service.store.database import writing
from service.store.erasure import erase_calls
from service.store.inspection_tables import inspection_records, inspection_trail
from service.store.sealed_steps import step_breaks
from tests.service.inspection.desk import InspectionDesk, desk, ended, fault, judged
from tests.service.store.examples import BEGAN_AT
from web.trust.sources import Act, LedgerQuestion
from web.trust.who import EVERYWHERE, LOCAL, Principal, now_asks

_SCORE = inspection_records.c.kind == "score"
_STEP = (inspection_trail.c.kind == "score") & (inspection_trail.c.act == "mark")


async def _work(house: InspectionDesk) -> None:
    """Everything that inspectors, agents and leads do, once."""
    await house.keep([ended("c1"), ended("c2", minute=1)], [fault("a1", "c1")])
    score = await house.scored("c1", faults=[judged("correct", wrong=1)])
    (case,) = [view for view in await _cases(house) if view.case.fault == "correct"]
    told = await house.improving.report(case.case.improvement_id, case.version, "lead")
    await house.improving.plan(case.case.improvement_id, told.version, "learn the tariff", "lead")
    appeal = await house.appeals.appeal(score.score_id, "the tariff is right", "1007")
    marks = [Mark("correct")]
    await house.appeals.decide(appeal.appeal.appeal_id, 1, marks=marks, changed=True, reason="so it is", by="lead")
    round_ = await house.calibrating.begin("November", "hundred_points", ["c2"], ["qa1", "qa2"], "lead")
    await house.calibrating.close(round_.calibration_id, 1, "lead")
    example = await house.inspection.library.add(
        *("c1",),
        fault="correct",
        good=False,
        title="a tariff",
        note=None,
        from_ms=0,
        to_ms=9_000,
        consent=True,
        by="qa1",
    )
    await house.inspection.library.remove(example.example_id, 1, "lead", "too long")
    (task, *_) = await house.worklist.draw("weekly", week_of(BEGAN_AT.date()))
    await house.worklist.drop(task.task_id, task.version, "lead", "a test call")


async def _cases(house: InspectionDesk) -> Any:
    return await house.improving.cases(agent_id="1007", team=None, step=None, overdue=False, limit=9)


def _breaks(engine: Engine) -> list[str]:
    assert list(ledger_rows.breaks(engine)) == []
    return [each.what for each in step_breaks(engine)]


async def test_every_act_of_a_person_is_in_the_ledger_and_what_clocks_do_is_not(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        now_asks(Principal("Qi", "qa1", frozenset(), EVERYWHERE, session_id="s1", address="10.0.0.7"))
        await _work(house)

        rows = await house.store.read(
            lambda engine: ledger_rows.find_rows(engine, EVERYWHERE, LedgerQuestion(limit=1_000))
        )
        acts = {Act(row.act) for row in rows}
        assert acts == {Act.SCORE, Act.IMPROVEMENT, Act.APPEAL, Act.CALIBRATION, Act.LIBRARY, Act.WORKLIST}
        steps = await house.store.read(_steps_of_people)
        assert len(rows) == steps
        (closed,) = [row for row in rows if row.act == Act.SCORE and " close " in str(row.about)]
        assert (closed.who, closed.name, closed.session_id, closed.address) == ("qa1", "Qi", "s1", "10.0.0.7")
        assert (closed.call_id, closed.agent_id, closed.team, closed.queue, closed.site) == (
            *("c1", "1007", "east"),
            *("billing", "wuhan"),
        )
        (decided,) = [row for row in rows if row.act == Act.APPEAL and " change " in str(row.about)]
        assert decided.who == "lead"
        assert not any("tariff" in str(row) for row in rows)  # the ledger names acts, never what was said
        assert await house.store.read(_breaks) == []
    now_asks(LOCAL)


def _steps_of_people(engine: Engine) -> int:
    with engine.begin() as connection:
        question = select(inspection_trail.c.step_id).where(inspection_trail.c.person.is_not(None))
        return len(connection.execute(question).all())


_COPY = {"kind": "score", "version": 99, "act": "mark", "person": "qa1", "at": BEGAN_AT, "content": {}}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        pytest.param(inspection_trail.update().where(_STEP).values(reason="other"), "was changed", id="reason"),
        pytest.param(inspection_trail.update().where(_STEP).values(person="qa2"), "was changed", id="person"),
        pytest.param(inspection_trail.update().where(_STEP).values(content={}), "was changed", id="judgement"),
        pytest.param(inspection_trail.delete().where(_STEP), "is missing", id="step gone"),
        pytest.param(
            inspection_records.update().where(_SCORE).values(content={"points": 100}), "is not what", id="record"
        ),
        pytest.param(inspection_records.update().where(_SCORE).values(version=1), "is not what", id="rolled back"),
        pytest.param(inspection_records.delete().where(_SCORE), "is missing", id="record gone"),
    ],
)
async def test_what_was_changed_behind_its_back_is_named(
    tmp_path: Path, change: Update | Delete | Insert, what: str
) -> None:
    async with desk(tmp_path) as house:
        await house.keep([ended("c1")])
        score = await house.scored("c1")
        await house.store.write(lambda engine: _do(engine, change))

        found = await house.store.read(_breaks)

        assert found
        assert all(what in each and score.score_id in each for each in found)


async def test_a_change_without_a_row_is_named(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await house.keep([ended("c1")])
        score = await house.scored("c1")
        hidden = inspection_trail.insert().values(record_id=score.score_id, **_COPY)
        await house.store.write(lambda engine: _do(engine, hidden))
        await house.store.write(
            lambda engine: _do(engine, inspection_records.update().where(_SCORE).values(version=99))
        )

        (found,) = await house.store.read(_breaks)

        assert "without a row here" in found


async def test_what_went_with_its_call_is_gone_and_is_not_missed(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await _work(house)
        await house.store.write(lambda engine: erase_calls(engine, ["c1"]))

        assert await house.store.read(_breaks) == []
        left = await house.store.read(_kept)
        assert "tariff" not in left
        assert await house.store.read(_orphans) == []
        await house.store.write(lambda engine: _do(engine, inspection_records.delete()))
        assert await house.store.read(_breaks) != []  # what is still there is watched as before


def _kept(engine: Engine) -> str:
    with engine.begin() as connection:
        tables = (inspection_records, inspection_trail)
        return str([connection.execute(select(table)).all() for table in tables])


def _orphans(engine: Engine) -> list[str]:
    with engine.begin() as connection:
        there = set(connection.execute(select(inspection_records.c.record_id)).scalars())
        steps = set(connection.execute(select(inspection_trail.c.record_id)).scalars())
        return sorted(steps - there)


def _do(engine: Engine, change: Update | Delete | Insert) -> None:
    with writing(engine).begin() as connection:
        connection.execute(change)
