"""The ways a simulated PBX can send one leg: real AudioSocket TCP, WebSocket or HTTP, as an integrator would."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Protocol, runtime_checkable
from urllib.parse import quote, urlsplit

import httpx
import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from streaming.frames import Leg, Party
from streaming.wire.audiosocket import encode_audio, encode_uuid


class Road(Protocol):
    """One leg's way to Earshot, open from `open` to `close`."""

    async def open(self) -> None:
        """Connect and say who it is."""
        ...

    async def send(self, pcm_s16le: bytes) -> None:
        """Send audio; returns when it is on its way."""
        ...

    async def close(self, party: Party | None) -> None:
        """End the leg; `party` says who ended the call, where the road can carry it."""
        ...


@runtime_checkable
class NumberedRoad(Road, Protocol):
    """A road whose packets say where they belong, so that the other side sees what is missing."""

    async def seek(self, packet: int, frame: int) -> None:
        """The next audio is the `packet`th that was numbered and the `frame`th 20 ms of the leg, both from 0."""
        ...


def bearer(key: str | None) -> dict[str, str]:
    """The header of a key, where one is needed."""
    return {"Authorization": f"Bearer {key}"} if key else {}


class AudioSocketRoad:
    """Asterisk's AudioSocket: TCP, one UUID, then frames. It never says who hung up."""

    def __init__(self, host: str, port: int, stream_id: str, rate_hz: int) -> None:
        self._host, self._port, self._stream_id, self._rate_hz = host, port, stream_id, rate_hz
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        """Connect and send the UUID."""
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        self._writer.write(encode_uuid(self._stream_id))
        await self._writer.drain()

    async def send(self, pcm_s16le: bytes) -> None:
        """One AudioSocket message."""
        assert self._writer is not None, "send before open"  # noqa: S101  # a mistake of the caller, not of input
        self._writer.write(encode_audio(pcm_s16le, self._rate_hz))
        await self._writer.drain()
        if self._reader is not None and self._reader.at_eof():
            raise ConnectionResetError("Earshot has closed the AudioSocket")

    async def close(self, party: Party | None) -> None:
        """Close the socket, as Asterisk does on every end."""
        if self._writer is None:
            return
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            return  # the other side was faster


class WebSocketRoad:
    """Our own WebSocket: a start message, binary audio, a stop message."""

    def __init__(self, base_url: str, call_id: str, leg: Leg, rate_hz: int, key: str | None = None) -> None:
        self._headers = bearer(key)
        parts = urlsplit(base_url)
        scheme = "wss" if parts.scheme == "https" else "ws"
        self._url = f"{scheme}://{parts.netloc}/ingest/ws/{quote(call_id, safe='')}/{leg}"
        self._rate_hz = rate_hz
        self._socket: ClientConnection | None = None

    async def open(self) -> None:
        """Connect and name the format."""
        self._socket = await connect(self._url, compression=None, additional_headers=self._headers)
        await self._socket.send(json.dumps({"type": "start", "rate_hz": self._rate_hz, "encoding": "pcm_s16le"}))
        await self._socket.recv()

    async def send(self, pcm_s16le: bytes) -> None:
        """One binary message."""
        assert self._socket is not None, "send before open"  # noqa: S101  # a mistake of the caller, not of input
        await self._socket.send(pcm_s16le)

    async def close(self, party: Party | None) -> None:
        """Say stop and close."""
        if self._socket is None:
            return
        stop = {"type": "stop"} if party is None else {"type": "stop", "party": str(party)}
        try:
            await self._socket.send(json.dumps(stop))
            await self._socket.close()
        except ConnectionClosed:
            return  # the other side was faster


class HttpRoad:
    """One long chunked POST of big-endian PCM, as curl or ffmpeg would send it."""

    def __init__(self, client: httpx.AsyncClient, base_url: str, call_id: str, leg: Leg, rate_hz: int) -> None:
        self._client, self._rate_hz = client, rate_hz
        self._url = f"{base_url}/ingest/http/{quote(call_id, safe='')}/{leg}"
        self._blocks: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=50)  # a second; then the sender waits
        self._post: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin the POST."""
        self._post = asyncio.create_task(self._run())

    async def send(self, pcm_s16le: bytes) -> None:
        """One chunk, in network byte order as audio/L16 asks."""
        await self._put(np.frombuffer(pcm_s16le, "<i2").astype(">i2").tobytes())

    async def close(self, party: Party | None) -> None:
        """End the body and take the answer."""
        if self._post is None:
            return
        await self._put(None)
        await self._post

    async def _put(self, block: bytes | None) -> None:
        """Into the body; raises what the POST has failed with."""
        assert self._post is not None, "send before open"  # noqa: S101  # a mistake of the caller, not of input
        putting = asyncio.ensure_future(self._blocks.put(block))
        await asyncio.wait((putting, self._post), return_when=asyncio.FIRST_COMPLETED)
        if self._post.done():
            putting.cancel()
            self._post.result()
            raise ConnectionResetError("Earshot has answered before the body ended")

    async def _run(self) -> None:
        headers = {"content-type": f"audio/L16;rate={self._rate_hz}"}
        answer = await self._client.post(
            self._url, content=self._body(), headers=headers, timeout=None
        )  # as long as the call
        answer.raise_for_status()

    async def _body(self) -> AsyncIterator[bytes]:
        while (block := await self._blocks.get()) is not None:
            yield block
