"""One trial: so many calls for so long on one target, what came back, and what it took of the machine."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from service.bench.driver_link import DriverError, DriverLink
from service.bench.orders import EarshotTarget, PeerTarget, PlayOrder, PlayReport
from service.bench.own_node import MetricsPage, Node
from service.bench.quantiles import bucket_quantile, quantile
from web.sources import Tier

ALERT_LIMIT_S = 0.5
LAG_LIMIT_S = 1.0
SHARES = (0.5, 0.95, 0.99)
_DRIVER_LIMIT_S = 0.1  # a driver later than this (95 %) measures itself
_FEW_CALL_S = 300  # in so much call time there is an alert without words for certain


@dataclass(frozen=True, slots=True)
class CpuSpent:
    """Processor seconds within the window, by stage. `others_s` is what the rest of the machine took meanwhile."""

    window_s: float
    service_s: float = 0.0
    full_decode_s: float = 0.0
    spotting_s: float = 0.0
    workers_rest_s: float = 0.0
    driver_s: float = 0.0
    others_s: float = 0.0

    @property
    def total_s(self) -> float:
        """Of the service and its workers."""
        return self.service_s + self.full_decode_s + self.spotting_s + self.workers_rest_s


@dataclass(frozen=True, slots=True)
class Trial:
    """What one trial gave."""

    calls: int
    report: PlayReport
    cpu: CpuSpent
    decoding_lags_s: tuple[float | None, ...] = (None, None, None)  # at SHARES
    segments_dropped: int = 0
    service_growth_mb: float = 0.0
    recognition_mb: float = 0.0

    def shortfalls(self, target: EarshotTarget | PeerTarget) -> list[str]:
        """Why so many calls were not served in time; empty when they were."""
        found: list[str] = []
        report = self.report
        words = quantile(report.partial_lags_s, 0.95)
        if isinstance(target, PeerTarget):
            _over(found, "reply lag", words, LAG_LIMIT_S, needed=True)
        else:
            call_s = self.calls * self.cpu.window_s
            alerts = quantile(report.alert_latencies_s, 0.95)
            _over(found, "alert latency", alerts, ALERT_LIMIT_S, needed=call_s > _FEW_CALL_S)
            _over(found, "alert arrival", quantile(report.alert_arrivals_s, 0.95), ALERT_LIMIT_S, needed=False)
            _over(found, "level lag", quantile(report.level_lags_s, 0.95), ALERT_LIMIT_S, needed=True)
            if target.tier is Tier.FULL:
                _over(found, "partial lag", words, LAG_LIMIT_S, needed=True)
            if target.tier is not Tier.ACOUSTIC:
                _over(found, "decoding lag", self.decoding_lags_s[1], LAG_LIMIT_S, needed=True)
            found += [f"{report.calls_shed} calls shed"] if report.calls_shed else []
            found += [f"{self.segments_dropped} segments dropped"] if self.segments_dropped else []
        found += [f"{report.sockets_lost} sockets lost"] if report.sockets_lost else []
        found += report.faults
        _over(found, "the driver itself", quantile(report.driver_lates_s, 0.95), _DRIVER_LIMIT_S, needed=True)
        return found


def _over(found: list[str], what: str, value_s: float | None, limit_s: float, *, needed: bool) -> None:
    if value_s is None:
        if needed:
            found.append(f"no {what} was measured")
    elif value_s > limit_s:
        found.append(f"{what} {value_s:.2f} s")


@dataclass(slots=True)
class _Looked:
    at_s: float
    service_s: float
    tree_s: float
    driver_s: float
    machine_s: float
    metrics: MetricsPage
    service_mb: float
    tree_mb: float


class TrialRun:
    """Plays orders with one driver, against one node (None: a peer, of which only the answers are seen)."""

    def __init__(self, driver: DriverLink, node: Node | None) -> None:
        self._driver, self._node = driver, node
        self._idle_mb = node.own_memory_mb() if node is not None else 0.0

    async def play(self, order: PlayOrder) -> Trial:
        """Raises DriverError."""
        looks: list[_Looked] = []

        async def look() -> None:
            looks.append(await self._look())

        report = await self._driver.play(order, look)
        if len(looks) != 2:
            raise DriverError("the driver left the window out")
        return self._trial(order, report, *looks)

    async def _look(self) -> _Looked:
        node = self._node
        return _Looked(
            at_s=time.monotonic(),
            service_s=node.own_cpu_s() if node is not None else 0.0,
            tree_s=node.cpu_s() if node is not None else 0.0,
            driver_s=self._driver.cpu_s(),
            machine_s=_busy_s(),
            metrics=await node.metrics() if node is not None else MetricsPage(""),
            service_mb=node.own_memory_mb() if node is not None else 0.0,
            tree_mb=node.memory_mb() if node is not None else 0.0,
        )

    def _trial(self, order: PlayOrder, report: PlayReport, before: _Looked, after: _Looked) -> Trial:
        def gained(name: str) -> float:
            return after.metrics.total(name) - before.metrics.total(name)

        service_s, tree_s = after.service_s - before.service_s, after.tree_s - before.tree_s
        decoding_s = gained("earshot_recognizer_decoding_cpu_seconds_total")
        spotting_s = gained("earshot_recognizer_spotting_cpu_seconds_total")
        driver_s = after.driver_s - before.driver_s
        name = "earshot_recognizer_lag_seconds"
        lags = before.metrics.buckets(name), after.metrics.buckets(name)
        return Trial(
            calls=order.calls,
            report=report,
            cpu=CpuSpent(
                window_s=after.at_s - before.at_s,
                service_s=service_s,
                full_decode_s=decoding_s,
                spotting_s=spotting_s,
                workers_rest_s=max(0.0, tree_s - service_s - decoding_s - spotting_s),
                driver_s=driver_s,
                others_s=max(0.0, after.machine_s - before.machine_s - tree_s - driver_s),
            ),
            decoding_lags_s=tuple(bucket_quantile(*lags, share) for share in SHARES),
            segments_dropped=round(gained("earshot_recognizer_segments_dropped_total")),
            service_growth_mb=after.service_mb - self._idle_mb,
            recognition_mb=after.tree_mb - after.service_mb,
        )


def _busy_s() -> float:
    """Processor seconds everything on this machine has taken."""
    user, nice, system, _idle, _wait, irq, softirq, *_rest = (
        Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    )
    return sum(map(int, (user, nice, system, irq, softirq))) / os.sysconf("SC_CLK_TCK")
