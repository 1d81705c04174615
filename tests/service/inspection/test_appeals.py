"""Appeals against stored scores: the score changes with the decision, in one step, and everything is kept."""

from decimal import Decimal
from pathlib import Path

import pytest

from alerts.inspection.records import AppealState
from service.inspection.kinds import SCORE
from tests.service.inspection.desk import desk, ended, judged
from web.inspection.views import NotNowError, ScoreState, StaleRecordError, UnknownRecordError

WRONG, RIGHT = judged("correct", wrong=1), judged("correct")


async def test_a_granted_appeal_changes_the_score(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await house.keep([ended("c1")])
        score = await house.scored("c1", faults=[WRONG])
        with pytest.raises(NotNowError, match="only the agent"):
            await house.appeals.appeal(score.score_id, "…", "1008")
        view = await house.appeals.appeal(score.score_id, "it was right, see the tariff", "1007")
        with pytest.raises(NotNowError, match="somebody else"):
            await house.appeals.decide(view.appeal.appeal_id, 1, marks=[RIGHT], changed=True, reason="…", by="qa1")
        assert (await house.scoring.score(score.score_id)).result.points == Decimal(92)
        done = await house.appeals.decide(
            view.appeal.appeal_id, 1, marks=[RIGHT], changed=True, reason="it was right", by="lead"
        )
        assert done.appeal.state is AppealState.CHANGED
        changed = await house.scoring.score(score.score_id)
        assert (changed.state, changed.result.points) == (ScoreState.CORRECTED, Decimal(100))
        last = (await house.scoring.trail(SCORE, score.score_id))[-1]
        assert (last.act, last.by, last.reason) == ("correct", "lead", "it was right")


async def test_arbitration_is_final(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await house.keep([ended("c1")])
        score = await house.scored("c1", faults=[WRONG])
        view = await house.appeals.appeal(score.score_id, "…", "1007")
        appeal_id = view.appeal.appeal_id
        await house.appeals.decide(appeal_id, 1, marks=[], changed=False, reason="heard again", by="lead")
        with pytest.raises(StaleRecordError):
            await house.appeals.ask_arbitration(appeal_id, 1, "…", "1007")
        await house.appeals.ask_arbitration(appeal_id, 2, "not convinced", "1007")
        with pytest.raises(NotNowError, match="somebody else"):
            await house.appeals.arbitrate(appeal_id, 3, marks=[], reason="…", by="lead")
        final = await house.appeals.arbitrate(appeal_id, 3, marks=[], reason="stays", by="second")
        assert (final.appeal.state, len(final.appeal.trail)) == (AppealState.FINAL, 4)
        assert (await house.scoring.score(score.score_id)).result.points == Decimal(92)
        listed = await house.appeals.appeals(agent_id="1007", state=None, limit=10)
        assert [each.appeal.state for each in listed] == [AppealState.FINAL]


async def test_only_closed_scores_in_time(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await house.keep([ended("c1"), ended("c2", minute=1)])
        draft = await house.scoring.begin("c1", "hundred_points", "qa1")
        with pytest.raises(NotNowError, match="only the closed score"):
            await house.appeals.appeal(draft.score_id, "…", "1007")
        with pytest.raises(UnknownRecordError):
            await house.appeals.appeal("nothing", "…", "1007")
        score = await house.scored("c2")
        house.clock.move(days=8)
        with pytest.raises(NotNowError, match="for 7 days"):
            await house.appeals.appeal(score.score_id, "…", "1007")
