"""A WAV file as it arrives: RIFF header cut anywhere, then samples until the announced length or the end."""

import struct
from enum import Enum, auto

from streaming.wire.events import Encoding, Fault, FaultSeen, FormatSet, StreamEnded, WireEvent
from streaming.wire.sample_stream import SampleStream, format_refusal

_LARGEST_HEADER_BYTES = 65_536  # all that stands before the samples; real ones have 44 to some thousand bytes
_RIFF_BYTES = 12  # "RIFF", a size that streaming programs cannot know, "WAVE"
_CHUNK_HEADER_BYTES = 8
_SMALLEST_FORMAT_BYTES = 16
_EXTENSIBLE = 0xFFFE
_EXTENSIBLE_BYTES = 40
_SUBFORMAT_TAIL = bytes.fromhex("000000001000800000aa00389b71")  # KSDATAFORMAT_SUBTYPE_*, after the format tag
_ENCODINGS = {(1, 16): Encoding.PCM_S16LE, (7, 8): Encoding.MULAW, (6, 8): Encoding.ALAW}  # (format tag, bits)
_UNKNOWN_LENGTH_BYTES = 0x7FFF_F000  # what sox writes into a pipe; arecord and ffmpeg write more, some write 0


class _Part(Enum):
    RIFF = auto()
    CHUNKS = auto()  # before the samples
    SAMPLES = auto()
    AFTER = auto()  # the announced samples have come; chunks behind them are not looked at
    REFUSED = auto()  # a fatal fault was reported
    ENDED = auto()  # StreamEnded was handed out


