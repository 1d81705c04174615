"""Asterisk AudioSocket: bytes in, wire events out, and the messages of the other direction."""

from enum import Enum, IntEnum, auto
from typing import Literal
from uuid import UUID

from streaming.wire.events import (
    DTMF_KEYS,
    AudioReceived,
    DigitPressed,
    Fault,
    FaultSeen,
    FormatSet,
    StreamEnded,
    StreamNamed,
    WireEvent,
)
from streaming.wire.g711 import decode_alaw, decode_mulaw

_HEADER_BYTES = 3  # kind, then payload size (big-endian, so at most 65535)
_LARGEST_PAYLOAD_BYTES = 65_535
_UUID_BYTES = 16
_MOST_UNKNOWN_IN_A_ROW = 50  # more than this is not a newer PBX but another protocol
_MOST_ODD = 10  # more audio messages of odd length than this: the framing is lost
_G711_PAYLOAD_BYTES = 160  # 20 ms of G.711; the same message as 8 kHz PCM would be a strange 10 ms
_G711_FRAMES = 25  # half a second of nothing but such messages settles it


class _Kind(IntEnum):
    HANGUP = 0x00
    STREAM_ID = 0x01
    DIGIT = 0x03
    SLIN = 0x10  # 8 kHz, and what old PBXes write on everything else too
    ERROR = 0xFF


AUDIO_RATE_HZ = {  # res_audiosocket.h; all mono int16 little-endian
    0x10: 8_000,
    0x11: 12_000,
    0x12: 16_000,
    0x13: 24_000,
    0x14: 32_000,
    0x15: 44_100,
    0x16: 48_000,
    0x17: 96_000,
    0x18: 192_000,
}
_AUDIO_KIND = {rate_hz: kind for kind, rate_hz in AUDIO_RATE_HZ.items()}


class _Life(Enum):
    OPEN = auto()
    REFUSED = auto()  # a fatal fault was reported; the rest of the bytes is not looked at
    ENDED = auto()  # StreamEnded was handed out


class _Label(Enum):
    """What messages of kind 0x10 with 160 bytes hold."""

    UNDECIDED = auto()
    PCM = auto()
    G711 = auto()


