"""Earshot's own audio WebSocket: a start in JSON, binary audio of any size, a stop in JSON; and our answers."""

import json
from typing import Any

from config.settings import IngestSettings
from streaming.frames import Party
from streaming.wire.events import Encoding, Fault, FaultSeen, FormatSet, WireEvent
from streaming.wire.sample_stream import SampleStream, format_refusal
from streaming.wire.socket_dialect import SocketDialect, UnreadableTextError, json_object

_ENCODINGS = (Encoding.PCM_S16LE, Encoding.MULAW, Encoding.ALAW)  # the contract's three, in its order
_USUAL_LIMITS = IngestSettings()


class OwnSocketParser(SocketDialect):
    """The messages of one socket until exactly one StreamEnded.

    `channels` comes from the address: 2 for the leg `stereo`, else 1. FormatSet is the answer to a good start, the
    moment to send `ready()`; each FaultSeen is to be answered with `error(fault, detail)`. Between calls at most 3
    bytes are kept.
    """

    def __init__(self, channels: int, limits: IngestSettings = _USUAL_LIMITS) -> None:
        super().__init__(limits)
        self._channels = channels
        self._format: tuple[Encoding, int] | None = None
        self._samples: SampleStream | None = None

    @property
    def pending_bytes(self) -> int:
        """Bytes of a sample whose rest has not come."""
        return self._samples.pending_bytes if self._samples else 0

    def _text(self, text: str) -> list[WireEvent]:
        try:
            message = json_object(text)
        except UnreadableTextError as error:
            return self._unreadable(str(error))
        match message.get("type"):
            case "start":
                return self._start(message)
            case "stop":
                return self._stop(message)
            case _:
                return [FaultSeen(Fault.UNKNOWN_MESSAGE, "the type of a text must be start or stop")]

    def _binary(self, raw: bytes) -> list[WireEvent]:
        if not raw:
            return []
        if self._samples is None:
            return self._refuse(Fault.BAD_START, "audio came before the start that says its form")
        return [*self._samples.feed(raw)]

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
        party = message.get("party")
        if party is None or party in list(Party):
            return self._end(explicit=True, party=party)
        wrong = FaultSeen(Fault.UNKNOWN_MESSAGE, f"party of stop must be one of {', '.join(Party)}")
        return [wrong, *self._end(explicit=True)]


def ready() -> str:
    """The answer to a good start."""
    return json.dumps({"type": "ready"})


def error(code: str, detail: str) -> str:
    """The answer to a fault: `code` is its name (a Fault, or a reason of the service), `detail` says what and where."""
    return json.dumps({"type": "error", "code": str(code), "detail": detail}, ensure_ascii=False)
