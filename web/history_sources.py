"""What the pages about the past ask for: calls and alerts by whose and what they were, when, and what was said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from alerts.alert import Alert
from streaming.frames import Leg, Party
from web.sources import CallView
from web.trust.who import EVERYWHERE, Legs, Scope


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """What is wanted; what is empty leaves everything in. Times are of a call's start or an alert's opening."""

    agent: str | None = None
    team: str | None = None
    queue: str | None = None
    rule: str | None = None
    kind: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()
    state: tuple[str, ...] = ()  # of alerts
    since: datetime | None = None
    until: datetime | None = None
    said: str | None = None
    hung_up_by: Party | None = None  # of calls
    scope: Scope = EVERYWHERE
    heard: Legs = "both"  # whose words may be known
    over: bool = False  # only calls that are over

    @property
    def asks_alerts(self) -> bool:
        """Whether calls are asked for by their alerts."""
        return bool(self.rule or self.kind or self.severity or self.state)


@dataclass(frozen=True, slots=True)
class Said:
    """Where in a call the phrase was said: the words, masked, and where in them (from which sign to which)."""

    leg: Leg
    start_ms: int
    end_ms: int
    text: str
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call with its alerts by severity, and where the phrase was said."""

    call: CallView
    alerts: Mapping[str, int]
    said: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class PastAlert:
    """An alert as it stands, and where in its call the phrase was said."""

    alert: Alert
    said: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundCalls:
    """Calls, newest first. `looked_back_to`: words were looked for only that far back, for they are so frequent."""

    calls: tuple[PastCall, ...]
    looked_back_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class FoundAlerts:
    """Alerts, newest first; `looked_back_to` as for calls."""

    alerts: tuple[PastAlert, ...]
    looked_back_to: datetime | None = None


class History(Protocol):
    """The past. All raise StoreUnavailableError. `before` is the last id of the page before; unknown: an empty page."""

    async def past_calls(self, wanted: HistoryFilter, limit: int, before: str | None) -> FoundCalls:
        """Calls by their start, newest first."""
        ...

    async def past_alerts(self, wanted: HistoryFilter, limit: int, before: str | None) -> FoundAlerts:
        """Alerts by their opening, newest first, as they stand now; those taken back are left out."""
        ...
