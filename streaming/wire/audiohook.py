"""Genesys AudioHook (version 2): JSON texts with counted messages both ways, G.711 in binaries."""

import json
from datetime import timedelta
from enum import Enum, auto
from typing import Any

from pydantic import TypeAdapter, ValidationError

from config.settings import IngestSettings
from streaming.wire.events import (
    AudioLost,
    AudioReceived,
    CallNamed,
    Encoding,
    Fault,
    FaultSeen,
    FormatSet,
    MediaPaused,
    Reply,
    WireEvent,
)
from streaming.wire.sample_stream import SampleStream
from streaming.wire.socket_dialect import (
    SocketDialect,
    UnreadableTextError,
    json_object,
    number_in,
    object_in,
    text_in,
)

_VERSION = "2"
_LARGEST_TEXT_BYTES = 65_535
_RATE_HZ = 8_000
_PROBE_ID = "00000000-0000-0000-0000-000000000000"  # the conversation of a connection probe
_LEGS = {"external": "customer", "internal": "agent"}
_FORMAT = "PCMU"
_DURATION = TypeAdapter(timedelta)
_USUAL_LIMITS = IngestSettings()


class _Session(Enum):
    NEW = auto()
    ACTIVE = auto()
    PAUSED = auto()
    CLOSED = auto()  # closed was answered, or disconnect sent: Genesys closes the socket
    PROBED = auto()  # a connection probe: answered like a call, but there is none


