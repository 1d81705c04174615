"""RTP over UDP, one leg a port: packets into order, losses to gaps, payloads to samples. RFC 3550 §5.1."""

from collections.abc import Mapping
from dataclasses import dataclass

from streaming.wire.events import AudioLost, AudioReceived, Encoding, Fault, FaultSeen, FormatSet, WireEvent
from streaming.wire.sample_stream import SampleStream

_HEADER_BYTES = 12
_VERSION = 2
_MOST_REORDERED = 3  # packets; one that is further behind is late, and its place was a gap already
_LONGEST_WAIT_MS = 80  # a missing packet is awaited this long by the clock of arrivals
_LONGEST_GAP_MS = 5_000  # a longer jump of the timestamp is a new stretch of media, not lost audio
_MOST_LATE_IN_A_ROW = 25  # half a second of nothing else: the sender began its numbering anew
_SEQUENCES, _TIMESTAMPS = 1 << 16, 1 << 32


@dataclass(frozen=True, slots=True)
class PayloadForm:
    """What a payload type means here."""

    encoding: Encoding
    rate_hz: int


# RFC 3551 for 0 and 8. 10 and 118 as Asterisk's externalMedia sends slin and slin16 (measured; officially 10 is
# 44.1 kHz stereo, which no PBX sends).
USUAL_FORMS: Mapping[int, PayloadForm] = {
    0: PayloadForm(Encoding.MULAW, 8_000),
    8: PayloadForm(Encoding.ALAW, 8_000),
    10: PayloadForm(Encoding.PCM_S16BE, 8_000),
    118: PayloadForm(Encoding.PCM_S16BE, 16_000),
}
_NOT_AUDIO = (13, 19, 101)  # comfort noise and telephone events: no samples, and no fault


@dataclass(frozen=True, slots=True)
class _Packet:
    payload_type: int
    sequence: int
    timestamp: int
    source: int
    payload: bytes


