"""A dialect's socket played message by message, and what must hold of every one of them."""

from collections.abc import Sequence

from streaming.wire.events import FaultSeen, StreamEnded, WireEvent
from streaming.wire.socket_dialect import SocketDialect

Message = str | bytes


def said(parser: SocketDialect, messages: Sequence[Message]) -> list[WireEvent]:
    """All events until the close; exactly one end, the last event; nothing comes after it."""
    events: list[WireEvent] = []
    for message in messages:
        events += parser.feed_text(message) if isinstance(message, str) else parser.feed_binary(message)
        assert parser.pending_bytes <= 3
    events += parser.finish()
    assert parser.feed_text('{"type":"start","event":"start","config":{}}') == []
    assert parser.feed_binary(b"\x00\x01") == parser.finish() == []
    assert [place for place, event in enumerate(events) if isinstance(event, StreamEnded)] == [len(events) - 1]
    return events


def fatal(events: list[WireEvent]) -> FaultSeen:
    """The fault that ended it, and its truncated end."""
    fault, end = events[-2:]
    assert isinstance(fault, FaultSeen)
    assert fault.fatal
    assert end == StreamEnded(truncated=True, cause=fault.fault)
    return fault
