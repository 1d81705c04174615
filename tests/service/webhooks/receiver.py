"""A receiver of web hooks on a real socket, as friendly or hostile as a test wishes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

OK = b"HTTP/1.1 204 No Content\r\n\r\n"
Manners = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Receiver:
    """Keeps what was posted: headers in lower case, and bodies."""

    port: int = 0
    posted: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    connections: int = 0
    answers: list[bytes] = field(default_factory=list)  # used up one by one; then 204
    manners: Manners | None = None
    more: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/hook"

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.posted.append((headers, body))
            self.more.set()
            if self.manners is not None:
                await self.manners(writer)
            else:
                writer.write(self.answers.pop(0) if self.answers else OK)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def heard(self, count: int) -> None:
        """Wait for so many posts."""
        async with asyncio.timeout(10):
            while len(self.posted) < count:
                self.more.clear()
                await self.more.wait()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver until the block ends."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.take, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
