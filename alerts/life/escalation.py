"""Who is told when nobody takes an alert in hand, and what became of it when its call is over."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.alert import Action, Alert, AlertState, Severity
from alerts.life.acts import Act, after
from config.life import EscalationSettings

REACHED, MISSED = "reached_in_time", "missed"
_WAITING = frozenset({AlertState.OPEN, AlertState.PROVISIONAL})
HIGHEST_LEVEL = 2  # 1: the second supervisor, 2: the floor manager


@dataclass(frozen=True, slots=True)
class Step:
    """The next step of an alert's escalation, and when it is due."""

    level: int
    due_at: datetime


def next_step(alert: Alert, settings: EscalationSettings) -> Step | None:
    """What happens next if nobody claims the alert; None when nothing will."""
    level = alert.escalation_level + 1
    if alert.state not in _WAITING or alert.assignee is not None or level > HIGHEST_LEVEL:
        return None
    if alert.outcome is not None or alert.suppressed_by is not None:
        return None
    match alert.severity:
        case Severity.CRITICAL:
            wait_s = settings.second_supervisor_s if level == 1 else settings.floor_manager_s
        case Severity.MAJOR if level == 1:
            wait_s = settings.major_s
        case _:
            return None
    if wait_s is None:
        return None
    return Step(level, (alert.waiting_since or alert.opened_at) + timedelta(seconds=wait_s))


def escalated(alert: Alert, settings: EscalationSettings, at: datetime, also_told: tuple[str, ...]) -> Alert | None:
    """The alert one level higher, if that is due; `also_told` join its route (nobody named there stays everybody)."""
    step = next_step(alert, settings)
    if step is None or at < step.due_at:
        return None
    higher = after(alert, Act(Action.ESCALATE, None, at, reason=f"level {step.level}"))
    if not alert.route:
        return higher
    return replace(higher, route=tuple(dict.fromkeys((*alert.route, *also_told))))


def settled(alert: Alert, ended_at: datetime, at: datetime) -> Alert | None:
    """The alert with its outcome, now that its call has ended; None when it has one or nobody could have reached it.

    Whoever took it in hand before the end reached it. What was found only after the end, was no alert at all, or
    was told to nobody has no outcome.
    """
    nobody_was_told = alert.suppressed_by is not None
    was_none = alert.state in (AlertState.WITHDRAWN, AlertState.FALSE_POSITIVE) or alert.severity is Severity.INFO
    if alert.outcome is not None or nobody_was_told or was_none or alert.opened_at >= ended_at:
        return None
    reached = alert.claimed_at is not None and alert.claimed_at <= ended_at
    return replace(after(alert, Act(Action.SETTLE, None, at)), outcome=REACHED if reached else MISSED)


def woken(alert: Alert, at: datetime) -> Alert | None:
    """The alert open again, if its snooze is over."""
    if alert.state is not AlertState.SNOOZED or alert.snoozed_until is None or at < alert.snoozed_until:
        return None
    return after(alert, Act(Action.WAKE, None, at))
