"""/metrics of the alert desk: what is open, who was reached, what nobody was told."""

from collections import Counter
from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from alerts.alert import AlertState, Severity
from alerts.life.acts import RUNNING
from service.desk.node_desk import NodeDesk


class DeskMetrics(Collector):
    """Registers itself. Open alerts and silent rules are those of all nodes; totals are what this node did."""

    def __init__(self, registry: CollectorRegistry, desk: NodeDesk) -> None:
        self._desk = desk
        registry.register(self)

    def describe(self) -> list[Metric]:
        """Nothing is collected at registration: the desk is not running yet."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Everything, as it stands now."""
        desk, life = self._desk, self._desk.life
        standing = life.standing()
        alerts = GaugeMetricFamily(
            "earshot_desk_alerts", "Alerts that are not over, of all nodes", labels=["state", "severity"]
        )
        for state in AlertState:
            for severity in Severity:
                if state in RUNNING:
                    alerts.add_metric([state.value, severity.word], standing[state, severity])
        yield alerts
        levels = Counter({str(level): count for level, count in life.escalations.items()})
        yield _totals("desk_escalations", "Alerts nobody claimed that went to more people", "level", levels)
        yield _totals("desk_outcomes", "Alerts whose call has ended", "outcome", life.outcomes)
        causes = Counter({cause.value: count for cause, count in desk.kept_back.items()})
        yield _totals("desk_suppressed", "Findings that nobody was told of", "cause", causes)
        silent = len(desk.rulings.silent)
        yield GaugeMetricFamily("earshot_desk_rules_silent", "Rules silenced by marks, of all nodes", value=silent)
        yield CounterMetricFamily(
            "earshot_desk_failures", "Times the clocks of alerts had to wait for the database", value=life.failures
        )
        yield CounterMetricFamily(
            "earshot_desk_reasons_lost",
            "Reasons of suppressed findings lost because the database was away",
            value=desk.kept_back_lost,
        )


def _totals(name: str, text: str, label: str, values: "Counter[str]") -> Metric:
    metric = CounterMetricFamily(f"earshot_{name}", text, labels=[label])
    for value, number in sorted(values.items()):
        metric.add_metric([value], number)
    return metric
