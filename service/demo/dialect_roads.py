"""A simulated PBX's ways through other systems' dialects: their real messages on real sockets."""

import base64
import json
import random
import socket
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from urllib.parse import quote, urlsplit

import httpx
import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from service.demo.roads import Road
from streaming.frames import FRAME_MS, Leg, Party
from streaming.wire.g711 import encode_mulaw

_G711_FRAME_BYTES = 160  # 20 ms at 8 kHz


class MediaSocket:
    """One WebSocket towards Earshot, opened once whichever leg comes first; what is read back is thrown away."""

    def __init__(
        self, base_url: str, path: str, subprotocol: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        parts = urlsplit(base_url)
        self._url = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}{path}"
        self._subprotocols = [Subprotocol(subprotocol)] if subprotocol is not None else None
        self._headers = headers
        self._socket: ClientConnection | None = None

    async def open(self, *hello: str) -> None:
        """Connect and say the first messages; a second call does nothing."""
        if self._socket is None:
            self._socket = await connect(
                self._url,
                compression=None,
                subprotocols=self._subprotocols,
                additional_headers=self._headers,
                max_queue=None,
            )
            for message in hello:
                await self.send(message)

    async def send(self, message: str | bytes) -> None:
        """One message. Raises ConnectionClosed once the service has gone, or does not want the call."""
        if self._socket is not None:
            await self._socket.send(message)

    async def answer(self) -> None:
        """Wait for one message back."""
        if self._socket is not None:
            await self._socket.recv()

    async def close(self, *goodbye: str) -> None:
        """Say the last messages and close; a second call does nothing."""
        with suppress(ConnectionClosed):
            for message in goodbye:
                await self.send(message)
        if self._socket is not None:
            await self._socket.close()


class FramedRoad:
    """One leg on a socket of its own: a hello (it may come `late_ms` of audio late), audio as it is, a plain close."""

    def __init__(self, media: MediaSocket, *hello: str, late_ms: int = 0) -> None:
        self._media, self._hello = media, hello
        self._late_frames = late_ms // FRAME_MS

    async def open(self) -> None:
        """Connect and say who it is."""
        await self._media.open(*(() if self._late_frames else self._hello))

    async def send(self, pcm_s16le: bytes) -> None:
        """One binary message."""
        if self._late_frames:
            self._late_frames -= 1
            if not self._late_frames:
                for message in self._hello:
                    await self._media.send(message)
        await self._media.send(pcm_s16le)

    async def close(self, party: Party | None) -> None:
        """Close; none of these dialects can say who ended the call."""
        await self._media.close()


class VoskRoad(FramedRoad):
    """A client of vosk-server: lock-step, so that the service sets the pace when it is behind."""

    async def send(self, pcm_s16le: bytes) -> None:
        """One binary message, then its answer."""
        await self._media.send(pcm_s16le)
        await self._media.answer()

    async def close(self, party: Party | None) -> None:
        """Say eof and take the final answer."""
        with suppress(ConnectionClosed):
            await self._media.send('{"eof" : 1}')
            await self._media.answer()
        await self._media.close()


