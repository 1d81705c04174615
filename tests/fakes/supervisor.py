"""A supervisor's browser, as far as its sockets go."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError

from web.listen_frame import FrameHeader, decode

_PATIENCE_S = 10  # a message that does not come fails its test


class Supervisor:
    """One socket; what it receives is read in order."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def say(self, **message: object) -> None:
        await self.socket.send(json.dumps(message))

    async def told(self) -> dict[str, Any]:
        """The next text message; sound is passed over."""
        while not isinstance(text := await self._next(), str):
            pass
        message = json.loads(text)
        assert isinstance(message, dict)
        return message

    async def told_of(self, kind: str) -> dict[str, Any]:
        """The next text message of one type; others are passed over."""
        while (message := await self.told())["type"] != kind:
            pass
        return message

    async def heard(self) -> tuple[FrameHeader, bytes, bytes]:
        """The next frame of sound; words are passed over."""
        while not isinstance(message := await self._next(), bytes):
            pass
        return decode(message)

    async def close_code(self) -> int:
        """Reads on until the service closes, and says with which code."""
        async with asyncio.timeout(_PATIENCE_S):
            await self._read_out()
        assert self.socket.close_code is not None
        return self.socket.close_code

    async def _read_out(self) -> None:
        try:
            async for _ in self.socket:
                pass
        except ConnectionClosedError:
            return

    async def _next(self) -> str | bytes:
        async with asyncio.timeout(_PATIENCE_S):
            return await self.socket.recv()


@asynccontextmanager
async def supervisor(address: str, origin: str | None = None) -> AsyncIterator[Supervisor]:
    """Connected, and silent so far."""
    headers = {"Origin": origin} if origin else {}
    async with connect(address, additional_headers=headers, max_size=None, max_queue=None, compression=None) as socket:
        yield Supervisor(socket)
