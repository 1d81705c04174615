"""Watches the node's parts: what stays wrong becomes an alert about the service itself, and ends when it is mended."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from alerts.alert import Alert, AlertState, Kind, Severity
from config.settings import Language
from service.alarms.own_alert import is_of_node, own_alert
from service.clock import Clock
from web.sources import StoreUnavailableError

_log = structlog.get_logger(__name__)
_LOOK_S = 0.5


def _to_nobody(_active: bool) -> None:
    """No banner."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is looked at. `look` answers why it is not well, None when it is, and never waits.

    The alert opens when it has been wrong for `patience_s`, and ends when it has been well for `calm_s`.
    """

    kind: Kind
    severity: Severity
    patience_s: float
    calm_s: float
    look: Callable[[], str | None]
    told: Callable[[bool], None] = _to_nobody


@dataclass(slots=True)
class _Standing:
    wrong_since_ms: int | None = None
    wrong_last_ms: int = 0
    alert: Alert | None = None


class KeptAlerts(Protocol):
    """What is needed of the store."""

    def save_alert(self, alert: Alert) -> None:
        """Queue an alert; while the store cannot write it is shown at once."""
        ...

    async def open_now(self) -> tuple[int, list[Alert]]:
        """The newest sequence and every alert that is not over. Raises StoreUnavailableError."""
        ...


class ServiceAlarms(Collector):
    """`run` until cancelled. Registers itself: /metrics says what stands open."""

    def __init__(
        self,
        registry: CollectorRegistry,
        parts: Sequence[Part],
        store: KeptAlerts,
        clock: Clock,
        language: Language,
        node: str,
        beside: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        """`beside` are measurements that wait for something; they run as long as the alarms do."""
        self._parts, self._store, self._clock = parts, store, clock
        self._language, self._node, self._beside = language, node, beside
        self._standing = {part.kind: _Standing() for part in parts}
        registry.register(self)

    def describe(self) -> list[Metric]:
        """Nothing is collected at registration."""
        return []

    def collect(self) -> Iterator[Metric]:
        """1 for what an alert stands open about."""
        family = GaugeMetricFamily(
            "earshot_service_alarm", "1 while an alert about the service itself is open", labels=["about"]
        )
        for kind, standing in self._standing.items():
            family.add_metric([kind.value.removeprefix("service_")], int(standing.alert is not None))
        yield family

    async def run(self) -> None:
        """Take up what the node's life before left open, then look twice a second."""
        await self._take_up()
        async with asyncio.TaskGroup() as tasks:
            for measure in self._beside:
                tasks.create_task(_run(measure))
            while True:
                self.look()
                await asyncio.sleep(_LOOK_S)

    def look(self) -> None:
        """One look at everything."""
        now_ms = self._clock.monotonic_ms()
        for part in self._parts:
            self._look_at(part, self._standing[part.kind], now_ms)

    def _look_at(self, part: Part, standing: _Standing, now_ms: int) -> None:
        why = part.look()
        if why is None:
            standing.wrong_since_ms = None
            if standing.alert is not None and now_ms - standing.wrong_last_ms >= part.calm_s * 1000:
                part.told(False)
                self._end(standing.alert)
                standing.alert = None
            return
        standing.wrong_last_ms = now_ms
        standing.wrong_since_ms = standing.wrong_since_ms if standing.wrong_since_ms is not None else now_ms
        if standing.alert is None and now_ms - standing.wrong_since_ms >= part.patience_s * 1000:
            _log.warning("something is wrong with the service", about=part.kind.value, why=why)
            part.told(True)
            standing.alert = own_alert(part.kind, part.severity, why, self._node, self._language, self._clock.now_at())
            self._store.save_alert(standing.alert)

    def _end(self, alert: Alert) -> None:
        now_at = self._clock.now_at()
        self._store.save_alert(replace(alert, version=alert.version + 1, state=AlertState.RESOLVED, updated_at=now_at))

    async def _take_up(self) -> None:
        """Alerts of a life before this one go on here; where nothing is wrong any more, they end."""
        try:
            _, alerts = await self._store.open_now()
        except StoreUnavailableError:
            return
        for alert in alerts:
            if is_of_node(alert, self._node) and alert.kind in self._standing:
                self._standing[alert.kind].alert = alert
                self._standing[alert.kind].wrong_last_ms = self._clock.monotonic_ms()


async def _run(measure: Callable[[], Awaitable[None]]) -> None:
    await measure()