class StereoSocket:
    """Both legs in one stream of frames: a leg that is over goes on as silence until the other is over too.

    A frame of which one leg is lost is lost whole, as in a real one; `discarded` tells of it where the dialect can.
    """

    def __init__(
        self,
        media: MediaSocket,
        frame: Callable[[bytes, bytes], bytes],
        goodbye: Callable[[], tuple[str, ...]] = tuple,
        discarded: Callable[[int, int], str] | None = None,
    ) -> None:
        self._media, self._frame, self._goodbye, self._discarded = media, frame, goodbye, discarded
        self._waiting: dict[Leg, deque[bytes | None]] = {Leg.AGENT: deque(), Leg.CUSTOMER: deque()}
        self._open = set(self._waiting)
        self._frames = self._lost_frames = 0

    def road(self, leg: Leg, *hello: str) -> Road:
        """One leg's way into it."""
        return _Side(self, leg, hello)

    async def begin(self, hello: tuple[str, ...]) -> None:
        """Open the socket, once."""
        await self._media.open(*hello)

    async def put(self, leg: Leg, pcm_s16le: bytes | None) -> None:
        """A frame of one leg, None where it is lost; both legs' frames leave together."""
        self._waiting[leg].append(pcm_s16le)
        await self._flush()

    async def end(self, leg: Leg) -> None:
        """The leg is over."""
        self._open.discard(leg)
        await self._flush()
        if not self._open:
            await self._media.close(*self._goodbye())

    async def _flush(self) -> None:
        agent, customer = self._waiting[Leg.AGENT], self._waiting[Leg.CUSTOMER]
        while (agent or Leg.AGENT not in self._open) and (customer or Leg.CUSTOMER not in self._open):
            if not agent and not customer:
                return
            one, other = (queue.popleft() if queue else b"" for queue in (agent, customer))
            self._frames += 1
            if one is None or other is None:
                self._lost_frames += 1
                continue
            if self._lost_frames and self._discarded is not None:
                lost_ms = self._lost_frames * FRAME_MS
                await self._media.send(self._discarded((self._frames - 1) * FRAME_MS - lost_ms, lost_ms))
            self._lost_frames = 0
            length = max(len(one), len(other))
            await self._media.send(self._frame(one.ljust(length, b"\0"), other.ljust(length, b"\0")))


class _Side:
    def __init__(self, stereo: StereoSocket, leg: Leg, hello: tuple[str, ...]) -> None:
        self._stereo, self._leg, self._hello = stereo, leg, hello
        self._next_frame = 0

    async def open(self) -> None:
        """Open the common socket, if the other leg has not."""
        await self._stereo.begin(self._hello)

    async def seek(self, packet: int, frame: int) -> None:
        """What lies between was not sent."""
        for _ in range(self._next_frame, frame):
            await self._stereo.put(self._leg, None)
        self._next_frame = frame

    async def send(self, pcm_s16le: bytes) -> None:
        """One frame."""
        self._next_frame += 1
        await self._stereo.put(self._leg, pcm_s16le)

    async def close(self, party: Party | None) -> None:
        """The leg is over; the socket is when both are."""
        await self._stereo.end(self._leg)


class TwilioRoad:
    """One track of a Media Stream that both legs share."""

    def __init__(self, media: MediaSocket, call_id: str, leg: Leg, others: set[Leg]) -> None:
        self._media, self._call_id, self._leg, self._others = media, call_id, leg, others
        self._track = "inbound" if leg is Leg.CUSTOMER else "outbound"
        self._packet = self._frame = 0
        others.add(leg)

    async def open(self) -> None:
        """Connected and start, once for both tracks."""
        form = {"encoding": "audio/x-mulaw", "sampleRate": 8_000, "channels": 1}
        inner = {
            "callSid": "CA" + uuid.uuid4().hex,
            "tracks": ["inbound", "outbound"],
            "mediaFormat": form,
            "customParameters": {"call_id": self._call_id},
        }
        await self._media.open(
            json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}),
            json.dumps({"event": "start", "sequenceNumber": "1", "start": inner}),
        )

    async def send(self, pcm_s16le: bytes) -> None:
        """One chunk of the track."""
        self._packet, self._frame = self._packet + 1, self._frame + 1
        chunk = str(self._packet)
        media = {
            "track": self._track,
            "chunk": chunk,
            "timestamp": str(self._frame * FRAME_MS),
            "payload": base64.b64encode(encode_mulaw(pcm_s16le)).decode(),
        }
        await self._media.send(json.dumps({"event": "media", "sequenceNumber": chunk, "media": media}))

    async def seek(self, packet: int, frame: int) -> None:
        """The next chunk has this number and place."""
        self._packet, self._frame = packet, frame

    async def close(self, party: Party | None) -> None:
        """Stop, when both tracks are over."""
        self._others.discard(self._leg)
        if not self._others:
            await self._media.close(json.dumps({"event": "stop", "stop": {}}))


