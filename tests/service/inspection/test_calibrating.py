"""Calibration: blind while it runs, agreement by the published formula when it is closed."""

from pathlib import Path

import pytest

from tests.service.inspection.desk import InspectionDesk, desk, ended, faultless, judged
from web.inspection.views import NotNowError, ScoreState, StaleRecordError, UnknownRecordError


async def score_blind(house: InspectionDesk, round_id: str, call_id: str, by: str, wrong: int) -> None:
    score = await house.calibrating.score(round_id, call_id, by)
    for item in score.result.open_items:
        score = await house.scoring.mark(score.score_id, score.version, faultless("hundred_points", item), by)
    score = await house.scoring.mark(score.score_id, score.version, judged("correct", wrong=wrong), by)
    assert (await house.scoring.close(score.score_id, score.version, None, by)).state is ScoreState.CLOSED


async def test_scores_are_blind_until_the_round_closes(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await house.keep([ended("c1"), ended("c2", minute=1)])
        each = await house.calibrating.begin("November", "hundred_points", ["c1", "c2"], ["qa1", "qa2"], "lead")
        for call_id, marks in (("c1", {"qa1": 1, "qa2": 1}), ("c2", {"qa1": 0, "qa2": 1})):
            for by, wrong in marks.items():
                await score_blind(house, each.calibration_id, call_id, by, wrong)
        assert list(await house.scoring.scores_of("c1")) == []
        with pytest.raises(NotNowError, match="the round is open"):
            await house.calibrating.agreement(each.calibration_id)
        with pytest.raises(NotNowError, match="asks others"):
            await house.calibrating.score(each.calibration_id, "c1", "qa3")
        closed = await house.calibrating.close(each.calibration_id, 1, "lead")
        with pytest.raises(StaleRecordError):
            await house.calibrating.close(each.calibration_id, 1, "lead")
        with pytest.raises(NotNowError, match="closed already"):
            await house.calibrating.close(each.calibration_id, closed.version, "lead")
        assert len(await house.scoring.scores_of("c1")) == 2
        found = await house.calibrating.agreement(each.calibration_id)
        # points (92, 92) and (100, 92): observed 2·8²/4 = 32, expected 2·3·1·8²/(4·3) = 32, so alpha = 0
        assert found.alpha == pytest.approx(0)
        assert {item: alpha for item, _, alpha in found.items}["correct"] == pytest.approx(0)
        assert found.drift == (("qa1", 4.0), ("qa2", -4.0))
        assert [each.calibration_id for each in await house.calibrating.rounds(10)] == [closed.calibration_id]


async def test_a_round_needs_calls_and_two_inspectors(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await house.keep([ended("c1")])
        with pytest.raises(UnknownRecordError):
            await house.calibrating.begin("…", "nothing", ["c1"], ["qa1", "qa2"], "lead")
        with pytest.raises(UnknownRecordError):
            await house.calibrating.begin("…", "hundred_points", ["nobody"], ["qa1", "qa2"], "lead")
        with pytest.raises(NotNowError, match="2 to 50 inspectors"):
            await house.calibrating.begin("…", "hundred_points", ["c1"], ["qa1", "qa1"], "lead")
