"""/metrics of what is kept and shared: the bus, the feed of changes, clips, recordings, retention."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from service.bus.bus import Bus
from service.bus.change_feed import ChangeFeed
from service.kept_sound import KeptSound


class KeepingMetrics(Collector):
    """Registers itself; each part is asked for its own counters."""

    def __init__(self, registry: CollectorRegistry, bus: Bus, feed: ChangeFeed, kept: KeptSound) -> None:
        self._bus, self._feed, self._kept = bus, feed, kept
        registry.register(self)

    def describe(self) -> list[Metric]:
        """Nothing is collected at registration: the parts are not running yet."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Everything, as it stands now."""
        bus, clips, retention = self._bus.status, self._kept.clips, self._kept.retention
        yield GaugeMetricFamily(
            "earshot_bus_failing", "1 while Redis does not answer", value=int(bus.failing is not None)
        )
        yield GaugeMetricFamily("earshot_bus_waiting", "Messages waiting for Redis", value=bus.waiting)
        yield _total("bus_failures", "Failed talks with Redis", bus.failures)
        yield _total("bus_dropped", "Messages dropped because Redis was behind", bus.dropped)
        yield _total("change_gaps", "Times a change of another node was found in the database first", self._feed.gaps)
        yield _total("clips", "Clips made", clips.made)
        yield _total("clips_failed", "Clips that could not be written", clips.failed)
        yield _total("clips_dropped", "Clips not made because too many were wanted at once", clips.dropped)
        yield _total("recordings_failed", "Recordings that could not be written", self._kept.recorder.failed)
        yield _total("rows_deleted", "Old entries deleted", retention.rows)
        yield _total("files_deleted", "Old clips and recordings deleted", retention.files)


def _total(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(f"earshot_{name}", text, value=value)
