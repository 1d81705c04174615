"""Which alerts are advice for the agent in the call: the minor ones, as long as what was said is fresh."""

from datetime import timedelta

from alerts.alert import Alert, AlertState, Severity

FRESH = timedelta(minutes=10)  # advice about what was said longer ago helps nobody
_UNSURE_OR_WRONG = frozenset({AlertState.PROVISIONAL, AlertState.WITHDRAWN, AlertState.FALSE_POSITIVE})


def is_advice(alert: Alert) -> bool:
    """Whether the agent is to read the alert's advice, as it stands now."""
    is_told = alert.suppressed_by is None and alert.state not in _UNSURE_OR_WRONG
    for_somebody = alert.agent_id is not None and bool(alert.advice)
    is_fresh = alert.updated_at - alert.opened_at <= FRESH
    return alert.severity is Severity.MINOR and is_told and for_somebody and is_fresh


def becomes_advice(alert: Alert, before: Alert | None) -> bool:
    """Whether this version is the one that the agent is told of; `before` is the version before it."""
    return is_advice(alert) and (before is None or not is_advice(before))