class RtpStream:
    """The datagrams of one port, in the order they arrive.

    Packets at most 3 places out of order are put right; what does not come is AudioLost by the timestamps. Another
    source (SSRC) begins a new stretch; a pause of the timestamps without a missing packet was not sent (DTX).
    `forms` gives the payload types; both byte orders of L16 are possible. At most 3 packets are kept between calls.
    """

    def __init__(self, forms: Mapping[int, PayloadForm] = USUAL_FORMS) -> None:
        self._forms = forms
        self._source: int | None = None
        self._form: PayloadForm | None = None
        self._due_sequence = self._due_timestamp = 0
        self._waiting: dict[int, tuple[_Packet, int]] = {}  # by how far they are ahead, with their arrival
        self._late_in_a_row = 0
        self._missing = False  # whether packets before the next audio never came
        self.lost_packets = self.late_packets = 0

    def feed(self, datagram: bytes, arrived_ms: int) -> list[WireEvent]:
        """One datagram; `arrived_ms` never goes back. What is wrong with it is an event, and it is skipped."""
        packet = _parsed(datagram)
        if isinstance(packet, FaultSeen):
            return [packet]
        events: list[WireEvent] = []
        if self._source is not None and packet.source != self._source:
            events += self.finish()
            self._source = None
        if self._source is None:
            self._source = packet.source
            self._due_sequence, self._due_timestamp = packet.sequence, packet.timestamp
        ahead = (packet.sequence - self._due_sequence) % _SEQUENCES
        if ahead >= _SEQUENCES // 2 and self._late_in_a_row < _MOST_LATE_IN_A_ROW:
            self.late_packets += 1
            self._late_in_a_row += 1
            return [*events, FaultSeen(Fault.LATE_PACKET, "a packet came after its place was given up, or twice")]
        if ahead >= _SEQUENCES // 2:
            events += self.finish()
            self._due_sequence, self._due_timestamp = packet.sequence, packet.timestamp
        self._late_in_a_row = 0
        self._waiting.setdefault(packet.sequence, (packet, arrived_ms))
        return [*events, *self._in_order(arrived_ms)]

    def pulse(self, now_ms: int) -> list[WireEvent]:
        """Time has gone on without a packet: what was awaited too long is given up."""
        return self._in_order(now_ms)

    def finish(self) -> list[WireEvent]:
        """No more packets of this source: what waits goes out, with the gaps before it."""
        events: list[WireEvent] = []
        while self._waiting:
            nearest = self._nearest()
            self._missing = self._missing or nearest != self._due_sequence
            self._due_sequence = nearest
            events += self._play(self._waiting.pop(self._due_sequence)[0])
        return events

    def _in_order(self, now_ms: int) -> list[WireEvent]:
        events: list[WireEvent] = []
        while self._waiting:
            if self._due_sequence not in self._waiting:
                oldest_ms = min(arrived_ms for _, arrived_ms in self._waiting.values())
                if len(self._waiting) <= _MOST_REORDERED and now_ms - oldest_ms < _LONGEST_WAIT_MS:
                    return events
                nearest, self._missing = self._nearest(), True
                self.lost_packets += (nearest - self._due_sequence) % _SEQUENCES
                self._due_sequence = nearest
            events += self._play(self._waiting.pop(self._due_sequence)[0])
        return events

    def _nearest(self) -> int:
        return min(self._waiting, key=lambda sequence: (sequence - self._due_sequence) % _SEQUENCES)

    def _play(self, packet: _Packet) -> list[WireEvent]:
        self._due_sequence = (packet.sequence + 1) % _SEQUENCES
        if packet.payload_type in _NOT_AUDIO and packet.payload_type not in self._forms:
            return []
        form = self._forms.get(packet.payload_type)
        if form is None:
            return [FaultSeen(Fault.BAD_FORMAT, f"payload type {packet.payload_type} is not among the settings'")]
        begun: list[WireEvent] = []
        if form != self._form:
            begun, self._form = [FormatSet(form.rate_hz)], form
            self._due_timestamp = packet.timestamp
        lost_ms = self._lost_ms(packet.timestamp, form.rate_hz)
        audio = SampleStream(form.encoding, form.rate_hz).feed(packet.payload)
        samples = sum(len(each.pcm_s16le) // 2 for each in audio)
        self._due_timestamp = (packet.timestamp + samples) % _TIMESTAMPS
        lost = [AudioLost(lost_ms, unsent=not self._missing)] if lost_ms else []
        self._missing = False
        return [*begun, *lost, *(each for each in audio if _whole(each))]

    def _lost_ms(self, timestamp: int, rate_hz: int) -> int:
        ahead = (timestamp - self._due_timestamp) % _TIMESTAMPS
        lost_ms = ahead * 1000 // rate_hz
        return lost_ms if ahead < _TIMESTAMPS // 2 and lost_ms <= _LONGEST_GAP_MS else 0


def _whole(audio: AudioReceived) -> bool:
    return bool(audio.pcm_s16le)


def _parsed(datagram: bytes) -> _Packet | FaultSeen:
    """The packet without its CSRCs, extension and padding; or what is wrong with the datagram."""
    if len(datagram) < _HEADER_BYTES:
        return FaultSeen(Fault.BAD_HEADER, f"a datagram of {len(datagram)} bytes; an RTP header has {_HEADER_BYTES}")
    first, second = datagram[0], datagram[1]
    if first >> 6 != _VERSION:
        return FaultSeen(Fault.BAD_VERSION, f"RTP version {first >> 6}, not {_VERSION}")
    start = _HEADER_BYTES + 4 * (first & 0x0F)
    if first & 0x10:
        if len(datagram) < start + 4:
            return FaultSeen(Fault.TRUNCATED, "a datagram that ends within its header extension")
        start += 4 + 4 * int.from_bytes(datagram[start + 2 : start + 4], "big")
    end = len(datagram)
    if first & 0x20:
        end -= datagram[-1]
    if start > end or (first & 0x20 and not datagram[-1]):
        return FaultSeen(Fault.TRUNCATED, "a datagram whose header and padding are longer than itself")
    return _Packet(
        payload_type=second & 0x7F,
        sequence=int.from_bytes(datagram[2:4], "big"),
        timestamp=int.from_bytes(datagram[4:8], "big"),
        source=int.from_bytes(datagram[8:12], "big"),
        payload=datagram[start:end],
    )
