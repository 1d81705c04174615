"""Every act in every state: what it makes of the alert, or why it cannot be."""

from datetime import timedelta

import pytest

from alerts.alert import Action, AlertState, Mark
from alerts.life.acts import LONGEST_SNOOZE, Act, ImpossibleActError, after
from tests.fakes.desk import NOON, an_alert

_AT = NOON + timedelta(seconds=7)
_RUNNING = ("provisional", "open", "acknowledged", "snoozed")
_BECOMES = {
    Action.ACKNOWLEDGE: (("provisional", "open", "snoozed"), "acknowledged"),
    Action.ASSIGN: (_RUNNING, "acknowledged"),
    Action.SNOOZE: (_RUNNING, "snoozed"),
    Action.RESOLVE: (_RUNNING, "resolved"),
    Action.FALSE_POSITIVE: ((*_RUNNING, "resolved"), "false_positive"),
    Action.REOPEN: (("acknowledged", "snoozed", "resolved", "false_positive"), "open"),
    Action.NOTE: (tuple(AlertState), None),
    Action.WAKE: (("snoozed",), "open"),
    Action.ESCALATE: (("provisional", "open"), None),
    Action.SETTLE: ((*_RUNNING, "resolved", "false_positive"), None),
    Action.SUPPRESS: (_RUNNING, None),
    Action.RELEASE: (tuple(AlertState), None),
}


def act(action: Action, **more: object) -> Act:
    given = {"until": _AT + timedelta(minutes=5), "assignee": "zhao", **more}
    return Act(action, "wang", _AT, **given)  # type: ignore[arg-type]  # a test names the fields it means


@pytest.mark.parametrize("state", AlertState)
@pytest.mark.parametrize("action", _BECOMES)
def test_every_act_in_every_state(action: Action, state: AlertState) -> None:
    alert = an_alert(state=state)
    possible, becomes = _BECOMES[action]
    if state not in possible:
        with pytest.raises(ImpossibleActError):
            after(alert, act(action))
        return
    changed = after(alert, act(action))
    assert changed.state == (becomes or state)
    assert (changed.version, changed.updated_at) == (alert.version, _AT)
    assert (changed.change.action, changed.change.by) == (action, "wang")


def test_who_claims_owns_and_the_first_claim_is_remembered() -> None:
    claimed = after(an_alert(), act(Action.ACKNOWLEDGE))
    assert (claimed.assignee, claimed.claimed_at) == ("wang", _AT)
    later = Act(Action.ASSIGN, "wang", _AT + timedelta(seconds=9), assignee="zhao")
    assert (after(claimed, later).assignee, after(claimed, later).claimed_at) == ("zhao", _AT)


def test_right_and_wrong_are_marks_and_reopening_takes_them_back() -> None:
    resolved = after(an_alert(), act(Action.RESOLVE, reason="helped"))
    assert (resolved.mark, resolved.change.reason) == (Mark.RIGHT, "helped")
    wrong = after(resolved, act(Action.FALSE_POSITIVE, reason="misheard", text="she said thank you"))
    assert (wrong.mark, wrong.change.text) == (Mark.WRONG, "she said thank you")
    again = after(wrong, act(Action.REOPEN))
    assert (again.mark, again.assignee, again.waiting_since) == (None, None, _AT)


@pytest.mark.parametrize("until", [None, _AT, _AT - timedelta(seconds=1), _AT + LONGEST_SNOOZE + timedelta(seconds=1)])
def test_a_snooze_ends_in_the_future_within_a_day(until: object) -> None:
    with pytest.raises(ImpossibleActError):
        after(an_alert(), act(Action.SNOOZE, until=until))


def test_who_is_woken_early_sleeps_on() -> None:
    asleep = after(an_alert(), act(Action.SNOOZE))
    assert asleep.assignee == "wang"
    with pytest.raises(ImpossibleActError):
        after(asleep, act(Action.WAKE))
    awake = after(asleep, Act(Action.WAKE, None, _AT + timedelta(minutes=5)))
    assert (awake.snoozed_until, awake.assignee) == (None, "wang")


def test_time_never_goes_back() -> None:
    early = Act(Action.NOTE, "wang", NOON - timedelta(days=1), text="late clock")
    assert after(an_alert(), early).updated_at == an_alert().updated_at
