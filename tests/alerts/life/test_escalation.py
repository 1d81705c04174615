"""Who is told next and when, and what became of an alert when its call was over."""

from datetime import timedelta

import pytest

from alerts.alert import Alert, AlertState, Severity
from alerts.life.escalation import escalated, next_step, settled, woken
from config.life import EscalationSettings
from tests.fakes.desk import NOON, an_alert

_SETTINGS = EscalationSettings()


def critical(**changed: object) -> Alert:
    return an_alert("a1", severity=Severity.CRITICAL, opened_at=NOON, **changed)


def _s(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def test_a_critical_alert_climbs_at_15_and_at_30_seconds() -> None:
    alert = critical(route=("li",))
    assert escalated(alert, _SETTINGS, NOON + _s(14.9), ("wang",)) is None
    second = escalated(alert, _SETTINGS, NOON + _s(15), ("wang", "li"))
    assert second is not None
    assert (second.escalation_level, second.route) == (1, ("li", "wang"))
    assert escalated(second, _SETTINGS, NOON + _s(29.9), ("zhao",)) is None
    third = escalated(second, _SETTINGS, NOON + _s(30), ("zhao",))
    assert third is not None
    assert (third.escalation_level, third.route) == (2, ("li", "wang", "zhao"))
    assert next_step(third, _SETTINGS) is None


def test_told_to_everybody_stays_told_to_everybody() -> None:
    higher = escalated(critical(), _SETTINGS, NOON + _s(15), ("wang",))
    assert higher is not None
    assert higher.route == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"state": AlertState.ACKNOWLEDGED},
        {"state": AlertState.SNOOZED},
        {"state": AlertState.RESOLVED},
        {"assignee": "li"},
        {"outcome": "missed"},
        {"suppressed_by": "mute:1"},
        {"escalation_level": 2},
    ],
)
def test_what_somebody_has_or_nobody_shall_hear_does_not_climb(changed: dict[str, object]) -> None:
    assert next_step(critical(**changed), _SETTINGS) is None


def test_lower_alerts_climb_less_and_switched_off_steps_never_come() -> None:
    major = next_step(an_alert(), _SETTINGS)
    assert major is not None
    assert major.due_at == an_alert().opened_at + _s(120)
    assert next_step(an_alert(escalation_level=1), _SETTINGS) is None
    assert next_step(an_alert(severity=Severity.MINOR), _SETTINGS) is None
    assert next_step(critical(), EscalationSettings(second_supervisor_s=None)) is None


def test_who_reopened_or_woke_waits_anew() -> None:
    step = next_step(critical(waiting_since=NOON + _s(60)), _SETTINGS)
    assert step is not None
    assert step.due_at == NOON + _s(75)


def test_the_end_of_the_call_says_reached_or_missed() -> None:
    end = NOON + _s(60)
    missed = settled(critical(), end, end)
    assert missed is not None
    assert (missed.outcome, missed.state) == ("missed", AlertState.OPEN)
    reached = settled(critical(state=AlertState.RESOLVED, claimed_at=NOON + _s(9)), end, end)
    assert reached is not None
    assert reached.outcome == "reached_in_time"
    late = settled(critical(claimed_at=end + _s(1)), end, end + _s(2))
    assert late is not None
    assert late.outcome == "missed"


@pytest.mark.parametrize(
    "changed",
    [
        {"opened_at": NOON + _s(60)},
        {"state": AlertState.WITHDRAWN},
        {"state": AlertState.FALSE_POSITIVE},
        {"severity": Severity.INFO},
        {"suppressed_by": "alert:1"},
        {"outcome": "missed"},
    ],
)
def test_what_nobody_could_have_reached_has_no_outcome(changed: dict[str, object]) -> None:
    assert settled(an_alert("a1", **{"opened_at": NOON, **changed}), NOON + _s(60), NOON + _s(61)) is None


def test_a_snooze_ends_by_itself() -> None:
    asleep = critical(state=AlertState.SNOOZED, snoozed_until=NOON + _s(60))
    assert woken(asleep, NOON + _s(59)) is None
    awake = woken(asleep, NOON + _s(60))
    assert awake is not None
    assert (awake.state, awake.waiting_since) == (AlertState.OPEN, NOON + _s(60))
    assert woken(critical(), NOON) is None