class RtpRoad:
    """G.711 in RTP packets to a port that is asked for first."""

    def __init__(self, client: httpx.AsyncClient, base_url: str, call_id: str, leg: Leg) -> None:
        self._client, self._url = client, f"{base_url}/ingest/rtp/{quote(call_id, safe='')}/{leg}"
        self._host = urlsplit(base_url).hostname or "127.0.0.1"
        self._socket: socket.socket | None = None
        chance = random.SystemRandom()
        self._source = chance.getrandbits(32)
        self._first_sequence, self._first_timestamp = chance.getrandbits(16), chance.getrandbits(32)
        self._packet = self._frame = 0

    async def open(self) -> None:
        """Ask for the port."""
        answer = await self._client.post(self._url)
        answer.raise_for_status()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.connect((self._host, answer.json()["port"]))

    async def send(self, pcm_s16le: bytes) -> None:
        """One packet of µ-law."""
        payload = encode_mulaw(pcm_s16le)
        sequence = (self._first_sequence + self._packet) % (1 << 16)
        timestamp = (self._first_timestamp + self._frame * _G711_FRAME_BYTES) % (1 << 32)
        header = bytes([0x80, 0]) + sequence.to_bytes(2, "big") + timestamp.to_bytes(4, "big")
        if self._socket is not None:
            with suppress(BlockingIOError):  # a full buffer: the packet is lost, as on any network
                self._socket.send(header + self._source.to_bytes(4, "big") + payload)
        self._packet, self._frame = self._packet + 1, self._frame + 1

    async def seek(self, packet: int, frame: int) -> None:
        """The next packet has this number and place."""
        self._packet, self._frame = packet, frame

    async def close(self, party: Party | None) -> None:
        """RTP has no end of its own: the PBX's link says it."""
        if self._socket is not None:
            self._socket.close()
        try:
            await self._client.delete(self._url)
        except httpx.TransportError:
            return  # the service has gone


def interleaved(agent: bytes, customer: bytes) -> bytes:
    """16-bit stereo, left = agent."""
    return np.stack([np.frombuffer(agent, "<i2"), np.frombuffer(customer, "<i2")], axis=1).tobytes()


def audiohook_frame(agent: bytes, customer: bytes) -> bytes:
    """µ-law stereo, external (the customer) first."""
    coded = [np.frombuffer(encode_mulaw(each), np.uint8) for each in (customer, agent)]
    return np.stack(coded, axis=1).tobytes()


class AudioHookTalk:
    """The texts of one session, counted; `opened` is all that the service says meanwhile."""

    def __init__(self, call_id: str) -> None:
        self._call_id, self._id, self._seq = call_id, str(uuid.uuid4()), 0

    def opening(self) -> str:
        """`open`: the conversation and the media."""
        media = [{"type": "audio", "format": "PCMU", "channels": ["external", "internal"], "rate": 8_000}]
        organization = str(uuid.uuid4())
        return self._said("open", {"organizationId": organization, "conversationId": self._call_id, "media": media})

    def discarded(self, at_ms: int, lost_ms: int) -> str:
        """`discarded`: audio that was not sent."""
        return self._said("discarded", {"start": f"PT{at_ms / 1000}S", "discarded": f"PT{lost_ms / 1000}S"})

    def closing(self) -> tuple[str, ...]:
        """`close`."""
        return (self._said("close", {"reason": "end"}),)

    def _said(self, kind: str, parameters: dict[str, object]) -> str:
        self._seq += 1
        frame = {"version": "2", "id": self._id, "type": kind, "seq": self._seq, "serverseq": min(self._seq - 1, 1)}
        return json.dumps({**frame, "position": "PT0S", "parameters": parameters})
