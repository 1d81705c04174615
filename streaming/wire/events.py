"""What any PBX can say on its audio socket, whatever the dialect."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

DTMF_KEYS = "0123456789*#ABCD"


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
    BAD_HEADER = "bad_header"
    BAD_SEQUENCE = "bad_sequence"
    BAD_VERSION = "bad_version"
    BAD_AUDIO = "bad_audio"
    NOT_ACTIVE = "not_active"
    OTHER_SOURCE = "other_source"
    LATE_PACKET = "late_packet"


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
class CallNamed:
    """The sender said in its own messages what it carries; None where it did not say.

    `leg` is `agent`, `customer`, `mixed` or `stereo`, or the sender's own word for a single track. `note` is what it
    said of itself and we do not understand.
    """

    call_id: str | None = None
    leg: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class AudioLost:
    """The sender says, or its numbering shows, that this much audio of a channel did not come. It is a gap.

    `unsent`: its numbering shows that nothing was sent: silence where the source is said to suppress silence.
    """

    length_ms: int
    channel: int = 0
    unsent: bool = False


@dataclass(frozen=True, slots=True)
class MediaPaused:
    """The sender stops (`paused`) or resumes the media on purpose: what is missing meanwhile is no fault."""

    paused: bool


@dataclass(frozen=True, slots=True)
class FinalsWanted:
    """The sender wants the final words of what it has sent; its socket stays."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A text to be sent to the sender now, whatever else is busy."""

    text: str


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


WireEvent = (
    StreamNamed
    | CallNamed
    | FormatSet
    | AudioReceived
    | AudioLost
    | MediaPaused
    | FinalsWanted
    | DigitPressed
    | Reply
    | FaultSeen
    | StreamEnded
)


def joined_audio(events: Sequence[WireEvent]) -> Iterator[WireEvent]:
    """The same events in the same order, audio that follows audio of its own rate and channel in one piece."""
    for form, group in groupby(events, _form):
        if form is None:
            yield from group
            continue
        pieces = [event.pcm_s16le for event in group if isinstance(event, AudioReceived)]
        yield AudioReceived(pieces[0] if len(pieces) == 1 else b"".join(pieces), *form)


def _form(event: WireEvent) -> tuple[int, int] | None:
    return (event.rate_hz, event.channel) if isinstance(event, AudioReceived) else None
