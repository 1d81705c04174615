"""Scoring: pre-filled from alerts, judged item by item, closed when nothing is open; every step is on the trail."""

from decimal import Decimal
from pathlib import Path

import pytest

from alerts.alert import AlertState, Kind
from alerts.inspection.records import MarkState, WrongMarkError
from config.score_sheets import ScoreSheet
from service.inspection.kinds import SCORE
from streaming.frames import Leg
from tests.service.inspection.desk import desk, ended, fault, faultless, judged
from web.inspection.views import NotNowError, ScoreState, StaleRecordError, UnknownRecordError
from web.sources import CallState, CallView, Tier, UndecidedView


async def test_a_sheet_begins_with_what_was_found(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        wrong = fault("a3", "c1", Kind.LONG_HOLD, state=AlertState.FALSE_POSITIVE)
        await house.keep([ended("c1")], [fault("a1", "c1", count=2), fault("a2", "c1", Kind.FAST_SPEECH), wrong])
        score = await house.scoring.begin("c1", "hundred_points", "qa1")
        assert score.result.points == Decimal(94)
        answers = score.mark_of("answers")
        assert answers is not None
        assert (answers.state, dict(answers.counts), answers.evidence) == (MarkState.PROVED, {"dead_air": 2}, ("a1",))
        assert (score.mark_of("waiting") or judged("waiting")).counts == {}
        assert "correct" in score.result.open_items
        assert score == await house.scoring.begin("c1", "hundred_points", "qa2")  # one sheet a call


async def test_what_the_customer_did_is_no_fault_of_the_agent(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        shouts = fault("a1", "c1", Kind.VOLUME_RISE, leg=Leg.CUSTOMER)
        await house.keep([ended("c1"), ended("c2")], [shouts, fault("a2", "c2", Kind.VOLUME_RISE, leg=Leg.AGENT)])
        calm = await house.scoring.begin("c1", "hundred_points", "qa1")
        loud = await house.scoring.begin("c2", "hundred_points", "qa1")
        assert (calm.result.points, loud.result.points) == (Decimal(100), Decimal(98))


@pytest.mark.parametrize("call", [ended("c1", coverage=0.9), ended("c1", tier=Tier.SPOTTING)])
async def test_a_call_that_was_not_heard_whole_proves_no_absence(tmp_path: Path, call: CallView) -> None:
    async with desk(tmp_path) as house:
        await house.keep([call], [fault("a1", "c1")])
        score = await house.scoring.begin("c1", "hundred_points", "qa1")
        assert [mark.item for mark in score.marks] == ["answers"]


async def test_what_the_listening_could_not_decide_stays_open(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        call = ended("c1")
        undecided = UndecidedView(("dead_air",), call.legs[0][0], 0, 1_000, "gap")
        await house.keep([ended("c1", undecided=(undecided,))])
        assert "answers" in (await house.scoring.begin("c1", "hundred_points", "qa1")).result.open_items


async def test_the_score_is_worked_out_with_every_judgement(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await house.keep([ended("c1")])
        score = await house.scoring.begin("c1", "hundred_points", "qa1")
        score = await house.scoring.mark(score.score_id, score.version, judged("correct", wrong=1), "qa1")
        assert (score.version, score.result.points) == (2, Decimal(92))
        with pytest.raises(StaleRecordError) as stale:
            await house.scoring.mark(score.score_id, 1, judged("complete", incomplete=1), "qa1")
        assert stale.value.version == 2
        with pytest.raises(WrongMarkError):
            await house.scoring.mark(score.score_id, 2, judged("complete", wrong=1), "qa1")
        with pytest.raises(NotNowError, match="another inspector's"):
            await house.scoring.mark(score.score_id, 2, judged("complete", incomplete=1), "qa2")
        assert (await house.scoring.score(score.score_id)).result.points == Decimal(92)


async def test_a_sheet_closes_when_nothing_is_open(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await house.keep([ended("c1")])
        score = await house.scoring.begin("c1", "hundred_points", "qa1")
        with pytest.raises(NotNowError, match="still to be judged: correct"):
            await house.scoring.close(score.score_id, score.version, None, "qa1")
        for item in score.result.open_items:
            score = await house.scoring.mark(score.score_id, score.version, faultless("hundred_points", item), "qa1")
        closed = await house.scoring.close(score.score_id, score.version, "call 13800138000 back", "qa1")
        assert (closed.state, closed.result.points, closed.result.passed) == (ScoreState.CLOSED, Decimal(100), True)
        assert closed.note is not None
        assert "13800138000" not in closed.note
        with pytest.raises(NotNowError, match="an appeal may change it"):
            await house.scoring.mark(score.score_id, closed.version, judged("correct", wrong=1), "qa1")
        trail = await house.scoring.trail(SCORE, score.score_id)
        assert [step.version for step in trail] == list(range(1, closed.version + 1))
        assert [trail[0].act, trail[1].act, trail[-1].act] == ["begin", "mark", "close"]
        assert [each.score_id for each in await house.scoring.scores_of("c1")] == [score.score_id]


async def test_only_ended_calls_on_known_sheets(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await house.keep([ended("c1"), ended("c2", state=CallState.LIVE)])
        for call_id, sheet in (("c1", "nothing"), ("nobody", "hundred_points")):
            with pytest.raises(UnknownRecordError):
                await house.scoring.begin(call_id, sheet, "qa1")
        with pytest.raises(NotNowError, match="still running"):
            await house.scoring.begin("c2", "hundred_points", "qa1")
        with pytest.raises(UnknownRecordError):
            await house.scoring.score("nothing")


async def test_a_changed_sheet_leaves_old_scores_as_they_were(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await house.keep([ended("c1")])
        score = await house.scoring.begin("c1", "hundred_points", "qa1")
        content = house.scoring.sheets["hundred_points"].model_dump(mode="json")
        newer = ScoreSheet.model_validate({**content, "version": 2, "pass_points": 100})
        house.scoring.sheets["hundred_points"] = newer
        score = await house.scoring.mark(score.score_id, score.version, judged("correct", imprecise=1), "qa1")
        assert (score.sheet_version, score.result.passed) == (1, True)
        assert (await house.scoring.sheet_of(score.sheet_digest)).pass_points == 80
