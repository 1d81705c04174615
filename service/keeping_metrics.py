"""/metrics of what is kept and shared: the bus, the feed of changes, clips, recordings, retention."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from service.bus.bus import Bus
from service.bus.change_feed import ChangeFeed
from service.clips.clip_maker import ClipMaker
from service.clips.recorder import Recorder
from service.store.retention import Retention


class KeepingMetrics(Collector):
    """Registers itself; each part is asked for its own counters."""

    def __init__(
        self,
        registry: CollectorRegistry,
        bus: Bus,
        feed: ChangeFeed,
        clips: ClipMaker,
        recorder: Recorder,
        retention: Retention,
    ) -> None:
        self._bus, self._feed, self._clips = bus, feed, clips
        self._recorder, self._retention = recorder, retention
        registry.register(self)

    def describe(self) -> list[Metric]:
        """Nothing is collected at registration: the parts are not running yet."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Everything, as it stands now."""
        bus = self._bus.status
        yield GaugeMetricFamily(
            "earshot_bus_failing", "1 while Redis does not answer", value=int(bus.failing is not None)
        )
        yield GaugeMetricFamily("earshot_bus_waiting", "Messages waiting for Redis", value=bus.waiting)
        yield _total("bus_failures", "Failed talks with Redis", bus.failures)
        yield _total("bus_dropped", "Messages dropped because Redis was behind", bus.dropped)
        yield _total("change_gaps", "Times a change of another node was found in the database first", self._feed.gaps)
        yield _total("clips", "Clips made", self._clips.made)
        yield _total("clips_failed", "Clips that could not be written", self._clips.failed)
        yield _total("clips_dropped", "Clips not made because too many were wanted at once", self._clips.dropped)
        yield _total("recordings_failed", "Recordings that could not be written", self._recorder.failed)
        yield _total("rows_deleted", "Old entries deleted", self._retention.rows)
        yield _total("files_deleted", "Old clips and recordings deleted", self._retention.files)


def _total(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(f"earshot_{name}", text, value=value)
