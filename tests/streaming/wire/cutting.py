"""A stream cut in every way must say the same as the stream in one piece."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from streaming.wire.events import AudioReceived, Fault, FaultSeen, StreamEnded, WireEvent


class ByteParser(Protocol):
    """What all parsers of byte streams have in common."""

    @property
    def pending_bytes(self) -> int: ...

    def feed(self, data: bytes) -> list[WireEvent]: ...

    def finish(self) -> list[WireEvent]: ...


def fed(parser: ByteParser, pieces: Iterable[bytes]) -> list[WireEvent]:
    """All events of the pieces and of the end; nothing may come after it."""
    events = [event for piece in pieces for event in parser.feed(piece)] + parser.finish()
    assert parser.feed(b"\x01\x00\x10") == []
    assert parser.finish() == []
    assert parser.pending_bytes <= 3  # half a sample may be left; no message, no header
    return events


def joined(events: Iterable[WireEvent]) -> list[WireEvent]:
    """Neighbouring AudioReceived made one per channel: cutting may divide audio, but not change it."""
    result: list[WireEvent] = []
    run: dict[int, AudioReceived] = {}
    for event in [*events, None]:
        if isinstance(event, AudioReceived):
            before = run.get(event.channel)
            assert all(other.rate_hz == event.rate_hz for other in run.values())
            pcm_s16le = (before.pcm_s16le if before else b"") + event.pcm_s16le
            run[event.channel] = AudioReceived(pcm_s16le, event.rate_hz, event.channel)
            continue
        result += [run[channel] for channel in sorted(run)]
        run = {}
        if event is not None:
            result.append(event)
    return result


def cuts(stream: bytes) -> Iterator[list[bytes]]:
    """One piece, two pieces at every position, single bytes."""
    yield [stream]
    for position in range(1, len(stream)):
        yield [stream[:position], stream[position:]]
    yield [stream[position : position + 1] for position in range(len(stream))]


def heard_alike(new_parser: Callable[[], ByteParser], stream: bytes) -> list[WireEvent]:
    """The joined events of the stream, which are the same however it is cut."""
    whole = joined(fed(new_parser(), [stream]))
    for pieces in cuts(stream):
        assert joined(fed(new_parser(), pieces)) == whole
    assert sum(isinstance(event, StreamEnded) for event in whole) == 1
    assert isinstance(whole[-1], StreamEnded)
    return whole


def faults(events: Iterable[WireEvent]) -> list[tuple[Fault, bool]]:
    """Each fault with whether it was fatal."""
    return [(event.fault, event.fatal) for event in events if isinstance(event, FaultSeen)]


def audio_of(events: Iterable[WireEvent], channel: int = 0) -> bytes:
    """All audio of one channel in a row."""
    return b"".join(
        event.pcm_s16le for event in events if isinstance(event, AudioReceived) and event.channel == channel
    )
