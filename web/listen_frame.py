"""One frame on the listen socket: a header of 24 bytes, then the agent's samples, then the customer's."""

import struct
from dataclasses import dataclass

from streaming.frames import ANALYSIS_RATE_HZ, FRAME_BYTES, FRAME_MS, FRAME_SAMPLES, AudioFrame

VERSION = 1
CODEC_PCM_S16LE = 1
FLAG_GAP_BEFORE = 1  # audio is missing before this frame: lost by the source or dropped for this listener
FLAG_REPLAY = 2
LEGS = 2
HEADER_BYTES = 24  # a multiple of two, so that Int16 views in the browser stay aligned
_HEADER = struct.Struct("<BBBBIdII")
_FLAGS_AT = 3
_SILENCE = bytes(FRAME_BYTES)


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """The first 24 bytes. `captured_ms` is the epoch time of the first sample."""

    flags: int
    seq: int
    captured_ms: float
    rate_hz: int
    samples: int


def encode(seq: int, captured_ms: float, agent: bytes, customer: bytes, flags: int = 0) -> bytes:
    """Both legs (s16le at 16 kHz, equally long) as one message."""
    header = _HEADER.pack(
        VERSION,
        CODEC_PCM_S16LE,
        LEGS,
        flags,
        seq & 0xFFFFFFFF,
        captured_ms,
        ANALYSIS_RATE_HZ,
        len(agent) // 2,
    )
    return header + agent + customer


def decode(message: bytes) -> tuple[FrameHeader, bytes, bytes]:
    """A message taken apart: header, agent, customer. Raises ValueError when it is no such message."""
    if len(message) < HEADER_BYTES:
        raise ValueError("shorter than its header")
    version, codec, legs, flags, seq, captured_ms, rate_hz, samples = _HEADER.unpack_from(message)
    if (version, codec, legs) != (VERSION, CODEC_PCM_S16LE, LEGS) or len(message) != HEADER_BYTES + samples * 4:
        raise ValueError("not a frame of two legs of PCM")
    middle = HEADER_BYTES + samples * 2
    return FrameHeader(flags, seq, captured_ms, rate_hz, samples), message[HEADER_BYTES:middle], message[middle:]


def captured_ms_of(message: bytes) -> float:
    """Epoch time of the first sample of a message that `encode` has made."""
    captured_ms: float = _HEADER.unpack_from(message)[5]
    return captured_ms


def only_leg(message: bytes, leg: str) -> bytes:
    """The same frame with the other leg silent."""
    middle = HEADER_BYTES + (len(message) - HEADER_BYTES) // 2
    if leg == "agent":
        return message[:middle] + bytes(len(message) - middle)
    return message[:HEADER_BYTES] + bytes(middle - HEADER_BYTES) + message[middle:]


def with_gap(message: bytes) -> bytes:
    """The same frame, saying that audio is missing before it."""
    return message[:_FLAGS_AT] + bytes([message[_FLAGS_AT] | FLAG_GAP_BEFORE]) + message[_FLAGS_AT + 1 :]


class FrameEncoder:
    """The live frames of one call: counts them, sees gaps of the source, and tells when each was captured.

    When a frame was captured follows from its place in the call: the source's clock runs with ours, so the call's
    zero is the earliest one any frame has shown. A source that sends in bursts is thereby seen as late, not as live.
    """

    def __init__(self) -> None:
        self._seq = 0
        self._next_sample: int | None = None
        self._zero_ms: float | None = None

    def encode(self, agent: AudioFrame | None, customer: AudioFrame | None, now_ms: float) -> tuple[int, bytes] | None:
        """Number and message for all listeners; None when neither leg has audio. `now_ms` is epoch time."""
        first = agent or customer
        if first is None:
            return None
        flags = FLAG_GAP_BEFORE if self._next_sample not in (None, first.start_sample) else 0
        self._next_sample = first.start_sample + FRAME_SAMPLES
        seq, self._seq = self._seq, self._seq + 1
        captured_ms = self._zero(now_ms, first.end_ms) + first.start_ms
        return seq, encode(seq, captured_ms, _samples(agent), _samples(customer), flags)

    def _zero(self, now_ms: float, end_ms: int) -> float:
        shown_ms = now_ms - end_ms
        if self._zero_ms is None or shown_ms < self._zero_ms:
            self._zero_ms = shown_ms
        else:  # forgotten by 1 % of real time, far above any clock drift: one early frame does not count for ever
            self._zero_ms = min(shown_ms, self._zero_ms + FRAME_MS * 0.01)
        return self._zero_ms


def _samples(frame: AudioFrame | None) -> bytes:
    if frame is None:
        return _SILENCE
    return frame.pcm_s16le[:FRAME_BYTES].ljust(FRAME_BYTES, b"\0")
