"""Writes that wait for the store: bounded, one newest update per call, and never an alert thrown away."""

from collections import deque
from dataclasses import dataclass
from itertools import islice

from alerts.alert import Alert
from web.sources import CallState, CallView


@dataclass(slots=True)
class WaitingAlert:
    """A change of an alert that is not stored yet. `shown` once it was handed on without a sequence."""

    alert: Alert
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction writes."""

    calls: tuple[CallView, ...]
    alerts: tuple[WaitingAlert, ...]


class WaitingWrites:
    """Alerts in their order, calls in the order they first changed.

    Beyond `most` the oldest update of a running call goes (its next update repeats it), then of ended ones. Alerts
    alone may exceed `most`: they are few, and losing one is what the store exists to prevent.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._alerts: deque[WaitingAlert] = deque()
        self._calls: dict[str, CallView] = {}
        self.dropped_calls = 0

    def __len__(self) -> int:
        return len(self._alerts) + len(self._calls)

    def add_alert(self, alert: Alert) -> None:
        """The alert's change stands behind all others."""
        self._alerts.append(WaitingAlert(alert))
        self._keep_bound()

    def add_call(self, call: CallView) -> None:
        """The call's newest update takes the place of the one that waits."""
        self._calls[call.call_id] = call
        self._keep_bound()

    def batch(self, most: int) -> Batch:
        """The next writes, at most `most` of each sort; they wait on until `done`."""
        return Batch(tuple(islice(self._calls.values(), most)), tuple(islice(self._alerts, most)))

    def done(self, batch: Batch) -> None:
        """The batch (the newest one asked for) is written, or given up."""
        for _ in batch.alerts:
            self._alerts.popleft()
        for call in batch.calls:
            if self._calls.get(call.call_id) is call:  # else it changed again meanwhile
                del self._calls[call.call_id]

    def alerts(self) -> list[WaitingAlert]:
        """All waiting changes of alerts, oldest first."""
        return list(self._alerts)

    def _keep_bound(self) -> None:
        if len(self) <= self._most or not self._calls:
            return
        oldest = next((call.call_id for call in self._calls.values() if call.state is not CallState.ENDED), None)
        del self._calls[oldest if oldest is not None else next(iter(self._calls))]
        self.dropped_calls += 1
