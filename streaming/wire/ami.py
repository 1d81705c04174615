"""Asterisk's manager interface (AMI): bytes in, whole messages out, and how actions are written. Opens no socket."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto

_LINE_END = b"\r\n"
_LONGEST_LINE_BYTES = 16_384  # Asterisk's own lines stay under 2 KiB; more is no manager interface
_LONGEST_MESSAGE_BYTES = 262_144
_GREETING = "Asterisk Call Manager/"


@dataclass(frozen=True, slots=True)
class AmiGreeting:
    """The first line of every connection."""

    version: str


@dataclass(frozen=True, slots=True)
class AmiMessage:
    """One event or one answer to an action: its fields in the order they came. A key may come several times."""

    fields: tuple[tuple[str, str], ...] = field(default=())

    def get(self, key: str) -> str:
        """The first value of a key, whatever the case of its letters; empty when there is none."""
        wanted = key.lower()
        return next((value for name, value in self.fields if name.lower() == wanted), "")


@dataclass(frozen=True, slots=True)
class AmiBroken:
    """This is no manager interface, or one we cannot follow; nothing more comes from this connection."""

    detail: str


AmiEvent = AmiGreeting | AmiMessage | AmiBroken


class _Life(Enum):
    GREETING = auto()
    OPEN = auto()
    BROKEN = auto()


class AmiParser:
    """One connection's incoming bytes, cut anywhere. A line without a colon is skipped: the answer to a command may
    hold such; a message without any field is none."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._fields: list[tuple[str, str]] = []
        self._message_bytes = 0
        self._life = _Life.GREETING

    @property
    def pending_bytes(self) -> int:
        """What is kept until more comes."""
        return len(self._pending) + self._message_bytes

    def feed(self, data: bytes) -> list[AmiEvent]:
        """All that these bytes complete."""
        if self._life is _Life.BROKEN:
            return []
        self._pending += data
        events: list[AmiEvent] = []
        start = 0
        while (end := self._pending.find(b"\n", start)) >= 0:
            if end - start > _LONGEST_LINE_BYTES:
                return [*events, self._broken("a line is too long")]
            line = bytes(self._pending[start:end]).removesuffix(b"\r").decode("utf-8", "replace")
            start = end + 1
            events += self._line(line)
            if self._message_bytes > _LONGEST_MESSAGE_BYTES:
                return [*events, self._broken("a message is too long")]
            if events and isinstance(events[-1], AmiBroken):
                return events
        del self._pending[:start]
        if len(self._pending) > _LONGEST_LINE_BYTES:
            events.append(self._broken("a line is too long"))
        return events

    def _line(self, line: str) -> list[AmiEvent]:
        if self._life is _Life.GREETING:
            if not line.startswith(_GREETING):
                return [self._broken("the first line is not the greeting of an Asterisk manager interface")]
            self._life = _Life.OPEN
            return [AmiGreeting(line.removeprefix(_GREETING).strip())]
        if not line:
            message, self._fields, self._message_bytes = AmiMessage(tuple(self._fields)), [], 0
            return [message] if message.fields else []
        key, colon, value = line.partition(":")
        if colon:
            self._fields.append((key, value.removeprefix(" ")))
            self._message_bytes += len(line)
        return []

    def _broken(self, detail: str) -> AmiBroken:
        self._life = _Life.BROKEN
        self._pending.clear()
        self._fields, self._message_bytes = [], 0
        return AmiBroken(detail)


def encode_action(action: str, fields: Iterable[tuple[str, str]] = ()) -> bytes:
    """One action. ValueError for a key or value with a line end: it would smuggle a second action in."""
    lines = [("Action", action), *fields]
    for key, value in lines:
        if "\r" in key + value or "\n" in key + value or ":" in key or not key:
            raise ValueError("a field of an AMI action may not hold a line end, its key no colon")
    return b"".join(f"{key}: {value}".encode() + _LINE_END for key, value in lines) + _LINE_END