class WavStream:
    """One body of `channels` channels: FormatSet when the header is whole, then audio, then exactly one StreamEnded.

    PCM of 16 bits, µ-law and A-law, plain or WAVE_FORMAT_EXTENSIBLE. A data length of 0, or of about 2 GiB and more, is
    what programs write that stream: the samples then go on until the end. Between calls at most 64 KiB are kept.
    """

    def __init__(self, channels: int) -> None:
        self._channels = channels
        self._part = _Part.RIFF
        self._pending = bytearray()
        self._header_bytes = 0
        self._skip_bytes = 0
        self._format: tuple[Encoding, int] | None = None
        self._samples: SampleStream | None = None
        self._left_bytes: int | None = None
        self._refused_for: Fault | None = None

    @property
    def pending_bytes(self) -> int:
        """What is kept until more comes."""
        return len(self._pending) + (self._samples.pending_bytes if self._samples else 0)

    def feed(self, data: bytes) -> list[WireEvent]:
        """All that these bytes complete. After a fatal fault nothing more comes."""
        if self._part in (_Part.REFUSED, _Part.ENDED):
            return []
        if self._samples is not None:
            return self._audio(self._samples, data)
        self._pending += data
        return self._header()

    def finish(self) -> list[WireEvent]:
        """The body is over. `truncated` where the header, the announced length or the last sample is not whole."""
        part, self._part = self._part, _Part.ENDED
        match part:
            case _Part.ENDED:
                return []
            case _Part.REFUSED:
                return [StreamEnded(truncated=True, cause=self._refused_for)]
            case _Part.SAMPLES | _Part.AFTER:
                return [StreamEnded(truncated=self.pending_bytes > 0 or bool(self._left_bytes))]
            case _Part.RIFF if not self._pending:
                return [StreamEnded()]
            case _Part.RIFF | _Part.CHUNKS:
                self._pending.clear()
                cut = FaultSeen(Fault.BAD_HEADER, "the body ended before the samples of the WAV file", fatal=True)
                return [cut, StreamEnded(truncated=True, cause=Fault.BAD_HEADER)]

    def _header(self) -> list[WireEvent]:
        while True:
            skipped_bytes = min(self._skip_bytes, len(self._pending))
            del self._pending[:skipped_bytes]
            self._skip_bytes -= skipped_bytes
            if self._skip_bytes:
                return []
            events = self._riff() if self._part is _Part.RIFF else self._chunk()
            if events is not None:
                return events

    def _riff(self) -> list[WireEvent] | None:
        """The first bytes; None when they are good and the first chunk may be looked at."""
        if len(self._pending) < _RIFF_BYTES:
            return []
        if self._pending[:4] != b"RIFF" or self._pending[8:_RIFF_BYTES] != b"WAVE":
            return self._refuse(Fault.BAD_HEADER, "the body does not begin with RIFF and WAVE")
        self._skip_bytes = self._header_bytes = _RIFF_BYTES
        self._part = _Part.CHUNKS
        return None

    def _chunk(self) -> list[WireEvent] | None:
        """The chunk that begins here; None when it is dealt with and the next one may be looked at."""
        if len(self._pending) < _CHUNK_HEADER_BYTES:
            return []
        name, size_bytes = bytes(self._pending[:4]), int.from_bytes(self._pending[4:_CHUNK_HEADER_BYTES], "little")
        if name == b"data":
            return self._samples_begin(size_bytes)
        if self._header_bytes + _CHUNK_HEADER_BYTES + size_bytes > _LARGEST_HEADER_BYTES:
            return self._refuse(Fault.BAD_HEADER, f"more than {_LARGEST_HEADER_BYTES} bytes before the samples")
        if name == b"fmt ":
            whole_bytes = _CHUNK_HEADER_BYTES + size_bytes
            if len(self._pending) < whole_bytes:
                return []
            refused = self._format_chunk(bytes(self._pending[_CHUNK_HEADER_BYTES:whole_bytes]))
            if refused is not None:
                return refused
        padded_bytes = size_bytes + size_bytes % 2  # RIFF aligns chunks to 16 bits
        self._header_bytes += _CHUNK_HEADER_BYTES + padded_bytes
        self._skip_bytes = _CHUNK_HEADER_BYTES + padded_bytes
        return None

    def _format_chunk(self, chunk: bytes) -> list[WireEvent] | None:
        """What the samples look like; the events of a refusal, else None."""
        if self._format is not None:
            return self._refuse(Fault.BAD_HEADER, "the WAV file has two fmt chunks")
        if len(chunk) < _SMALLEST_FORMAT_BYTES:
            return self._refuse(Fault.BAD_HEADER, f"the fmt chunk has {len(chunk)} bytes, not 16 or more")
        # Bytes per second and block size are skipped: they follow from the rest, and some programs write them wrong.
        tag, channels, rate_hz, bits = struct.unpack_from("<HHI6xH", chunk)
        if tag == _EXTENSIBLE:
            if len(chunk) < _EXTENSIBLE_BYTES or chunk[26:_EXTENSIBLE_BYTES] != _SUBFORMAT_TAIL:
                return self._refuse(Fault.BAD_HEADER, "the extensible fmt chunk names no known kind of samples")
            tag = int.from_bytes(chunk[24:26], "little")
        encoding = _ENCODINGS.get((tag, bits))
        if encoding is None:
            return self._refuse(
                Fault.BAD_FORMAT,
                f"the WAV file has format {tag} of {bits} bits; taken are PCM (1) of 16, µ-law (7) and A-law (6) of 8",
            )
        refusal = format_refusal(rate_hz, channels)
        if refusal is not None:
            return self._refuse(Fault.BAD_FORMAT, refusal)
        if channels != self._channels:
            return self._refuse(
                Fault.BAD_FORMAT, f"the WAV file has {channels} channels; this address takes {self._channels}"
            )
        self._format = (encoding, rate_hz)
        return None

    def _samples_begin(self, size_bytes: int) -> list[WireEvent]:
        if self._format is None:
            return self._refuse(Fault.BAD_HEADER, "the samples of the WAV file come before its fmt chunk")
        self._part = _Part.SAMPLES
        self._left_bytes = size_bytes if 0 < size_bytes < _UNKNOWN_LENGTH_BYTES else None
        self._samples = SampleStream(*self._format, self._channels)
        first, self._pending = bytes(self._pending[_CHUNK_HEADER_BYTES:]), bytearray()
        return [FormatSet(self._format[1]), *self._audio(self._samples, first)]

    def _audio(self, samples: SampleStream, raw: bytes) -> list[WireEvent]:
        if self._left_bytes is not None:
            raw = raw[: self._left_bytes]
            self._left_bytes -= len(raw)
            if not self._left_bytes:
                self._part = _Part.AFTER
        return [*samples.feed(raw)]

    def _refuse(self, fault: Fault, detail: str) -> list[WireEvent]:
        self._part, self._refused_for = _Part.REFUSED, fault
        self._pending.clear()
        return [FaultSeen(fault, detail, fatal=True)]
