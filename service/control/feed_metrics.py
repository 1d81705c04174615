"""/metrics of the followed PBXes: whether they are linked, what was told, who ended the calls."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from service.control.feeds import PbxFeeds


class FeedMetrics(Collector):
    """Registers itself."""

    def __init__(self, registry: CollectorRegistry, feeds: PbxFeeds) -> None:
        self._feeds = feeds
        registry.register(self)

    def describe(self) -> list[Metric]:
        """Nothing is collected at registration: the feeds are not running yet."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Everything, as it stands now."""
        linked = GaugeMetricFamily("earshot_pbx_linked", "Whether the PBX is followed now", labels=["feed"])
        running = GaugeMetricFamily("earshot_pbx_calls", "Calls of the PBX that are not over", labels=["feed"])
        lost = CounterMetricFamily("earshot_pbx_losses", "Links to the PBX that broke", labels=["feed"])
        unplaced = CounterMetricFamily(
            "earshot_pbx_unplaced", "Conversations of two people of whom none is known to be an agent", labels=["feed"]
        )
        ended = CounterMetricFamily("earshot_pbx_endings", "Calls by who ended them", labels=["feed", "party"])
        news = CounterMetricFamily(
            "earshot_pbx_news", "What the PBX told, by what became of it", labels=["feed", "what"]
        )
        taps = CounterMetricFamily("earshot_pbx_taps", "Taps of ours: begun, again, failed", labels=["feed", "what"])
        strays = CounterMetricFamily(
            "earshot_pbx_strays", "What we made at the PBX: found unasked, removed", labels=["feed", "what"]
        )
        waiting = GaugeMetricFamily("earshot_pbx_to_remove", "What of ours is to be removed there", labels=["feed"])
        supervised = GaugeMetricFamily("earshot_pbx_supervisors", "Supervisors by telephone", labels=["feed"])
        for name, follower in self._feeds.followers.items():
            calls = follower.link.calls
            linked.add_metric([name], follower.linked)
            running.add_metric([name], calls.running)
            lost.add_metric([name], follower.losses)
            unplaced.add_metric([name], calls.counts.unplaced)
            for party, number in sorted(calls.counts.verdicts.items()):
                ended.add_metric([name, party.value], number)
            for what, number in sorted(follower.desk.counts.items()):
                news.add_metric([name, what], number)
            control = follower.link.control
            supervised.add_metric([name], control.supervisions.running)
            waiting.add_metric([name], control.strays.waiting)
            for what, number in sorted(control.taps.counts.items()):
                taps.add_metric([name, what], number)
            for what, number in sorted(control.strays.counts.items()):
                strays.add_metric([name, what], number)
        microphones = CounterMetricFamily(
            "earshot_microphone_frames", "20 ms of supervisors' browsers, by what became of them", labels=["what"]
        )
        for what, number in sorted(self._feeds.browser.frames.items()):
            microphones.add_metric([what], number)
        yield microphones
        yield from (linked, running, lost, unplaced, ended, news, taps, strays, waiting, supervised)
