"""Twilio Media Streams: JSON texts with base64 µ-law, the two tracks of a call interleaved."""

import base64
import binascii
from typing import Any

from config.settings import IngestSettings
from streaming.wire.events import (
    AudioLost,
    AudioReceived,
    CallNamed,
    Fault,
    FaultSeen,
    FormatSet,
    WireEvent,
)
from streaming.wire.g711 import decode_mulaw
from streaming.wire.socket_dialect import (
    SocketDialect,
    UnreadableTextError,
    json_object,
    key_pressed,
    number_in,
    object_in,
    text_in,
)

_RATE_HZ = 8_000
_CHUNK_MS = 20
_CHANNELS = {"inbound": 0, "outbound": 1}  # inbound: what Twilio hears from this call's party; outbound: what it sends
_MOST_HELD = 50  # media before the start: a second of it
_LONGEST_JUMP = 250  # chunks (5 s); beyond it the numbering means something else, and nothing is invented
_USUAL_LIMITS = IngestSettings()


class TwilioParser(SocketDialect):
    """One stream. Channel 0 is the inbound track, channel 1 the outbound one; a track alone is channel 0.

    CallNamed carries the custom parameter `call_id`, else the CallSid; as `leg` the custom parameter of that name, else
    `stereo`, or the name of the only track. Media before the start is held (a second of it) and follows the start.
    A chunk that is missing by its number, or that cannot be decoded, is AudioLost of 20 ms. `back_to` is the stream
    that takes media back: a `<Connect>` with the custom parameter `back`; nothing else tells it from a one-way stream.
    """

    def __init__(self, limits: IngestSettings = _USUAL_LIMITS) -> None:
        super().__init__(limits)
        self._started = self._single = False
        self.back_to: str | None = None
        self._held: list[dict[str, Any]] = []
        self._next_chunk: dict[int, int] = {}

    def _text(self, text: str) -> list[WireEvent]:
        try:
            message = json_object(text)
        except UnreadableTextError as error:
            return self._unreadable(str(error))
        match message.get("event"):
            case "connected":
                version = text_in(message, "version") or ""
                if version.split(".")[0] == "1":
                    return []
                return [FaultSeen(Fault.BAD_VERSION, "connected: the version of the protocol is not 1")]
            case "start":
                return self._start(message)
            case "media":
                return self._media(message)
            case "dtmf":
                return key_pressed(text_in(object_in(message, "dtmf"), "digit"))
            case "stop":
                return self._end(explicit=True)
            case _:
                return []  # marks, and whatever Twilio will think of

    def _binary(self, raw: bytes) -> list[WireEvent]:
        return [FaultSeen(Fault.UNKNOWN_MESSAGE, "a binary message; Twilio sends texts only")] if raw else []

    def _start(self, message: dict[str, Any]) -> list[WireEvent]:
        if self._started:
            return []
        start = object_in(message, "start")
        form = object_in(start, "mediaFormat")
        if form.get("encoding") != "audio/x-mulaw" or number_in(form, "sampleRate") != _RATE_HZ:
            return self._refuse(Fault.BAD_FORMAT, "start: mediaFormat must be audio/x-mulaw at 8000 Hz")
        own = object_in(start, "customParameters")
        leg = text_in(own, "leg") or _leg_of(start.get("tracks"))
        call_id = text_in(own, "call_id") or text_in(start, "callSid")
        if call_id is None:
            return self._refuse(Fault.BAD_START, "start: neither customParameters.call_id nor callSid")
        self._started = True
        if own.get("back") == "true":
            self.back_to = text_in(start, "streamSid") or text_in(message, "streamSid")
        self._single = leg != "stereo"
        held, self._held = self._held, []
        return [
            CallNamed(call_id, leg, text_in(own, "ticket")),
            FormatSet(_RATE_HZ),
            *(event for one in held for event in self._media(one)),
        ]

    def _media(self, message: dict[str, Any]) -> list[WireEvent]:
        if not self._started:
            if len(self._held) == _MOST_HELD:
                return self._refuse(Fault.BAD_START, f"more than {_MOST_HELD} media messages before the start")
            self._held.append(message)
            return []
        media = object_in(message, "media")
        channel = _CHANNELS.get(media.get("track") or "inbound") if isinstance(media.get("track", ""), str) else None
        if channel is None:
            return [FaultSeen(Fault.UNKNOWN_MESSAGE, "media: the track must be inbound or outbound")]
        channel = 0 if self._single else channel
        lost = self._jumped(channel, number_in(media, "chunk"))
        payload = media.get("payload")
        try:
            if not isinstance(payload, str):
                raise binascii.Error
            coded = base64.b64decode(payload, validate=True)
        except (binascii.Error, ValueError):
            bad = FaultSeen(Fault.BAD_AUDIO, "media: the payload is not base64; its 20 ms are missing")
            return [*lost, bad, AudioLost(_CHUNK_MS, channel)]
        return [*lost, *([AudioReceived(decode_mulaw(coded), _RATE_HZ, channel)] if coded else [])]

    def _jumped(self, channel: int, chunk: int | None) -> list[WireEvent]:
        """What is missing between the last chunk of the track and this one."""
        if chunk is None:
            return []
        due = self._next_chunk.get(channel, chunk)
        self._next_chunk[channel] = chunk + 1
        missing = chunk - due
        return [AudioLost(missing * _CHUNK_MS, channel)] if 0 < missing <= _LONGEST_JUMP else []


def _leg_of(tracks: object) -> str:
    """Twilio names the tracks it will send; one alone is a leg of its own."""
    if isinstance(tracks, list) and len(tracks) == 1 and tracks[0] in _CHANNELS:
        return str(tracks[0])
    return "stereo"
