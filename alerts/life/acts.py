"""The state machine of an alert: every act of a person or a clock, which states allow it, and what it makes of them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.alert import Action, Alert, AlertState, Change, Mark

LONGEST_SNOOZE = timedelta(hours=24)
RUNNING = frozenset({AlertState.PROVISIONAL, AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.SNOOZED})
_JUDGED = frozenset({AlertState.RESOLVED, AlertState.FALSE_POSITIVE})
# From which states each act is possible. A withdrawn alert was none: it can only be written about.
_ALLOWED: dict[Action, frozenset[AlertState]] = {
    Action.ACKNOWLEDGE: RUNNING - {AlertState.ACKNOWLEDGED},
    Action.ASSIGN: RUNNING,
    Action.SNOOZE: RUNNING,
    Action.RESOLVE: RUNNING,
    Action.FALSE_POSITIVE: RUNNING | {AlertState.RESOLVED},
    Action.REOPEN: _JUDGED | {AlertState.ACKNOWLEDGED, AlertState.SNOOZED},
    Action.NOTE: frozenset(AlertState),
    Action.WAKE: frozenset({AlertState.SNOOZED}),
    Action.ESCALATE: frozenset({AlertState.OPEN, AlertState.PROVISIONAL}),
    Action.SETTLE: RUNNING | _JUDGED,
    Action.SUPPRESS: RUNNING,
    Action.RELEASE: frozenset(AlertState),
}
_TAKES_IN_HAND = frozenset({Action.ACKNOWLEDGE, Action.ASSIGN, Action.SNOOZE, Action.RESOLVE, Action.FALSE_POSITIVE})


class ImpossibleActError(Exception):
    """The alert's state does not allow the act. `why` is for people."""

    def __init__(self, why: str) -> None:
        super().__init__("the alert's state does not allow this")
        self.why = why


@dataclass(frozen=True, slots=True)
class Act:
    """One act. `by` is a person, None a clock. `assignee` belongs to assign, `until` to snooze, `text` to note."""

    action: Action
    by: str | None
    at: datetime
    assignee: str | None = None
    until: datetime | None = None
    reason: str | None = None
    text: str | None = None


def after(alert: Alert, act: Act) -> Alert:
    """The alert as the act leaves it, its version as before (whoever stores it counts). Raises ImpossibleActError."""
    if alert.state not in _ALLOWED[act.action]:
        raise ImpossibleActError(f"An alert that is {alert.state.value} cannot be changed by {act.action.value}.")
    changed = replace(
        alert,
        updated_at=max(act.at, alert.updated_at),
        change=Change(act.action, act.by, act.reason, act.text),
        claimed_at=alert.claimed_at or (act.at if act.action in _TAKES_IN_HAND else None),
    )
    match act.action:
        case Action.ACKNOWLEDGE:
            return replace(changed, state=AlertState.ACKNOWLEDGED, assignee=act.by, snoozed_until=None)
        case Action.ASSIGN:
            return replace(changed, state=AlertState.ACKNOWLEDGED, assignee=act.assignee, snoozed_until=None)
        case Action.SNOOZE:
            return _snoozed(changed, act)
        case Action.WAKE:
            if alert.snoozed_until is not None and act.at < alert.snoozed_until:
                raise ImpossibleActError("The snooze is not over.")
            return _opened(changed, act.at)
        case Action.RESOLVE:
            return replace(changed, state=AlertState.RESOLVED, mark=Mark.RIGHT, snoozed_until=None)
        case Action.FALSE_POSITIVE:
            return replace(changed, state=AlertState.FALSE_POSITIVE, mark=Mark.WRONG, snoozed_until=None)
        case Action.REOPEN:
            return replace(_opened(changed, act.at), assignee=None, mark=None)
        case Action.ESCALATE:
            return replace(changed, escalation_level=alert.escalation_level + 1)
        case _:  # a note, an outcome, a suppression: the state stays
            return changed


def _snoozed(alert: Alert, act: Act) -> Alert:
    if act.until is None or not act.at < act.until <= act.at + LONGEST_SNOOZE:
        raise ImpossibleActError("A snooze ends in the future, within 24 hours.")
    return replace(alert, state=AlertState.SNOOZED, snoozed_until=act.until, assignee=alert.assignee or act.by)


def _opened(alert: Alert, at: datetime) -> Alert:
    return replace(alert, state=AlertState.OPEN, snoozed_until=None, waiting_since=at)
