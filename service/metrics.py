"""/metrics: the state of every part, read when asked (Prometheus text)."""

from collections import Counter
from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from service.call_board import CallBoard
from service.call_view import view_of
from service.ingest.counts import IngestCounts
from service.pulse import Pulse
from service.recognition.groups import RecognitionGroups
from service.recognition.nurseries import GraphState
from service.store.store import Store
from service.tier_keeper import TierKeeper
from web.audience import Audience
from web.sources import CallState, Tier


class NodeMetrics(Collector):
    """Registers itself; each part is asked for its own counters."""

    def __init__(
        self,
        registry: CollectorRegistry,
        board: CallBoard,
        groups: RecognitionGroups,
        audience: Audience,
        store: Store,
        ingest: IngestCounts,
        pulse: Pulse,
        tiers: TierKeeper,
    ) -> None:
        self._board, self._groups, self._audience = board, groups, audience
        self._store, self._ingest, self._pulse = store, ingest, pulse
        self._tiers = tiers
        registry.register(self)

    def describe(self) -> list[Metric]:
        """Nothing is collected at registration: the parts are not running yet."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Everything, as it stands now."""
        yield from self._calls()
        yield from self._audio()
        yield from self._recognition()
        yield from self._people()
        yield from self._kept()
        yield _gauge("event_loop_lateness_seconds", "Worst delay of the last second's beats", self._pulse.lateness_s)

    def _calls(self) -> Iterator[Metric]:
        tiers: Counter[str] = Counter({tier.value: 0 for tier in Tier})
        held = 0
        for call in self._board.live_calls():
            if not call.closed and call.record.state is not CallState.ENDED:
                tiers[view_of(call).tier.value] += 1
                held += call.record.state is CallState.HELD
        yield _labelled(GaugeMetricFamily, "calls_live", "Calls being heard, by tier", "tier", tiers)
        down, up = self._tiers.steps()
        steps = Counter({"down": down, "up": up})
        yield _labelled(CounterMetricFamily, "tier_steps", "Calls listened to less or more closely", "to", steps)
        yield _gauge("calls_held", "Calls on hold", held)
        yield _total("calls_announced", "Calls announced or begun", self._board.counts.announced)
        yield _total("calls_refused", "Calls refused because the node was full", self._board.counts.refused_full)
        yield _total("calls_failed", "Calls whose analysis failed", self._board.counts.failed_calls)
        yield _total("stream_takeovers", "Legs taken over by a second socket", self._board.counts.takeovers)

    def _audio(self) -> Iterator[Metric]:
        seconds = Counter({road: audio_ms / 1000 for road, audio_ms in self._ingest.audio_ms.items()})
        yield _labelled(CounterMetricFamily, "audio_seconds", "Audio taken in, by road", "road", seconds)
        yield _labelled(
            GaugeMetricFamily, "ingest_connections", "Open audio sockets", "road", self._ingest.open_connections
        )
        faults = Counter({fault.value: count for fault, count in self._ingest.faults.items()})
        yield _labelled(CounterMetricFamily, "ingest_faults", "Malformed audio input, by fault", "fault", faults)
        yield _total("ingest_paced", "Reads slowed because a sender was far ahead of real time", self._ingest.paced)
        gaps_ms = sum(ear.gaps_ms for call in self._board.live_calls() for ear in call.ears.values())
        yield _gauge("audio_gap_seconds", "Missing audio of the calls in memory", gaps_ms / 1000)

    def _recognition(self) -> Iterator[Metric]:
        queue = GaugeMetricFamily(
            "earshot_recognizer_queue_age_seconds", "Oldest audio waiting for a recogniser", labels=["language"]
        )
        queued = GaugeMetricFamily(
            "earshot_recognizer_queue_seconds", "Audio waiting for a recogniser", labels=["language"]
        )
        lost = CounterMetricFamily("earshot_recognizer_workers_lost", "Workers replaced", labels=["language"])
        dropped = CounterMetricFamily(
            "earshot_recognizer_segments_dropped",
            "Speech segments not recognised because the node was behind",
            labels=["language"],
        )
        rerun = CounterMetricFamily(
            "earshot_recognizer_segments_rerun",
            "Speech segments that a worker had open when it died, and another took up",
            labels=["language"],
        )
        busy = GaugeMetricFamily(
            "earshot_recognizer_busy_ratio", "Share of the last seconds with audio waiting", labels=["language"]
        )
        decoded = CounterMetricFamily("earshot_recognizer_audio_seconds", "Speech recognised", labels=["language"])
        spotted = CounterMetricFamily("earshot_recognizer_phrases_spotted", "Phrases spotted", labels=["language"])
        cpu = CounterMetricFamily("earshot_recognizer_cpu_seconds", "CPU of the workers", labels=["language"])
        spotting = CounterMetricFamily(
            "earshot_recognizer_spotting_cpu_seconds", "The part of it spent on spotting phrases", labels=["language"]
        )
        decoding = CounterMetricFamily(
            "earshot_recognizer_decoding_cpu_seconds", "The part of it spent on the words", labels=["language"]
        )
        composed = GaugeMetricFamily(
            "earshot_recognizer_composed_graph",
            "1 while words come from the model's graphs composed into one, which costs a quarter",
            labels=["language"],
        )
        lag = HistogramMetricFamily(
            "earshot_recognizer_lag_seconds", "From the arrival of audio to its being decoded", labels=["language"]
        )
        for language, group in self._groups.running().items():
            rerun.add_metric([language.value], group.counts.reruns)
            busy.add_metric([language.value], group.busy_ratio)
            composed.add_metric([language.value], int(group.graph[0] is GraphState.COMPOSED))
            decoding.add_metric([language.value], group.decoding_cpu_ms() / 1000)
            lag.add_metric([language.value], group.lag.buckets(), group.lag.sum_s)
            spotted.add_metric([language.value], group.counts.spotted_phrases)
            cpu.add_metric([language.value], group.cpu_ms() / 1000)
            spotting.add_metric([language.value], group.spotting_cpu_ms() / 1000)
            queue.add_metric([language.value], group.oldest_wait_ms() / 1000)
            queued.add_metric([language.value], group.queued_ms() / 1000)
            lost.add_metric([language.value], group.workers_lost)
            dropped.add_metric([language.value], group.dropped_segments)
            decoded.add_metric([language.value], group.decoded_ms / 1000)
        yield from (queue, queued, busy, lost, dropped, rerun, decoded, spotted, cpu, spotting, decoding, composed, lag)
        yield _total(
            "recognizer_models_refused", "Models of further languages that failed", self._groups.refused_models
        )

    def _people(self) -> Iterator[Metric]:
        counts = self._audience.counts()
        yield _gauge("consoles", "Consoles connected", counts.consoles)
        yield _gauge("listeners", "People listening to calls", counts.listeners)
        yield _total("console_messages_dropped", "Messages a slow console lost", counts.messages_dropped)
        yield _total("console_overflows", "Consoles closed because they were too slow", counts.consoles_overflowed)
        yield _total("listen_frames", "20 ms frames sent to listeners", counts.frames_sent)
        yield _total("listen_frames_dropped", "20 ms frames a slow listener lost", counts.frames_dropped)

    def _kept(self) -> Iterator[Metric]:
        status = self._store.status()
        yield _gauge("store_failing", "1 while the store cannot write", int(status.failing is not None))
        yield _gauge("store_waiting", "Writes waiting for the store", status.waiting)
        yield _total("store_failures", "Failed attempts to write", status.failures)
        yield _total("store_rows_refused", "Rows that could never be stored", status.refused_rows)
        yield _total("store_alerts_shown_unstored", "Alert changes told before they were stored", status.shown_unstored)
        yield _total(
            "store_call_updates_dropped", "Call updates dropped because the store was behind", status.dropped_calls
        )
        yield _total("store_rows_dropped", "Events and words dropped because the store was behind", status.dropped_rows)
        yield _total("store_alerts_dropped", "Alert changes lost: the store was away too long", status.dropped_alerts)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"earshot_{name}", text, value=value)


def _total(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(f"earshot_{name}", text, value=value)


def _labelled(
    family: type[GaugeMetricFamily] | type[CounterMetricFamily],
    name: str,
    text: str,
    label: str,
    values: "Counter[str]",
) -> Metric:
    metric = family(f"earshot_{name}", text, labels=[label])
    for value, number in sorted(values.items()):
        metric.add_metric([value], number)
    return metric
