"""A dialect's socket played message by message, and what must hold of every one of them."""

import random
from collections.abc import Callable, Sequence

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


def scrambled(new_parser: Callable[[], SocketDialect], good: Sequence[Message], runs: int, seed: int) -> None:
    """Good conversations with flipped, cut, doubled, swapped and left-out messages: events, never exceptions."""
    chance = random.Random(seed)
    for _ in range(runs):
        messages = list(good)
        for _ in range(chance.randrange(1, 4)):
            place = chance.randrange(len(messages))
            messages[place : place + 1] = _spoilt(chance, messages[place])
            if not messages:
                messages = [b""]
        said(new_parser(), messages)


def _spoilt(chance: random.Random, message: Message) -> list[Message]:
    match chance.randrange(6):
        case 0:
            return []
        case 1:
            return [message, message]
        case 2 if isinstance(message, str):
            return [message.encode("utf-8", "surrogatepass")]
        case 3:
            return [message[: chance.randrange(len(message) + 1)]]
        case 4 if isinstance(message, str) and message:
            place = chance.randrange(len(message))
            return [message[:place] + chance.choice('{}[]",:0-e\\\ud800') + message[place + 1 :]]
        case _:
            return [chance.randbytes(chance.randrange(700)), message]
