"""Whether the node can do its work: model and store."""

from prometheus_client import CollectorRegistry, generate_latest

from config.settings import Language
from service.bus.bus import Bus
from service.drain import Drain
from service.recognition.groups import RecognitionGroups
from service.rule_shelf import RuleShelf
from service.store.store import Store
from web.sources import Health


class NodeHealth:
    """Fills `web.sources.HealthSource`."""

    def __init__(
        self,
        registry: CollectorRegistry,
        store: Store,
        groups: RecognitionGroups,
        rules: RuleShelf,
        language: Language,
        bus: Bus,
        drain: Drain,
    ) -> None:
        self._registry, self._store, self._groups, self._rules = registry, store, groups, rules
        self._language, self._bus, self._drain = language, bus, drain

    async def health(self) -> Health:
        """Each part with whether it is ready and, if not, why."""
        model_ready, model_word = self._groups.readiness(self._language)
        failing = self._store.status().failing
        leaving = self._drain.state
        out_of_reach = self._bus.status.failing
        parts = [
            ("model", model_ready, model_word),
            ("store", failing is None, failing or ""),
            ("bus", out_of_reach is None, out_of_reach or ""),
            ("calls", not leaving.draining, f"draining, {leaving.calls_left} calls left" if leaving.draining else ""),
            ("rules", True, self._rules.refusal),  # a refused edit leaves the rules before it in force
        ]
        return Health(ready=all(ready for _, ready, _ in parts), parts=tuple(parts))

    def metrics(self) -> bytes:
        """Prometheus text."""
        return generate_latest(self._registry)