class AudioHookParser(SocketDialect):
    """One session. `session_id` and `organization_id` are the request's headers, which every message must repeat.

    Replies must go out at once: Genesys gives up a session whose ping waits. Audio of both parties comes as channel 0
    (agent, Genesys' internal) and channel 1 (customer, external); of one party as channel 0 and CallNamed's `leg`.
    A breach of the protocol is answered with `disconnect` once, then the socket's close is awaited. An unknown type in
    good framing is skipped, so that new messages end no call.
    """

    cut_anywhere = False  # a message is whole frames

    def __init__(
        self,
        session_id: str | None = None,
        organization_id: str | None = None,
        limits: IngestSettings = _USUAL_LIMITS,
    ) -> None:
        super().__init__(limits)
        self._session_id, self._organization_id = session_id, organization_id
        self._session = _Session.NEW
        self._last_seq = self._our_seq = 0
        self._samples: SampleStream | None = None
        self._channels: tuple[int, ...] = ()

    @property
    def pending_bytes(self) -> int:
        """Bytes of a sample whose rest has not come."""
        return self._samples.pending_bytes if self._samples else 0

    @property
    def probe(self) -> bool:
        """Whether this was a connection probe: no call is to be made for it."""
        return self._session is _Session.PROBED

    def _text(self, text: str) -> list[WireEvent]:
        if len(text.encode("utf-8", "surrogatepass")) > _LARGEST_TEXT_BYTES:
            return self._breach(Fault.TOO_LARGE, f"a text is longer than {_LARGEST_TEXT_BYTES} bytes")
        try:
            message = json_object(text)
        except UnreadableTextError as error:
            return self._breach(Fault.BAD_JSON, str(error))
        wrong = self._wrong_frame(message)
        if wrong is not None:
            return self._breach(*wrong)
        self._last_seq += 1
        parameters = object_in(message, "parameters")
        match message.get("type"):
            case "open":
                return self._open(message, parameters)
            case _ if self._session is _Session.NEW:
                return self._breach(Fault.BAD_START, "the first message must be open")
            case "ping":
                return [self._say("pong", {})]
            case "close":
                return self._close(text_in(parameters, "reason"))
            case "discarded":
                return self._lost(parameters)
            case "paused":
                self._session = _Session.PAUSED
                return [MediaPaused(True)]
            case "resumed":
                self._session = _Session.ACTIVE
                return [*self._lost(parameters), MediaPaused(False)]
            case "update":
                return [self._say("updated", {})]
            case "error":
                return [FaultSeen(Fault.REMOTE_ERROR, f"error {number_in(parameters, 'code') or 0} of the sender")]
            case _:
                return [FaultSeen(Fault.UNKNOWN_MESSAGE, "skipped a message of an unknown type")]

    def _binary(self, raw: bytes) -> list[WireEvent]:
        if not raw:
            return []
        if self._session is not _Session.ACTIVE or self._samples is None:
            return self._breach(Fault.NOT_ACTIVE, "audio came while the session was not active")
        over_bytes = len(raw) % len(self._channels)
        seen = FaultSeen(Fault.ODD_LENGTH, f"a binary of {len(raw)} bytes; the last {over_bytes} were dropped")
        audio = self._samples.feed(raw[: len(raw) - over_bytes])
        placed = [AudioReceived(each.pcm_s16le, each.rate_hz, self._channels[each.channel]) for each in audio]
        return [*([seen] if over_bytes else []), *sorted(placed, key=lambda each: each.channel)]

    def _wrong_frame(self, message: dict[str, Any]) -> tuple[Fault, str] | None:
        if message.get("version") != _VERSION:
            return Fault.BAD_VERSION, f"version must be {_VERSION}"
        session_id = text_in(message, "id")
        if session_id is None or (self._session_id is not None and session_id != self._session_id):
            return Fault.OTHER_STREAM, "id is not the session's"
        self._session_id = session_id
        if message.get("seq") != self._last_seq + 1:
            return Fault.BAD_SEQUENCE, f"seq must be {self._last_seq + 1}"
        seen = message.get("serverseq")
        if not isinstance(seen, int) or not 0 <= seen <= self._our_seq:
            return Fault.BAD_SEQUENCE, f"serverseq must be at most {self._our_seq}"
        return None

    def _open(self, message: dict[str, Any], parameters: dict[str, Any]) -> list[WireEvent]:
        if self._session is not _Session.NEW:
            return self._breach(Fault.BAD_START, "a second open")
        conversation_id = text_in(parameters, "conversationId")
        if conversation_id is None:
            return self._breach(Fault.BAD_START, "open: conversationId is missing")
        if self._organization_id is not None and parameters.get("organizationId") != self._organization_id:
            return self._breach(Fault.OTHER_SOURCE, "open: organizationId is not the header's")
        chosen = _chosen(message["parameters"].get("media"))
        if chosen is None:
            return self._breach(Fault.BAD_FORMAT, "open: no offered media is PCMU at 8000 Hz with known channels")
        opened = self._say("opened", {"startPaused": False, "media": [chosen]})
        if conversation_id == _PROBE_ID:
            self._session = _Session.PROBED
            return [opened]
        self._session = _Session.ACTIVE
        legs = [_LEGS[name] for name in chosen["channels"]]
        self._samples = SampleStream(Encoding.MULAW, _RATE_HZ, len(legs))
        self._channels = tuple(0 if leg == "agent" else 1 for leg in legs) if len(legs) == 2 else (0,)
        return [opened, CallNamed(conversation_id, "stereo" if len(legs) == 2 else legs[0]), FormatSet(_RATE_HZ)]

    def _close(self, reason: str | None) -> list[WireEvent]:
        """The session is over; `end` also says that the call is, and never who ended it."""
        closed = self._say("closed", {})
        self._session = _Session.PROBED if self.probe else _Session.CLOSED
        return [closed, *self._end(explicit=reason == "end", cause=f"audiohook_{reason}" if reason else None)]

    def _lost(self, parameters: dict[str, Any]) -> list[WireEvent]:
        length_ms = _ms(parameters.get("discarded"))
        if length_ms is None:
            return [FaultSeen(Fault.BAD_HEADER, "discarded must be a duration such as PT1.8S")]
        return [AudioLost(length_ms, channel) for channel in range(len(self._channels))] if length_ms else []

    def _breach(self, fault: Fault, detail: str) -> list[WireEvent]:
        said = self.disconnect("error", detail)
        self._session = _Session.CLOSED
        return [said, *self._refuse(fault, detail)]

    def disconnect(self, reason: str, info: str) -> Reply:
        """The service ends the session: `completed`, `unauthorized` or `error`."""
        return self._say("disconnect", {"reason": reason, "info": info})

    def _say(self, kind: str, parameters: dict[str, Any]) -> Reply:
        self._our_seq += 1
        message = {
            "version": _VERSION,
            "id": self._session_id or "",
            "type": kind,
            "seq": self._our_seq,
            "clientseq": self._last_seq,
            "parameters": parameters,
        }
        return Reply(json.dumps(message))


def _chosen(offered: object) -> dict[str, Any] | None:
    """One offered entry, unchanged: both parties before one."""
    fitting = [each for each in offered if _fits(each)] if isinstance(offered, list) else []
    return max(fitting, key=lambda each: len(each["channels"]), default=None)


def _fits(entry: object) -> bool:
    if not isinstance(entry, dict) or entry.get("type") != "audio" or entry.get("rate") != _RATE_HZ:
        return False
    channels = entry.get("channels")
    return (
        entry.get("format") == _FORMAT
        and isinstance(channels, list)
        and 1 <= len(channels) <= 2
        and all(isinstance(name, str) and name in _LEGS for name in channels)
        and len(set(channels)) == len(channels)
    )


def _ms(duration: object) -> int | None:
    if not isinstance(duration, str) or not duration.startswith("PT") or len(duration) > 32:
        return None
    try:
        length = _DURATION.validate_python(duration)
    except ValidationError:
        return None
    return round(length.total_seconds() * 1000) if timedelta(0) <= length <= timedelta(days=1) else None
