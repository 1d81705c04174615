"""A TCP link to a PBX that speaks lines: bytes through a pure parser, with limits of time."""

import asyncio
import ssl
from collections import deque
from typing import Generic, Protocol, TypeVar
from urllib.parse import urlsplit

from service.control.follower import LinkError

_CHUNK_BYTES = 65_536

Said = TypeVar("Said")


class LineParser(Protocol[Said]):
    """Bytes in, whole messages out."""

    def feed(self, data: bytes) -> list[Said]:  # noqa: D102  # the parsers' own contract
        ...


class TextLink(Generic[Said]):
    """One connection. Every method raises LinkError when the link is lost."""

    def __init__(self, url: str, usual_port: int, parser: LineParser[Said], answer_s: float) -> None:
        self._url, self._usual_port, self._parser, self._answer_s = urlsplit(url), usual_port, parser, answer_s
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._waiting: deque[Said] = deque()

    async def open(self) -> None:
        """Connect."""
        host, port = self._url.hostname or "", self._url.port or self._usual_port
        secure = ssl.create_default_context() if self._url.scheme == "tls" else None
        try:
            async with asyncio.timeout(self._answer_s):
                self._reader, self._writer = await asyncio.open_connection(host, port, ssl=secure)
        except (OSError, TimeoutError) as error:
            raise LinkError(f"cannot connect: {type(error).__name__}") from None

    async def next(self, within_s: float | None = None) -> Said:
        """The next message; LinkError when none comes within the time, or the other side closes."""
        while not self._waiting:
            data = await self._read(within_s if within_s is not None else self._answer_s)
            self._waiting.extend(self._parser.feed(data))
        return self._waiting.popleft()

    async def next_or_none(self, within_s: float) -> Said | None:
        """The next message, or None when none came within the time."""
        try:
            async with asyncio.timeout(within_s):
                return await self.next(within_s * 2)
        except TimeoutError:
            return None

    async def send(self, data: bytes) -> None:
        """Send; waits while the other side does not read."""
        if self._writer is None:
            raise LinkError("not connected")
        try:
            self._writer.write(data)
            async with asyncio.timeout(self._answer_s):
                await self._writer.drain()
        except (OSError, TimeoutError) as error:
            raise LinkError(f"cannot send: {type(error).__name__}") from None

    async def close(self) -> None:
        """Let it go, at once."""
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None

    async def _read(self, within_s: float) -> bytes:
        if self._reader is None:
            raise LinkError("not connected")
        try:
            async with asyncio.timeout(within_s):
                data = await self._reader.read(_CHUNK_BYTES)
        except TimeoutError:
            raise LinkError("no answer in time") from None
        except OSError as error:
            raise LinkError(f"the connection broke: {type(error).__name__}") from None
        if not data:
            raise LinkError("the other side closed the connection")
        return data
