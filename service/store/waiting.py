"""Writes that wait for the store: bounded, one newest update per call, and never an alert thrown away."""

from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Table

from alerts.alert import Alert
from web.sources import CallState, CallView

_ALERTS_BEYOND = 10


@dataclass(slots=True)
class WaitingAlert:
    """A change of an alert that is not stored yet. `shown` once it was handed on without a sequence."""

    alert: Alert
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of another table; one with the same primary key is replaced."""

    table: Table
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction writes."""

    calls: tuple[CallView, ...]
    alerts: tuple[WaitingAlert, ...]
    rows: tuple[Row, ...] = ()


class WaitingWrites:
    """Alerts in their order, calls in the order they first changed, rows as they came.

    Beyond `most` the oldest row goes, then the oldest update of a running call (its next update repeats it), then of
    ended ones. Alerts alone may exceed `most` ten times: losing one is what the store exists to prevent.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._alerts: deque[WaitingAlert] = deque()
        self._calls: dict[str, CallView] = {}
        self._rows: deque[Row] = deque()
        self.dropped_calls = 0
        self.dropped_rows = 0
        self.dropped_alerts = 0

    def __len__(self) -> int:
        return len(self._alerts) + len(self._calls) + len(self._rows)

    def add_alert(self, alert: Alert) -> None:
        """The alert's change stands behind all others."""
        self._alerts.append(WaitingAlert(alert))
        if len(self._alerts) > _ALERTS_BEYOND * self._most:
            self._alerts.popleft()
            self.dropped_alerts += 1
        self._keep_bound()

    def add_call(self, call: CallView) -> None:
        """The call's newest update takes the place of the one that waits."""
        self._calls[call.call_id] = call
        self._keep_bound()

    def add_row(self, row: Row) -> None:
        """The row stands behind all others."""
        self._rows.append(row)
        self._keep_bound()

    def batch(self, most: int) -> Batch:
        """The next writes, at most `most` of each sort; they wait on until `done`."""
        calls, alerts = islice(self._calls.values(), most), islice(self._alerts, most)
        return Batch(tuple(calls), tuple(alerts), tuple(islice(self._rows, most)))

    def done(self, batch: Batch) -> None:
        """The batch (the newest one asked for) is written, or given up."""
        for waiting in batch.alerts:
            if self._alerts and self._alerts[0] is waiting:  # else it had to go meanwhile
                self._alerts.popleft()
        for row in batch.rows:
            if self._rows and self._rows[0] is row:
                self._rows.popleft()
        for call in batch.calls:
            if self._calls.get(call.call_id) is call:  # else it changed again meanwhile
                del self._calls[call.call_id]

    def alerts(self) -> list[WaitingAlert]:
        """All waiting changes of alerts, oldest first."""
        return list(self._alerts)

    def _keep_bound(self) -> None:
        if len(self) <= self._most:
            return
        if self._rows:
            self._rows.popleft()
            self.dropped_rows += 1
            return
        if not self._calls:
            return
        oldest = next((call.call_id for call in self._calls.values() if call.state is not CallState.ENDED), None)
        del self._calls[oldest if oldest is not None else next(iter(self._calls))]
        self.dropped_calls += 1
