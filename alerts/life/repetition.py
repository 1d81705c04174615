"""The same fault again by the same agent within a day: one severity higher."""

from collections import OrderedDict
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.alert import Alert, AlertState, Evidence, Measure, Severity

_MOST = 50_000  # faults remembered: a day of a thousand agents
_NONE_AFTER_ALL = frozenset({AlertState.WITHDRAWN, AlertState.FALSE_POSITIVE})


class Repetitions:
    """Remembers who did what within the window. Tell it of every alert in every version, of all nodes."""

    def __init__(self, window: timedelta) -> None:
        self._window = window
        self._faults: OrderedDict[str, tuple[str, str, datetime]] = OrderedDict()  # by alert id, oldest first
        self._by_agent: dict[tuple[str, str], set[str]] = {}

    def note(self, alert: Alert) -> None:
        """An alert as it stands now: what was none after all is forgotten."""
        if alert.state in _NONE_AFTER_ALL:
            self._forget(alert.alert_id)
        elif alert.agent_id is not None and alert.alert_id not in self._faults and alert.severity > Severity.INFO:
            self._faults[alert.alert_id] = (alert.agent_id, alert.rule, alert.opened_at)
            self._by_agent.setdefault((alert.agent_id, alert.rule), set()).add(alert.alert_id)
            while len(self._faults) > _MOST:
                self._forget(next(iter(self._faults)))

    def earlier(self, alert: Alert) -> int:
        """How often the agent did the same within the window before this alert; its own call counts once at most."""
        if alert.agent_id is None:
            return 0
        since = alert.opened_at - self._window
        known = self._by_agent.get((alert.agent_id, alert.rule), set())
        for old in [each for each in known if self._faults[each][2] < since]:
            self._forget(old)
        return len(self._by_agent.get((alert.agent_id, alert.rule), set()) - {alert.alert_id})

    def _forget(self, alert_id: str) -> None:
        fault = self._faults.pop(alert_id, None)
        if fault is not None:
            known = self._by_agent[fault[0], fault[1]]
            known.discard(alert_id)
            if not known:
                del self._by_agent[fault[0], fault[1]]


def raised(alert: Alert, earlier: int) -> Alert:
    """The alert one severity higher where it repeats; its evidence says why. What is only shown stays that."""
    if earlier == 0 or alert.severity in (Severity.INFO, Severity.CRITICAL):
        return alert
    why = (Measure("repeated_within_window", earlier), Measure("severity_before", alert.severity.word))
    evidence: Evidence = replace(alert.evidence, values=(*alert.evidence.values, *why))
    return replace(alert, severity=Severity(alert.severity + 1), evidence=evidence)