class AudioSocketParser:
    """One connection's incoming bytes, cut anywhere, until exactly one StreamEnded.

    Each audio message becomes one AudioReceived in the call of `feed` that completes it. The one exception: a stream
    whose first 0x10 messages are all of 160 bytes may be G.711 mislabelled as PCM, so up to 25 of them are held back
    until that is settled. `g711` says how to decode such a stream; without it the stream is refused.
    Between calls at most one unfinished message (65538 bytes) and those 25 messages are kept.
    """

    def __init__(self, g711: Literal["ulaw", "alaw"] | None = None) -> None:
        self._g711 = g711
        self._pending = bytearray()
        self._life = _Life.OPEN
        self._stream_id: str | None = None
        self._rate_hz: int | None = None
        self._label = _Label.UNDECIDED
        self._held: list[bytes] = []
        self._unknown_in_a_row = 0
        self._odd = 0
        self._cause: str | None = None  # why the stream will have ended, once it has

    @property
    def pending_bytes(self) -> int:
        """What is kept until more comes."""
        return len(self._pending) + sum(map(len, self._held))

    @property
    def sample_bytes(self) -> int:
        """How long a sample is on the wire, as far as is known."""
        return 1 if self._label is _Label.G711 else 2

    def feed(self, data: bytes) -> list[WireEvent]:
        """All that these bytes complete. After a fatal fault or the end nothing more comes."""
        if self._life is not _Life.OPEN:
            return []
        self._pending += data
        if self._stream_id is None and _is_not_hello(self._pending):
            return self._refuse(Fault.BAD_HELLO, "the first message must be 0x01 with 16 bytes")
        events: list[WireEvent] = []
        while len(self._pending) >= _HEADER_BYTES:
            end = _HEADER_BYTES + int.from_bytes(self._pending[1:_HEADER_BYTES], "big")
            if len(self._pending) < end:
                break
            kind, payload = self._pending[0], bytes(self._pending[_HEADER_BYTES:end])
            del self._pending[:end]
            events += self._message(kind, payload)  # a fatal fault or an end clears what is pending
        return events

    def finish(self) -> list[WireEvent]:
        """The socket closed: an ordinary end. Of a message cut short the whole samples are kept."""
        match self._life:
            case _Life.ENDED:
                return []
            case _Life.REFUSED:
                self._life = _Life.ENDED
                return [StreamEnded(truncated=True, cause=self._cause)]
            case _Life.OPEN:
                truncated = bool(self._pending)
                events = [*self._cut_audio(), *self._settle_held()]
                self._life = _Life.ENDED
                self._pending.clear()
                return [*events, StreamEnded(truncated=truncated, cause=self._cause)]

    def _message(self, kind: int, payload: bytes) -> list[WireEvent]:
        if kind in AUDIO_RATE_HZ:
            self._unknown_in_a_row = 0
            return self._audio(kind, payload)
        match kind:
            case _Kind.STREAM_ID:
                self._unknown_in_a_row = 0
                return self._hello(payload)
            case _Kind.DIGIT if len(payload) == 1 and chr(payload[0]) in DTMF_KEYS:
                self._unknown_in_a_row = 0
                return [DigitPressed(chr(payload[0]))]
            case _Kind.ERROR:
                self._unknown_in_a_row = 0
                self._cause = f"{Fault.REMOTE_ERROR}:{payload[0] if payload else 0}"
                return [FaultSeen(Fault.REMOTE_ERROR, self._cause)]
            case _Kind.HANGUP:
                events = self._settle_held()
                self._life = _Life.ENDED
                self._pending.clear()
                return [*events, StreamEnded(explicit=True, cause=self._cause)]
            case _:  # a digit that is none comes here too: skipped and counted alike
                return self._unknown(kind, payload)

    def _hello(self, payload: bytes) -> list[WireEvent]:
        if len(payload) != _UUID_BYTES:
            return self._refuse(Fault.BAD_HELLO, f"a message 0x01 with {len(payload)} bytes, not 16")
        named = str(UUID(bytes=payload))
        if self._stream_id is None:
            self._stream_id = named
            return [StreamNamed(named)]
        if named != self._stream_id:
            return self._refuse(Fault.OTHER_STREAM, "a second message 0x01 names another stream")
        return []

    def _unknown(self, kind: int, payload: bytes) -> list[WireEvent]:
        self._unknown_in_a_row += 1
        if self._unknown_in_a_row > _MOST_UNKNOWN_IN_A_ROW:
            return self._refuse(Fault.TOO_MANY_UNKNOWN, f"more than {_MOST_UNKNOWN_IN_A_ROW} unknown messages in a row")
        return [FaultSeen(Fault.UNKNOWN_MESSAGE, f"skipped a message 0x{kind:02x} with {len(payload)} bytes")]

    def _audio(self, kind: int, payload: bytes) -> list[WireEvent]:
        if not payload:
            return []
        if self._may_be_g711(kind, len(payload)):
            self._held.append(payload)
            return self._settle_held() if len(self._held) == _G711_FRAMES else []
        events = self._release_before(kind)
        if self._is_g711(kind, len(payload)):
            return [*events, *self._handed_out(self._decoded(payload), kind)]
        if len(payload) % 2 == 0:
            return [*events, *self._handed_out(payload, kind)]
        self._odd += 1
        if self._odd > _MOST_ODD:
            return [*events, *self._refuse(Fault.FRAMING_LOST, f"more than {_MOST_ODD} audio messages of odd length")]
        odd = FaultSeen(Fault.ODD_LENGTH, f"an audio message of {len(payload)} bytes; the last one was dropped")
        return [*events, odd, *self._handed_out(payload[:-1], kind)]

    def _cut_audio(self) -> list[WireEvent]:
        """The whole samples of an audio message that the end cut short; its announced size says what it is."""
        if len(self._pending) <= _HEADER_BYTES or self._pending[0] not in AUDIO_RATE_HZ:
            return []
        kind, payload = self._pending[0], bytes(self._pending[_HEADER_BYTES:])
        announced_bytes = int.from_bytes(self._pending[1:_HEADER_BYTES], "big")
        if self._may_be_g711(kind, announced_bytes):
            self._held.append(payload)
            return []
        events = self._release_before(kind)
        if self._is_g711(kind, announced_bytes):
            return [*events, *self._handed_out(self._decoded(payload), kind)]
        return [*events, *self._handed_out(payload[: len(payload) // 2 * 2], kind)]

    def _may_be_g711(self, kind: int, payload_bytes: int) -> bool:
        return kind == _Kind.SLIN and self._label is _Label.UNDECIDED and payload_bytes == _G711_PAYLOAD_BYTES

    def _is_g711(self, kind: int, payload_bytes: int) -> bool:
        # Another size after the decision is a PBX that went over to true PCM, which it labels the same.
        return kind == _Kind.SLIN and self._label is _Label.G711 and payload_bytes == _G711_PAYLOAD_BYTES

    def _release_before(self, kind: int) -> list[WireEvent]:
        """What was held back must go out before a message of `kind` that is not held."""
        if kind != _Kind.SLIN:
            return self._settle_held()
        if self._label is not _Label.UNDECIDED:
            return []
        self._label, held, self._held = _Label.PCM, self._held, []  # one 0x10 message of another size: PCM it is
        return [event for payload in held for event in self._handed_out(payload, _Kind.SLIN)]

    def _settle_held(self) -> list[WireEvent]:
        """Decide on what was held with what is known now: nothing but messages of 160 bytes, so G.711."""
        if not self._held:
            return []
        held, self._held = self._held, []
        seen = f"{len(held)} audio messages, all labelled as 8 kHz PCM with {_G711_PAYLOAD_BYTES} bytes, must be G.711"
        cure = "set c(slin16) or format=slin16 at the PBX"
        if self._g711 is None:
            if len(held) == _G711_FRAMES:
                return self._refuse(Fault.G711_SUSPECTED, f"{seen}: {cure}")
            # An end or a change of format came first. Loud noise would be worse than half a second missing.
            return [FaultSeen(Fault.G711_SUSPECTED, f"{seen}, dropped: {cure}")]
        self._label = _Label.G711
        suspected = FaultSeen(Fault.G711_SUSPECTED, f"{seen}, decoded as {self._g711}: {cure}")
        return [suspected, *(event for one in held for event in self._handed_out(self._decoded(one), _Kind.SLIN))]

    def _decoded(self, payload: bytes) -> bytes:
        return decode_alaw(payload) if self._g711 == "alaw" else decode_mulaw(payload)

    def _handed_out(self, pcm_s16le: bytes, kind: int) -> list[WireEvent]:
        if not pcm_s16le:
            return []
        rate_hz = AUDIO_RATE_HZ[kind]
        audio = AudioReceived(pcm_s16le, rate_hz)
        if rate_hz == self._rate_hz:
            return [audio]
        self._rate_hz = rate_hz
        return [FormatSet(rate_hz), audio]

    def _refuse(self, fault: Fault, detail: str) -> list[WireEvent]:
        self._life, self._cause = _Life.REFUSED, fault.value
        self._pending.clear()
        self._held.clear()
        return [FaultSeen(fault, detail, fatal=True)]


def _is_not_hello(beginning: bytearray) -> bool:
    """Known from the first bytes on, so that a stranger is turned away before anything is kept."""
    hello = bytes([_Kind.STREAM_ID, 0, _UUID_BYTES])
    return bytes(beginning[:_HEADER_BYTES]) != hello[: len(beginning)]


def encode_message(kind: int, payload: bytes) -> bytes:
    """Any message, right or wrong, as the simulated PBX needs; ValueError when the payload is over 65535 bytes."""
    if len(payload) > _LARGEST_PAYLOAD_BYTES:
        raise ValueError(f"an AudioSocket message holds at most {_LARGEST_PAYLOAD_BYTES} bytes, not {len(payload)}")
    return bytes([kind]) + len(payload).to_bytes(2, "big") + payload


def encode_uuid(stream_id: UUID | str) -> bytes:
    """The hello of a connection; ValueError when the text is no UUID."""
    return encode_message(_Kind.STREAM_ID, (stream_id if isinstance(stream_id, UUID) else UUID(stream_id)).bytes)


def encode_audio(pcm_s16le: bytes, rate_hz: int) -> bytes:
    """One audio message: at least one whole sample (an empty one makes Asterisk hang up), at most 65534 bytes.

    ValueError for another size or a rate that AudioSocket has no type for.
    """
    if rate_hz not in _AUDIO_KIND:
        raise ValueError(f"AudioSocket has no type for {rate_hz} Hz; it has {', '.join(map(str, _AUDIO_KIND))}")
    if not pcm_s16le or len(pcm_s16le) % 2:
        raise ValueError(f"audio must be at least one whole sample of 2 bytes, not {len(pcm_s16le)} bytes")
    return encode_message(_AUDIO_KIND[rate_hz], pcm_s16le)


def encode_digit(digit: str) -> bytes:
    """One DTMF key out of 0-9 * # A-D; ValueError for anything else."""
    if len(digit) != 1 or digit not in DTMF_KEYS:
        raise ValueError(f"a DTMF key is one of {DTMF_KEYS}")
    return encode_message(_Kind.DIGIT, digit.encode("ascii"))


def encode_hangup() -> bytes:
    """The explicit end of the stream."""
    return encode_message(_Kind.HANGUP, b"")
