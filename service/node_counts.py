"""What a node has done since its start: the alert latencies and totals behind /metrics."""

from collections import Counter
from datetime import datetime

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client import Counter as Total

from alerts.alert import Alert
from service.alarms.late_alerts import LateAlerts

_LATENCY_BUCKETS_S = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)


class NodeCounts:
    """Counters that grow where things happen; gauges are read from the parts when asked (service/metrics.py)."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.alerts: Counter[str] = Counter()
        self.late = LateAlerts()
        self._alerts = Total("earshot_alert_changes", "Alert changes published", ["kind", "state"], registry=registry)
        self._latency = Histogram(
            "earshot_alert_latency_seconds",
            "From the arrival of the deciding audio to each stage of a new alert",
            ["kind", "stage"],
            buckets=_LATENCY_BUCKETS_S,
            registry=registry,
        )

    def alert_published(self, alert: Alert, at: datetime) -> None:
        """Count a change; a new alert is timed."""
        self.alerts[alert.kind] += alert.version == 1
        self._alerts.labels(alert.kind.value, alert.state.value).inc()
        if alert.version == 1:
            self.late.note(alert, at)
            received_at = alert.timing.received_at
            for stage, when in (("detected", alert.timing.detected_at), ("published", at)):
                self._latency.labels(alert.kind.value, stage).observe(max(0.0, (when - received_at).total_seconds()))
