"""The sockets one leg's sound goes out on: AudioSocket frame by frame, or a WebSocket in blocks. Neither ever waits."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from service.bench.material import RATE_HZ
from service.bench.scripted_call import FRAME_BYTES
from service.bench.sent_sound import SentSound
from streaming.wire.audiosocket import encode_audio, encode_uuid

_FRAME_HEADER = encode_audio(bytes(FRAME_BYTES), RATE_HZ)[:-FRAME_BYTES]


class AudioSocketLeg(asyncio.Protocol):
    """Asterisk's TCP: a UUID, then a message every 20 ms."""

    def __init__(self, stream_id: str, lost: Callable[[], None]) -> None:
        self.sent = SentSound()
        self._stream_id, self._lost = stream_id, lost
        self._transport: asyncio.Transport | None = None
        self._frames = 0
        self._closing = False

    async def open(self, host: str, port: int) -> None:
        """Connect and say who it is. Raises OSError."""
        transport, _ = await asyncio.get_running_loop().create_connection(lambda: self, host, port)
        self._transport = transport
        transport.write(encode_uuid(self._stream_id))

    def send(self, frame: bytes | memoryview) -> None:
        """One frame."""
        self._frames += 1
        if self._transport is not None:
            self._transport.write(_FRAME_HEADER + frame)
        self.sent.note(self._frames, time.monotonic())

    async def close(self) -> None:
        """As Asterisk does on every end."""
        self._closing = True
        if self._transport is not None:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Of asyncio.Protocol."""
        if not self._closing:
            self._lost()


class BlockLeg:
    """A WebSocket: one text first, then binary blocks; every message that comes back is handed on.

    `first_frames`: length of the first block, so that legs are not in phase.
    """

    def __init__(
        self,
        block_frames: int,
        first_frames: int,
        lost: Callable[[], None],
        answered: Callable[[str | bytes], None] = lambda _answer: None,
    ) -> None:
        self.sent = SentSound()
        self._block_frames, self._until, self._lost, self._answered = block_frames, first_frames, lost, answered
        self._block: list[bytes | memoryview] = []
        self._frames = 0
        self._waiting: asyncio.Queue[bytes | str | None] = asyncio.Queue()  # bounded by the length of the run
        self._socket: ClientConnection | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = False

    async def open(self, url: str, first_text: str, *, greeted: bool) -> None:
        """Connect and say the first text; `greeted`: wait for an answer to it. Raises OSError, WebSocketException."""
        # pings would measure the other side's patience, not ours
        self._socket = await connect(url, compression=None, max_size=None, ping_interval=None)
        await self._socket.send(first_text)
        if greeted:
            await self._socket.recv()
        self._tasks = [asyncio.create_task(self._write(self._socket)), asyncio.create_task(self._read(self._socket))]

    def send(self, frame: bytes | memoryview) -> None:
        """One frame; a full block goes out."""
        self._frames += 1
        self._block.append(frame)
        if self._frames >= self._until:
            self._until += self._block_frames
            self._waiting.put_nowait(b"".join(self._block))
            self._block.clear()
            self.sent.note(self._frames, time.monotonic())

    async def close(self, last_text: str, patience_s: float) -> None:
        """Say the last text and wait so long for the other side to close; then just go."""
        self._closing = True
        self._waiting.put_nowait(last_text)
        self._waiting.put_nowait(None)
        with suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                await asyncio.gather(*self._tasks, return_exceptions=True)
        for task in self._tasks:
            task.cancel()
        if self._socket is not None:
            self._socket.transport.abort()

    async def _write(self, socket: ClientConnection) -> None:
        with suppress(ConnectionClosed):
            while (message := await self._waiting.get()) is not None:
                await socket.send(message)

    async def _read(self, socket: ClientConnection) -> None:
        with suppress(ConnectionClosed):
            async for answer in socket:
                self._answered(answer)
        if not self._closing:
            self._lost()
