"""Earshot's own audio WebSocket: a start in JSON, binary audio of any size, a stop in JSON; and our answers."""

import json
from enum import Enum, auto
from typing import Any

from config.settings import IngestSettings
from streaming.frames import Party
from streaming.wire.events import Encoding, Fault, FaultSeen, FormatSet, StreamEnded, WireEvent
from streaming.wire.sample_stream import SampleStream, format_refusal

_ENCODINGS = (Encoding.PCM_S16LE, Encoding.MULAW, Encoding.ALAW)  # the contract's three, in its order
_MOST_BAD_JSON = 20  # more unreadable texts than this on one socket: the other side does not speak our protocol
_USUAL_LIMITS = IngestSettings()


class _Life(Enum):
    OPEN = auto()
    REFUSED = auto()  # a fatal fault was reported; what still comes is not looked at
    ENDED = auto()  # StreamEnded was handed out


class OwnSocketParser:
    """The messages of one socket until exactly one StreamEnded.

    `channels` comes from the address: 2 for the leg `stereo`, else 1. FormatSet is the answer to a good start, the
    moment to send `ready()`; each FaultSeen is to be answered with `error(fault, detail)`. Between calls at most 3
    bytes are kept.
    """

    def __init__(self, channels: int, limits: IngestSettings = _USUAL_LIMITS) -> None:
        self._channels = channels
        self._limits = limits
        self._life = _Life.OPEN
        self._format: tuple[Encoding, int] | None = None
        self._samples: SampleStream | None = None
        self._bad_json = 0
        self._refused_for: Fault | None = None

    @property
    def pending_bytes(self) -> int:
        """Bytes of a sample whose rest has not come."""
        return self._samples.pending_bytes if self._samples else 0

    def feed_text(self, text: str) -> list[WireEvent]:
        """One text message; what is wrong with it is an event."""
        if self._life is not _Life.OPEN:
            return []
        if _size_bytes(text) > self._limits.longest_text_bytes:
            return self._refuse(Fault.TOO_LARGE, f"a text is longer than {self._limits.longest_text_bytes} bytes")
        try:
            message = json.loads(text)
        except json.JSONDecodeError as error:
            return self._unreadable(f"not JSON from line {error.lineno} column {error.colno} on")
        except ValueError:  # Python refuses to read integers of more than 4300 digits
            return self._unreadable("JSON with a number too long to read")
        except RecursionError:
            return self._unreadable("JSON nested too deep")
        if not isinstance(message, dict):
            return self._unreadable("JSON, but not an object")
        match message.get("type"):
            case "start":
                return self._start(message)
            case "stop":
                return self._stop(message)
            case _:
                return [FaultSeen(Fault.UNKNOWN_MESSAGE, "the type of a text must be start or stop")]

    def feed_binary(self, raw: bytes) -> list[WireEvent]:
        """One binary message: interleaved samples, cut anywhere."""
        if self._life is not _Life.OPEN or not raw:
            return []
        if len(raw) > self._limits.longest_message_bytes:
            longest = self._limits.longest_message_bytes
            return self._refuse(Fault.TOO_LARGE, f"a message is longer than {longest} bytes")
        if self._samples is None:
            return self._refuse(Fault.BAD_START, "audio came before the start that says its form")
        return [*self._samples.feed(raw)]

    def finish(self) -> list[WireEvent]:
        """The socket closed without a stop."""
        match self._life:
            case _Life.ENDED:
                return []
            case _Life.REFUSED:
                self._life = _Life.ENDED
                return [StreamEnded(truncated=True, cause=self._refused_for)]
            case _Life.OPEN:
                self._life = _Life.ENDED
                return [StreamEnded(truncated=self.pending_bytes > 0)]

    def _start(self, message: dict[str, Any]) -> list[WireEvent]:
        rate_hz, encoding = message.get("rate_hz"), message.get("encoding")
        if not isinstance(rate_hz, int) or isinstance(rate_hz, bool):
            return self._refuse(Fault.BAD_START, "rate_hz of start must be a whole number")
        if not isinstance(encoding, str):
            return self._refuse(Fault.BAD_START, "encoding of start must be a text")
        if encoding not in _ENCODINGS:
            return self._refuse(Fault.BAD_FORMAT, f"encoding of start must be one of {', '.join(_ENCODINGS)}")
        refusal = format_refusal(rate_hz, self._channels)
        if refusal is not None:
            return self._refuse(Fault.BAD_FORMAT, refusal)
        wanted = (Encoding(encoding), rate_hz)
        if wanted == self._format:
            return []  # a start said twice changes nothing, not even half a sample
        flushed: list[WireEvent] = []
        if self.pending_bytes:
            flushed.append(
                FaultSeen(Fault.TRUNCATED, f"{self.pending_bytes} bytes before the new start were no sample")
            )
        self._format = wanted
        self._samples = SampleStream(*wanted, self._channels)
        return [*flushed, FormatSet(rate_hz)]

    def _stop(self, message: dict[str, Any]) -> list[WireEvent]:
        self._life = _Life.ENDED
        party = message.get("party")
        truncated = self.pending_bytes > 0
        if party is None or party in list(Party):
            return [StreamEnded(truncated=truncated, explicit=True, party=party)]
        wrong = FaultSeen(Fault.UNKNOWN_MESSAGE, f"party of stop must be one of {', '.join(Party)}")
        return [wrong, StreamEnded(truncated=truncated, explicit=True)]

    def _unreadable(self, detail: str) -> list[WireEvent]:
        self._bad_json += 1
        if self._bad_json > _MOST_BAD_JSON:
            return self._refuse(Fault.BAD_JSON, f"more than {_MOST_BAD_JSON} unreadable texts; the last: {detail}")
        return [FaultSeen(Fault.BAD_JSON, detail)]

    def _refuse(self, fault: Fault, detail: str) -> list[WireEvent]:
        self._life, self._refused_for = _Life.REFUSED, fault
        return [FaultSeen(fault, detail, fatal=True)]


def _size_bytes(text: str) -> int:
    # surrogatepass: a text is measured before it is judged, whatever a client put into it
    return len(text.encode("utf-8", "surrogatepass"))


def ready() -> str:
    """The answer to a good start."""
    return json.dumps({"type": "ready"})


def error(code: str, detail: str) -> str:
    """The answer to a fault: `code` is its name (a Fault, or a reason of the service), `detail` says what and where."""
    return json.dumps({"type": "error", "code": str(code), "detail": detail}, ensure_ascii=False)
