"""Appeals: who may do what, and the trail that stays."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.inspection.appeal import AppealError, appealed, arbitrated, decided, to_arbitration
from alerts.inspection.records import Appeal, AppealAct, AppealState
from config.closed_loop import ClosedLoopSettings

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


def appeal(by: str = "1007", days: float = 1) -> Appeal:
    return appealed(
        appeal_id="p1",
        score_id="s1",
        agent_id="1007",
        inspector="qa1",
        scored_at=AT,
        by=by,
        at=AT + timedelta(days=days),
        reason="the customer asked me to wait",
        settings=ClosedLoopSettings(),
    )


def test_only_the_agent_appeals_and_only_in_time() -> None:
    assert appeal().state is AppealState.OPEN
    with pytest.raises(AppealError, match="only the agent"):
        appeal(by="1008")
    with pytest.raises(AppealError, match="possible for 7 days"):
        appeal(days=7.1)


@pytest.mark.parametrize(("changed", "state"), [(True, AppealState.CHANGED), (False, AppealState.UPHELD)])
def test_somebody_else_decides(changed: bool, state: AppealState) -> None:
    for by in ("qa1", "1007"):
        with pytest.raises(AppealError, match="somebody else"):
            decided(appeal(), changed=changed, by=by, at=AT, reason="…")
    assert decided(appeal(), changed=changed, by="lead", at=AT, reason="…").state is state


def test_arbitration_goes_to_a_second_person_and_ends_it() -> None:
    upheld = decided(appeal(), changed=False, by="lead", at=AT, reason="heard again")
    with pytest.raises(AppealError, match="only the agent or the inspector"):
        to_arbitration(upheld, by="1008", at=AT, reason="…")
    asked = to_arbitration(upheld, by="1007", at=AT, reason="…")
    for by in ("lead", "qa1", "1007"):
        with pytest.raises(AppealError, match="somebody else"):
            arbitrated(asked, by=by, at=AT, reason="…")
    final = arbitrated(asked, by="second", at=AT, reason="…")
    assert final.state is AppealState.FINAL
    assert [(step.act, step.by) for step in final.trail] == [
        (AppealAct.APPEAL, "1007"),
        (AppealAct.UPHOLD, "lead"),
        (AppealAct.ARBITRATE, "1007"),
        (AppealAct.DECIDE, "second"),
    ]


def test_no_step_is_taken_twice() -> None:
    upheld = decided(appeal(), changed=False, by="lead", at=AT, reason="…")
    with pytest.raises(AppealError, match="the appeal is upheld; this needs open"):
        decided(upheld, changed=True, by="lead", at=AT, reason="…")
    with pytest.raises(AppealError, match="this needs arbitration"):
        arbitrated(upheld, by="second", at=AT, reason="…")
    with pytest.raises(AppealError, match="this needs upheld or changed"):
        to_arbitration(appeal(), by="1007", at=AT, reason="…")
