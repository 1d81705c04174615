"""FreeSWITCH's event socket (ESL), plain events: bytes in, whole messages out, and how commands are written."""

from dataclasses import dataclass, field
from enum import Enum, auto
from urllib.parse import unquote

_LONGEST_HEAD_BYTES = 262_144  # an event with all its variables is 10 to 30 KiB
_LONGEST_BODY_BYTES = 4_194_304  # `show channels` of a big switch
_EVENT = "text/event-plain"


@dataclass(frozen=True, slots=True)
class EslMessage:
    """One message: of an event its own headers (decoded), of anything else the outer ones, and the body."""

    kind: str  # Content-Type: auth/request, command/reply, api/response, text/event-plain, text/disconnect-notice …
    headers: tuple[tuple[str, str], ...] = field(default=())
    body: str = ""

    def get(self, key: str) -> str:
        """The first value of a header, whatever the case of its letters; empty when there is none."""
        wanted = key.lower()
        return next((value for name, value in self.headers if name.lower() == wanted), "")


@dataclass(frozen=True, slots=True)
class EslBroken:
    """This is no event socket, or one we cannot follow; nothing more comes from this connection."""

    detail: str


EslEvent = EslMessage | EslBroken


class _Life(Enum):
    OPEN = auto()
    BROKEN = auto()


class EslParser:
    """One connection's incoming bytes, cut anywhere. Lengths count bytes, so nothing is decoded before it is whole."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._head: tuple[tuple[str, str], ...] | None = None  # read already, its body is still coming
        self._body_bytes = 0
        self._life = _Life.OPEN

    @property
    def pending_bytes(self) -> int:
        """What is kept until more comes."""
        return len(self._pending)

    def feed(self, data: bytes) -> list[EslEvent]:
        """All that these bytes complete."""
        if self._life is _Life.BROKEN:
            return []
        self._pending += data
        events: list[EslEvent] = []
        while True:
            if self._head is None:
                while self._pending.startswith(b"\n"):
                    del self._pending[:1]
                end = self._pending.find(b"\n\n")
                if end > _LONGEST_HEAD_BYTES or (end < 0 and len(self._pending) > _LONGEST_HEAD_BYTES):
                    return [*events, self._broken("the headers of a message are too long")]
                if end < 0:
                    return events
                head = _headers(bytes(self._pending[:end]).decode("utf-8", "replace"))
                del self._pending[: end + 2]
                if (size := _size(head)) is None:
                    return [*events, self._broken("Content-Length is no length, or too large")]
                if not _of(head, "Content-Type"):
                    return [*events, self._broken("a message without Content-Type")]
                self._head, self._body_bytes = head, size
            if len(self._pending) < self._body_bytes:
                return events
            body = bytes(self._pending[: self._body_bytes]).decode("utf-8", "replace")
            del self._pending[: self._body_bytes]
            events.append(_message(self._head, body))
            self._head = None

    def _broken(self, detail: str) -> EslBroken:
        self._life = _Life.BROKEN
        self._pending.clear()
        return EslBroken(detail)


def encode_command(command: str) -> bytes:
    """One command (`auth …`, `event plain …`, `api …`). ValueError for one with a line end: it would be two."""
    if not command or "\r" in command or "\n" in command:
        raise ValueError("an ESL command is one line")
    return command.encode() + b"\n\n"


def _message(head: tuple[tuple[str, str], ...], body: str) -> EslMessage:
    kind = _of(head, "Content-Type")
    if kind != _EVENT:
        return EslMessage(kind, head, body)
    inner, _, rest = body.partition("\n\n")
    return EslMessage(kind, tuple((key, unquote(value)) for key, value in _headers(inner)), rest)


def _headers(text: str) -> tuple[tuple[str, str], ...]:
    pairs = (line.partition(":") for line in text.split("\n"))
    return tuple((key.strip(), value.strip()) for key, colon, value in pairs if colon)


def _of(head: tuple[tuple[str, str], ...], key: str) -> str:
    return next((value for name, value in head if name.lower() == key.lower()), "")


def _size(head: tuple[tuple[str, str], ...]) -> int | None:
    """Bytes of the body; None when it cannot be."""
    said = _of(head, "Content-Length") or "0"
    if not said.isascii() or not said.isdigit() or len(said) > 9 or int(said) > _LONGEST_BODY_BYTES:
        return None
    return int(said)
