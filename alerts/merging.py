"""Two hands on one alert: what listening finds anew is laid on what people have made of the alert meanwhile."""

from dataclasses import replace

from alerts.alert import Alert, AlertState

_LISTENING_MAY_MOVE = frozenset({AlertState.PROVISIONAL, AlertState.OPEN})
_LISTENING_SAYS = frozenset({AlertState.PROVISIONAL, AlertState.OPEN, AlertState.WITHDRAWN})


def merged(stored: Alert, found: Alert) -> Alert:
    """The next version after `stored`: state, owner, snooze, outcome, escalation as people left them, the rest found.

    Before anybody has touched the alert that is `found` itself. Listening opens and withdraws an alert only while
    nobody has taken it; a severity that was raised stays raised.
    """
    moves = stored.state in _LISTENING_MAY_MOVE
    return replace(
        found,
        version=max(found.version, stored.version + 1),
        state=_state(stored.state, found.state),
        severity=max(found.severity, stored.severity) if not moves else found.severity,
        assignee=stored.assignee,
        snoozed_until=stored.snoozed_until,
        outcome=stored.outcome,
        escalation_level=stored.escalation_level,
        suppressed_by=stored.suppressed_by,
        route=stored.route,
        claimed_at=stored.claimed_at,
        waiting_since=stored.waiting_since,
        mark=stored.mark,
        evidence=replace(found.evidence, clip_sha256=found.evidence.clip_sha256 or stored.evidence.clip_sha256),
        timing=stored.timing,
    )


def _state(stored: AlertState, found: AlertState) -> AlertState:
    """Listening confirms and withdraws. What it says of people's states is old: it saw them before `stored` did."""
    if stored is AlertState.PROVISIONAL and found in _LISTENING_SAYS:
        return found
    if stored is AlertState.OPEN and found is AlertState.WITHDRAWN:
        return found
    return stored
