"""/metrics of the rules: edits taken and refused, and what is kept of calls to try changed rules on."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from service.observation_log import ObservationLog
from service.rule_shelf import RuleShelf


class RuleMetrics(Collector):
    """Registers itself. Everything is of this node."""

    def __init__(self, registry: CollectorRegistry, rules: RuleShelf, observed: ObservationLog) -> None:
        self._rules, self._observed = rules, observed
        registry.register(self)

    def describe(self) -> list[Metric]:
        """Nothing is collected at registration: the parts are not running yet."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Everything, as it stands now."""
        rules, observed = self._rules, self._observed
        yield _total("rules_reloads", "Changed rules that came into force", rules.reloads)
        yield _total("rules_refusals", "Edits of the rules that were refused", rules.refusals)
        yield _gauge("rules_refused", "1 while an edit is refused and not mended", int(bool(rules.refusal)))
        yield _total("observations_written", "Ended calls kept to try rules on", observed.kept)
        yield _total("observations_dropped", "Ended calls not kept because the store was behind", observed.dropped)
        yield _total("observations_cut_short", "Calls too long to be kept whole", observed.cut_short)
        yield _gauge("observations_waiting", "Ended calls waiting to be kept", observed.waiting)


def _total(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(f"earshot_{name}", text, value=value)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"earshot_{name}", text, value=value)
