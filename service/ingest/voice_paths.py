"""The ways back: sockets of the PBX that carry audio to the party whose leg they bring, found by call and leg."""

import base64
import json
from collections.abc import Awaitable, Callable
from typing import Protocol

import numpy as np
import soxr

from streaming.frames import ANALYSIS_RATE_HZ, Leg
from streaming.wire.audiosocket import encode_audio
from streaming.wire.events import Encoding
from streaming.wire.g711 import encode_alaw, encode_mulaw

_MOST_WAITING_BYTES = 16_384  # in our own send buffer: a PBX that does not read loses the supervisor's voice, not ours


Send = Callable[[str | bytes], Awaitable[bool]]
"""One message to the PBX; false when it does not take it."""


class VoicePath(Protocol):
    """One socket towards the party of a leg. Belongs to the event loop's thread."""

    async def flush(self) -> None:
        """What was sent and not played yet is not wanted any more, where the PBX can be told so."""
        ...

    async def say(self, pcm_s16le: bytes) -> bool:
        """20 ms at 16 kHz; false when the PBX does not take it. Never blocks on a PBX that does not read."""
        ...


class VoicePaths:
    """Who can be spoken to now. A leg that returns on another socket is reached by the newest."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, Leg], VoicePath] = {}
        self._one_way: dict[tuple[str, Leg], str] = {}
        self.changed: Callable[[str], None] = lambda call_id: None  # told the call whose ways have changed

    def open(self, call_id: str, leg: Leg, path: VoicePath) -> None:
        """From now on the leg's party can be spoken to."""
        self._open[call_id, leg] = path
        self.changed(call_id)

    def close(self, call_id: str, leg: Leg, path: VoicePath) -> None:
        """The socket is over."""
        if self._open.get((call_id, leg)) is path:
            del self._open[call_id, leg]
            self.changed(call_id)

    def lead_nowhere(self, call_id: str, leg: Leg, why: str | None) -> None:
        """The leg comes by a socket that carries nothing back, for this reason; None: by that socket no more."""
        if why is not None:
            self._one_way[call_id, leg] = why
        else:
            self._one_way.pop((call_id, leg), None)
        self.changed(call_id)

    def why_not(self, call_id: str, leg: Leg) -> str | None:
        """Why nothing leads back to the party, where its socket says so."""
        return self._one_way.get((call_id, leg))

    def find(self, call_id: str, leg: Leg) -> VoicePath | None:
        """The way to a party of the call."""
        return self._open.get((call_id, leg))


class _Narrowed:
    """16 kHz to the wire's rate, as a stream."""

    def __init__(self, rate_hz: int) -> None:
        self._stream = (
            soxr.ResampleStream(ANALYSIS_RATE_HZ, rate_hz, 1, dtype="int16", quality="LQ")
            if rate_hz != ANALYSIS_RATE_HZ
            else None
        )

    def feed(self, pcm_s16le: bytes) -> bytes:
        if self._stream is None:
            return pcm_s16le
        return bytes(self._stream.resample_chunk(np.frombuffer(pcm_s16le, "<i2")).astype("<i2").tobytes())


class Transport(Protocol):
    """What of an asyncio transport is needed."""

    def write(self, data: bytes) -> None: ...  # noqa: D102  # asyncio's own

    def get_write_buffer_size(self) -> int: ...  # noqa: D102  # asyncio's own

    def is_closing(self) -> bool: ...  # noqa: D102  # asyncio's own


class AudioSocketVoice:
    """Back over the AudioSocket of the leg: header and payload in one write, as Asterisk wants it."""

    def __init__(self, transport: Transport, rate_hz: Callable[[], int]) -> None:
        self.said = 0  # frames
        self._transport, self._rate_hz = transport, rate_hz
        self._narrowed: tuple[int, _Narrowed] | None = None

    async def flush(self) -> None:
        """Asterisk cannot be told; it plays what it has at real time."""

    async def say(self, pcm_s16le: bytes) -> bool:
        """One message of the rate that the leg itself comes at."""
        if self._transport.is_closing() or self._transport.get_write_buffer_size() > _MOST_WAITING_BYTES:
            return False
        rate_hz = self._rate_hz()
        if self._narrowed is None or self._narrowed[0] != rate_hz:
            self._narrowed = (rate_hz, _Narrowed(rate_hz))
        pcm = self._narrowed[1].feed(pcm_s16le)
        if pcm:
            self._transport.write(encode_audio(pcm, rate_hz))
        self.said += 1
        return True


class SocketVoice:
    """Back over a WebSocket: `coded` makes its message of 20 ms, `clear` empties what the PBX has not played."""

    def __init__(
        self,
        send: Send,
        rate_hz: int,
        coded: Callable[[bytes], str | bytes],
        clear: str,
    ) -> None:
        self._send, self._coded, self._clear = send, coded, clear
        self._narrowed = _Narrowed(rate_hz)
        self._frame_bytes = rate_hz // 50 * 2
        self._rest = b""

    async def flush(self) -> None:
        """Nothing of before is heard."""
        self._rest = b""
        await self._send(self._clear)

    async def say(self, pcm_s16le: bytes) -> bool:
        """Whole frames only: Asterisk throws remainders away."""
        self._rest += self._narrowed.feed(pcm_s16le)
        taken = True
        while len(self._rest) >= self._frame_bytes:
            frame, self._rest = self._rest[: self._frame_bytes], self._rest[self._frame_bytes :]
            taken = await self._send(self._coded(frame)) and taken
        return taken


def asterisk_voice(send: Send, encoding: Encoding, rate_hz: int, flush: str) -> SocketVoice:
    """chan_websocket: binaries in the leg's own format; `flush` is the command that empties its queue."""
    coders: dict[Encoding, Callable[[bytes], bytes]] = {Encoding.MULAW: encode_mulaw, Encoding.ALAW: encode_alaw}
    return SocketVoice(send, rate_hz, coders.get(encoding, bytes), flush)


def twilio_voice(send: Send, stream_sid: str) -> SocketVoice:
    """A bidirectional Media Stream: µ-law in JSON."""

    def coded(pcm_s16le: bytes) -> str:
        payload = base64.b64encode(encode_mulaw(pcm_s16le)).decode()
        return json.dumps({"event": "media", "streamSid": stream_sid, "media": {"payload": payload}})

    return SocketVoice(send, 8_000, coded, json.dumps({"event": "clear", "streamSid": stream_sid}))
