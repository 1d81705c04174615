"""/metrics of who was cut off or asked to wait."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from service.bounded_http import Awaited, BoundedHttp
from service.waiting_room import WaitingRoom
from web.trust.limits import Limits, Whose


class TrustMetrics(Collector):
    """Registers itself; each part is asked for its own counters. No address, key or name is in them."""

    def __init__(
        self, registry: CollectorRegistry, bounds: BoundedHttp, limits: Limits, audio_room: WaitingRoom
    ) -> None:
        self._bounds, self._limits, self._audio_room = bounds, limits, audio_room
        registry.register(self)

    def describe(self) -> list[Metric]:
        """Nothing is collected at registration: the parts are not running yet."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Everything, as it stands now."""
        cut = CounterMetricFamily(
            "earshot_connections_cut", "Connections cut off because this of them was too slow", labels=["awaited"]
        )
        for awaited in (*(each.value for each in Awaited), "answer"):
            cut.add_metric([awaited], self._bounds.cut[awaited])
        crowded = CounterMetricFamily(
            "earshot_connections_crowded_out", "Connections cut off because too many waited", labels=["door"]
        )
        waiting = GaugeMetricFamily("earshot_connections_waiting", "Connections that say nothing yet", labels=["door"])
        for door, room in (("http", self._bounds.room), ("audiosocket", self._audio_room)):
            crowded.add_metric([door], room.crowded_out)
            waiting.add_metric([door], len(room.waiting))
        limited = CounterMetricFamily(
            "earshot_over_limit", "Requests and sockets refused because there were too many", labels=["whose", "what"]
        )
        for whose in Whose:
            for what in ("requests", "sockets"):
                limited.add_metric([whose.value, what], self._limits.refused[whose, what])
        yield from (cut, crowded, waiting, limited)
