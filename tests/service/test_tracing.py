"""Traces of alerts: where the time went, and nothing about people."""

import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from alerts.alert import Alert, Evidence, Kind, Timing
from config.operating import TracingSettings
from service.tracing import AlertTraces, NoTraces, TracingError, traces_of
from tests.service.store.examples import BEGAN_AT, an_alert


def _alert(kind: Kind) -> Alert:
    stamps = [BEGAN_AT + timedelta(milliseconds=ms) for ms in (0, 700, 900)]
    evidence = Evidence(0, 1, (), (), "my card is 4111 1111")
    return replace(
        an_alert("A", 1, "call-of-somebody"),
        kind=kind,
        agent_id="agent-seven",
        evidence=evidence,
        timing=Timing(5_000, *stamps),
    )


@pytest.mark.parametrize(("kind", "heard"), [(Kind.PHRASE, "recognise"), (Kind.DEAD_AIR, "hear")])
def test_a_new_alert_is_one_trace(kind: Kind, heard: str) -> None:
    kept = InMemorySpanExporter()
    traces = traces_of(TracingSettings(), "node-1", SimpleSpanProcessor(kept))
    traces.told(_alert(kind))
    traces.close()
    spans = {span.name: span for span in kept.get_finished_spans()}
    took_ms = {name: ((span.end_time or 0) - (span.start_time or 0)) // 1_000_000 for name, span in spans.items()}
    assert took_ms == {"alert": 900, heard: 700, "publish": 200}
    assert len({span.context.trace_id for span in spans.values() if span.context}) == 1
    whole = spans["alert"].context
    assert whole is not None
    assert all(
        span.parent is not None and span.parent.span_id == whole.span_id
        for name, span in spans.items()
        if name != "alert"
    )
    said = " ".join(span.to_json() for span in spans.values())
    assert "node-1" in said
    assert not any(word in said for word in ("call-of-somebody", "agent-seven", "4111", "card"))


def test_an_alert_that_was_never_published_is_no_trace() -> None:
    kept = InMemorySpanExporter()
    traces = traces_of(TracingSettings(), "node-1", SimpleSpanProcessor(kept))
    alert = _alert(Kind.DEAD_AIR)
    traces.told(replace(alert, timing=replace(alert.timing, published_at=None)))
    assert kept.get_finished_spans() == ()


def test_it_is_off_by_default() -> None:
    traces = traces_of(TracingSettings(), "node-1")
    assert isinstance(traces, NoTraces)
    traces.told(_alert(Kind.DEAD_AIR))
    traces.close()


def test_a_collector_that_is_away_harms_nobody() -> None:
    traces = traces_of(TracingSettings(endpoint="http://127.0.0.1:9/v1/traces"), "node-1")
    assert isinstance(traces, AlertTraces)
    traces.told(_alert(Kind.DEAD_AIR))


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(TracingError, match=r"earshot\[otel\]"):
        traces_of(TracingSettings(endpoint="http://127.0.0.1:9/v1/traces"), "node-1")
