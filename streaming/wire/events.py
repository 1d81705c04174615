"""What any PBX can say on its audio socket, whatever the dialect."""

from dataclasses import dataclass
from enum import StrEnum


class Encoding(StrEnum):
    """How samples stand on the wire."""

    PCM_S16LE = "pcm_s16le"
    PCM_S16BE = "pcm_s16be"
    MULAW = "mulaw"
    ALAW = "alaw"


class Fault(StrEnum):
    """Each malformed input by its name, as counted in the metrics and said in error answers."""

    BAD_HELLO = "bad_hello"
    UNKNOWN_STREAM = "unknown_stream"
    STREAM_TAKEN = "stream_taken"
    UNKNOWN_MESSAGE = "unknown_message"
    TOO_MANY_UNKNOWN = "too_many_unknown"
    ODD_LENGTH = "odd"
    FRAMING_LOST = "framing_lost"
    OTHER_STREAM = "other_stream"
    TRUNCATED = "truncated"
    G711_SUSPECTED = "g711_suspected"
    REMOTE_ERROR = "asterisk_error"
    BAD_START = "bad_start"
    BAD_JSON = "bad_json"
    BAD_FORMAT = "bad_format"
    TOO_LARGE = "too_large"
    RATE_MISMATCH = "rate_mismatch"
    BAD_HEADER = "bad_header"


@dataclass(frozen=True, slots=True)
class StreamNamed:
    """The sender said which stream it is (AudioSocket: the UUID, lower-case with dashes)."""

    stream_id: str


@dataclass(frozen=True, slots=True)
class FormatSet:
    """From here on audio has this rate; sent once before the first audio and again when it changes."""

    rate_hz: int


@dataclass(frozen=True, slots=True)
class AudioReceived:
    """Whole samples, decoded to int16 little-endian. `channel` counts from 0 (stereo: 0 is the agent by default)."""

    pcm_s16le: bytes
    rate_hz: int
    channel: int = 0


@dataclass(frozen=True, slots=True)
class DigitPressed:
    """A DTMF key."""

    digit: str


@dataclass(frozen=True, slots=True)
class FaultSeen:
    """Malformed input. `fatal` means the stream cannot go on and the socket should be closed."""

    fault: Fault
    detail: str  # what was wrong and where, never audio or text of the call
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class StreamEnded:
    """The stream is over. `explicit`: the sender said so. `party`: who ended the call, where the sender knows."""

    truncated: bool = False
    explicit: bool = False
    party: str | None = None
    cause: str | None = None


WireEvent = StreamNamed | FormatSet | AudioReceived | DigitPressed | FaultSeen | StreamEnded
