"""Whether the node can do its work: model, store, doors, loop."""

from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, generate_latest

from config.settings import Language
from service.recognition.groups import RecognitionGroups
from service.store.store import Store
from web.sources import Health


class NodeHealth:
    """Fills `web.sources.HealthSource`."""

    def __init__(
        self,
        registry: CollectorRegistry,
        store: Store,
        groups: RecognitionGroups,
        language: Language,
        doors: Mapping[str, Callable[[], bool]],
    ) -> None:
        self._registry, self._store, self._groups = registry, store, groups
        self._language, self._doors = language, doors

    async def health(self) -> Health:
        """Each part with whether it is ready and, if not, why."""
        model_ready, model_word = self._groups.readiness(self._language)
        failing = self._store.status().failing
        parts = [
            ("model", model_ready, model_word),
            ("store", failing is None, failing or ""),
            *((name, is_open(), "" if is_open() else "not listening") for name, is_open in self._doors.items()),
        ]
        return Health(ready=all(ready for _, ready, _ in parts), parts=tuple(parts))

    def metrics(self) -> bytes:
        """Prometheus text."""
        return generate_latest(self._registry)
