"""Asterisk chan_websocket, both roles: binary media, control texts in JSON or in the plain form."""

import json
from typing import Any

from config.settings import IngestSettings
from streaming.wire.events import (
    CallNamed,
    Encoding,
    Fault,
    FaultSeen,
    FormatSet,
    Reply,
    WireEvent,
)
from streaming.wire.sample_stream import SampleStream
from streaming.wire.socket_dialect import SocketDialect, UnreadableTextError, json_object, key_pressed, text_in

FORMATS = {  # Asterisk's names; slin is int16 in the byte order of the sender's machine, little-endian everywhere today
    "slin": (Encoding.PCM_S16LE, 8_000),
    "slin12": (Encoding.PCM_S16LE, 12_000),
    "slin16": (Encoding.PCM_S16LE, 16_000),
    "slin24": (Encoding.PCM_S16LE, 24_000),
    "slin32": (Encoding.PCM_S16LE, 32_000),
    "slin44": (Encoding.PCM_S16LE, 44_100),
    "slin48": (Encoding.PCM_S16LE, 48_000),
    "slin96": (Encoding.PCM_S16LE, 96_000),
    "slin192": (Encoding.PCM_S16LE, 192_000),
    "ulaw": (Encoding.MULAW, 8_000),
    "alaw": (Encoding.ALAW, 8_000),
}
_PLAIN_WORDS = (
    "MEDIA_START",
    "DTMF_END",
    "STATUS",
    "ERROR",
    "MEDIA_XON",
    "MEDIA_XOFF",
    "QUEUE_DRAINED",
    "MEDIA_BUFFERING_COMPLETED",
    "MEDIA_MARK_PROCESSED",
)
_LARGEST_BINARY_BYTES = 65_536
_MOST_HELD = 50  # media before MEDIA_START: a second of it (on a loaded PBX one call in ten begins so)
_LONGEST_COMMAND_BYTES = 128  # a longer one Asterisk drops with a log line
_USUAL_LIMITS = IngestSettings()


class AsteriskSocketParser(SocketDialect):
    """One media socket of an Asterisk.

    `format_name` is what the address or the settings say of the media until MEDIA_START comes; what came before it is
    held for a second at most and then heard in that form. `tap`: the channel may be hung up when the form is not ours;
    a channel that carries the call never is.
    """

    cut_anywhere = False  # a message is whole frames

    def __init__(
        self, tap: bool = True, format_name: str | None = None, limits: IngestSettings = _USUAL_LIMITS
    ) -> None:
        super().__init__(limits)
        self._tap = tap
        self._format_name = format_name if format_name in FORMATS else None
        self._plain = False
        self._samples: SampleStream | None = None
        self._held: list[bytes] = []

    @property
    def form(self) -> tuple[Encoding, int] | None:
        """How samples stand on the wire, both ways; None before it is known."""
        return FORMATS[self._format_name] if self._samples is not None and self._format_name is not None else None

    def _text(self, text: str) -> list[WireEvent]:
        word = text.split(" ", 1)[0].strip()
        try:
            message = json_object(text)
        except UnreadableTextError as error:
            if word not in _PLAIN_WORDS:
                return self._unreadable(str(error))
            self._plain = True
            message = {"event": word, **_plain_fields(text)}
        match message.get("event"):
            case "MEDIA_START":
                return self._start(message)
            case "DTMF_END":
                return key_pressed(text_in(message, "digit"))
            case "ERROR":
                return [FaultSeen(Fault.REMOTE_ERROR, "Asterisk refused a command")]
            case _:
                return []  # queue levels, marks, and events of Asterisks to come

    def _binary(self, raw: bytes) -> list[WireEvent]:
        if len(raw) > _LARGEST_BINARY_BYTES:
            return self._refuse(Fault.TOO_LARGE, f"a binary message is longer than {_LARGEST_BINARY_BYTES} bytes")
        if not raw:
            return []
        if self._samples is None:
            self._held.append(raw)
            if len(self._held) < _MOST_HELD:
                return []
            if self._format_name is None:
                return self._refuse(Fault.BAD_START, f"{_MOST_HELD} binaries came, and no MEDIA_START with their form")
            return self._begin(self._format_name)
        return self._heard(self._samples, raw)

    def _last(self) -> list[WireEvent]:
        return self._begin(self._format_name) if self._held and self._format_name is not None else []

    def _start(self, message: dict[str, Any]) -> list[WireEvent]:
        named = CallNamed(note=text_in(message, "channel_id"))
        name = text_in(message, "format")
        if name not in FORMATS:
            ending: list[WireEvent] = [Reply(self.command("HANGUP"))] if self._tap else []
            wrong = f"MEDIA_START: the format must be one of {', '.join(FORMATS)}"
            return [named, *ending, *self._refuse(Fault.BAD_FORMAT, wrong)]
        if self._samples is not None and name == self._format_name:
            return [named]
        return [named, *self._begin(name)]

    def _begin(self, name: str) -> list[WireEvent]:
        self._format_name = name
        encoding, rate_hz = FORMATS[name]
        self._samples = SampleStream(encoding, rate_hz)
        held, self._held = self._held, []
        return [FormatSet(rate_hz), *(event for raw in held for event in self._heard(self._samples, raw))]

    def _heard(self, samples: SampleStream, raw: bytes) -> list[WireEvent]:
        """A message is a whole frame: half a sample at its end is an error of the sender, not a cut."""
        whole = raw if FORMATS[self._format_name or "slin"][0] is not Encoding.PCM_S16LE else raw[: len(raw) // 2 * 2]
        odd = [FaultSeen(Fault.ODD_LENGTH, f"a binary of {len(raw)} bytes; the last one was dropped")]
        return [*(odd if len(whole) < len(raw) else []), *samples.feed(whole)]

    def command(self, name: str, correlation_id: str | None = None) -> str:
        """A command text in the form this Asterisk speaks; ValueError when Asterisk would drop it for its length."""
        if self._plain:
            text = f"{name} {correlation_id}" if correlation_id else name
        else:
            text = json.dumps({"command": name, **({"correlation_id": correlation_id} if correlation_id else {})})
        if len(text.encode()) > _LONGEST_COMMAND_BYTES:
            raise ValueError(f"Asterisk drops commands of more than {_LONGEST_COMMAND_BYTES} bytes")
        return text


def _plain_fields(text: str) -> dict[str, str]:
    """`NAME key:value key:value`; the text of an error may hold anything and is not needed."""
    parts = (part.partition(":") for part in text.split()[1:])
    return {key: value for key, colon, value in parts if colon}
