"""Where the time of an alert went, as OpenTelemetry spans: off unless a collector is named, no personal data."""

from datetime import datetime
from typing import TYPE_CHECKING

from alerts.alert import Alert, Kind
from config.operating import TracingSettings

if TYPE_CHECKING:  # the optional set `otel`
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

_OF_WORDS = frozenset({Kind.PHRASE, Kind.ABUSE_AFTER_HANGUP, Kind.REPEATED_QUESTION, Kind.OFF_CALL_TALK}) | {
    Kind.MISSING_GREETING,
    Kind.MISSING_CLOSING,
    Kind.MISSING_APOLOGY,
}


class TracingError(Exception):
    """Tracing is wanted and what it needs is not installed."""


class AlertTraces:
    """Told of each new alert of a call heard here; makes one trace of it, after the fact, from the alert's own stamps.

    Spans say kind, severity, rule and node: no call, person, number or word.
    """

    def __init__(self, provider: "TracerProvider", node_id: str) -> None:
        self._provider, self._node_id = provider, node_id
        self._tracer = provider.get_tracer("earshot")

    def told(self, alert: Alert) -> None:
        """Three spans: the whole way, from the deciding audio to the finding, from there to the screens."""
        from opentelemetry.trace import set_span_in_context

        timing = alert.timing
        if timing.published_at is None:
            return
        said = {"alert.kind": alert.kind.value, "alert.severity": alert.severity.word, "alert.rule": alert.rule}
        whole = self._tracer.start_span(
            "alert", start_time=_ns(timing.received_at), attributes={**said, "earshot.node": self._node_id}
        )
        inside = set_span_in_context(whole)
        heard = "recognise" if alert.kind in _OF_WORDS else "hear"
        for name, from_at, to_at in (
            (heard, timing.received_at, timing.detected_at),
            ("publish", timing.detected_at, timing.published_at),
        ):
            span = self._tracer.start_span(name, inside, start_time=_ns(from_at), attributes=said)
            span.end(max(_ns(from_at), _ns(to_at)))
        whole.end(max(_ns(timing.received_at), _ns(timing.published_at)))

    def close(self) -> None:
        """Send what waits, a few seconds long at most."""
        self._provider.shutdown()


class NoTraces:
    """Nobody wants any."""

    def told(self, alert: Alert) -> None:
        """Nothing is made of it."""

    def close(self) -> None:
        """Nothing waits."""


def traces_of(
    settings: TracingSettings, node_id: str, processor: "SpanProcessor | None" = None
) -> AlertTraces | NoTraces:
    """By the settings; spans wait in a bounded queue and are sent by a thread of their own. Raises TracingError."""
    if settings.endpoint is None and processor is None:
        return NoTraces()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise TracingError(
            "tracing.endpoint is set, but OpenTelemetry is missing: pip install 'earshot[otel]'"
        ) from None
    provider = TracerProvider(resource=Resource({"service.name": "earshot"}), shutdown_on_exit=False)
    provider.add_span_processor(processor or BatchSpanProcessor(OTLPSpanExporter(settings.endpoint, timeout=5)))
    return AlertTraces(provider, node_id)


def _ns(at: datetime) -> int:
    return round(at.timestamp() * 1e9)
