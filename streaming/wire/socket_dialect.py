"""What the parsers of all WebSocket dialects share: bounds, unreadable texts, one fatal fault, exactly one end."""

import json
from abc import ABC, abstractmethod
from enum import Enum, auto
from typing import Any

from config.settings import IngestSettings
from streaming.wire.events import DTMF_KEYS, DigitPressed, Fault, FaultSeen, StreamEnded, WireEvent

_MOST_BAD_JSON = 20  # more unreadable texts than this on one socket: the other side does not speak our protocol
_USUAL_LIMITS = IngestSettings()


class _Life(Enum):
    OPEN = auto()
    REFUSED = auto()  # a fatal fault was reported; what still comes is not looked at
    ENDED = auto()  # StreamEnded was handed out


class SocketDialect(ABC):
    """The messages of one socket until exactly one StreamEnded. A dialect says what a text and a binary mean.

    `cut_anywhere`: binaries are one stream of bytes, and a long message may be fed in pieces.
    """

    cut_anywhere = True

    def __init__(self, limits: IngestSettings = _USUAL_LIMITS) -> None:
        self._limits = limits
        self._life = _Life.OPEN
        self._bad_json = 0
        self._refused_for: Fault | None = None

    @property
    def pending_bytes(self) -> int:
        """Bytes of a sample whose rest has not come."""
        return 0

    def feed_text(self, text: str) -> list[WireEvent]:
        """One text message; what is wrong with it is an event."""
        if self._life is not _Life.OPEN:
            return []
        if _size_bytes(text) > self._limits.longest_text_bytes:
            return self._refuse(Fault.TOO_LARGE, f"a text is longer than {self._limits.longest_text_bytes} bytes")
        return self._text(text)

    def feed_binary(self, raw: bytes) -> list[WireEvent]:
        """One binary message."""
        if self._life is not _Life.OPEN:
            return []
        if len(raw) > self._limits.longest_message_bytes:
            longest = self._limits.longest_message_bytes
            return self._refuse(Fault.TOO_LARGE, f"a message is longer than {longest} bytes")
        return self._binary(raw)

    def finish(self) -> list[WireEvent]:
        """The socket closed without a word."""
        match self._life:
            case _Life.ENDED:
                return []
            case _Life.REFUSED:
                self._life = _Life.ENDED
                return [StreamEnded(truncated=True, cause=self._refused_for)]
            case _Life.OPEN:
                return [*self._last(), *self._end()]

    @abstractmethod
    def _text(self, text: str) -> list[WireEvent]:
        """A text of bearable size on an open socket."""

    @abstractmethod
    def _binary(self, raw: bytes) -> list[WireEvent]:
        """A binary of bearable size on an open socket."""

    def _last(self) -> list[WireEvent]:
        """What was held back goes out before the end."""
        return []

    def _end(self, explicit: bool = False, party: str | None = None, cause: str | None = None) -> list[WireEvent]:
        self._life = _Life.ENDED
        return [StreamEnded(truncated=self.pending_bytes > 0, explicit=explicit, party=party, cause=cause)]

    def _refuse(self, fault: Fault, detail: str) -> list[WireEvent]:
        self._life, self._refused_for = _Life.REFUSED, fault
        return [FaultSeen(fault, detail, fatal=True)]

    def _unreadable(self, detail: str) -> list[WireEvent]:
        self._bad_json += 1
        if self._bad_json > _MOST_BAD_JSON:
            return self._refuse(Fault.BAD_JSON, f"more than {_MOST_BAD_JSON} unreadable texts; the last: {detail}")
        return [FaultSeen(Fault.BAD_JSON, detail)]


class UnreadableTextError(Exception):
    """A text that is no JSON object; the message says where it stops being one, and nothing of its content."""


def json_object(text: str) -> dict[str, Any]:
    """The object a text holds. Raises UnreadableTextError, whatever the text is."""
    try:
        message = json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableTextError(f"not JSON from line {error.lineno} column {error.colno} on") from None
    except ValueError:  # Python refuses to read integers of more than 4300 digits
        raise UnreadableTextError("JSON with a number too long to read") from None
    except RecursionError:
        raise UnreadableTextError("JSON nested too deep") from None
    if not isinstance(message, dict):
        raise UnreadableTextError("JSON, but not an object")
    return message


def object_in(message: dict[str, Any], key: str) -> dict[str, Any]:
    """The object under a key, empty where there is none: senders leave out what we can do without."""
    inner = message.get(key)
    return inner if isinstance(inner, dict) else {}


def text_in(message: dict[str, Any], key: str, longest: int = 128) -> str | None:
    """The text under a key; None where there is none, or one that is empty or longer than any name."""
    inner = message.get(key)
    return inner if isinstance(inner, str) and 0 < len(inner) <= longest else None


def number_in(message: dict[str, Any], key: str) -> int | None:
    """The whole number under a key, whether the sender wrote it as a number or, as many do, as a text."""
    inner = message.get(key)
    if isinstance(inner, str) and inner.isascii() and inner.isdecimal() and len(inner) <= 18:
        return int(inner)
    return inner if isinstance(inner, int) and not isinstance(inner, bool) else None


def key_pressed(key: str | None) -> list[WireEvent]:
    """The event of a DTMF key; none for what is no key."""
    return [DigitPressed(key)] if key is not None and len(key) == 1 and key in DTMF_KEYS else []


def _size_bytes(text: str) -> int:
    # surrogatepass: a text is measured before it is judged, whatever a client put into it
    return len(text.encode("utf-8", "surrogatepass"))
