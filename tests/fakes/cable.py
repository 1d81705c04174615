"""A network cable between a page and a service: it can be cut, and plugged into another service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

_CHUNK_BYTES = 65_536


class Cable:
    """Carries bytes both ways to where it is plugged in; while it is cut, nothing gets through and nobody is let in."""

    def __init__(self, port: int) -> None:
        self.http = f"http://127.0.0.1:{port}"
        self._to: tuple[str, int] | None = None
        self._ends: set[asyncio.StreamWriter] = set()

    def plug(self, http: str) -> None:
        """Carry to this service from now on."""
        there = urlsplit(http)
        assert there.hostname is not None
        assert there.port is not None
        self._to = (there.hostname, there.port)

    def cut(self) -> None:
        """Whatever runs over it is gone at once."""
        self._to = None
        for end in self._ends:
            end.transport.abort()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the page, to its end."""
        if self._to is None:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._to)
        except OSError:  # the service is not there
            writer.transport.abort()
            return
        ends = {writer, far_writer}
        self._ends |= ends
        await asyncio.gather(_carry(reader, far_writer), _carry(far_reader, writer))
        self._ends -= ends


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(_CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
    except OSError:
        pass  # one end is gone, so the other goes
    writer.close()


@asynccontextmanager
async def cable() -> AsyncIterator[Cable]:
    """Laid, and not plugged in."""
    carrying: list[Cable] = []
    server = await asyncio.start_server(lambda reader, writer: carrying[0].take(reader, writer), "127.0.0.1", 0)
    carrying.append(Cable(server.sockets[0].getsockname()[1]))
    try:
        yield carrying[0]
    finally:
        carrying[0].cut()
        server.close()
