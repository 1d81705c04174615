"""The service's end of one worker's socket: never blocks the loop, knows when the worker last answered."""

import asyncio
import time
from collections.abc import Callable

from service.recognition.worker_messages import (
    BrokenMessageError,
    Message,
    MessageReader,
    ToWorker,
    message_bytes,
)

_MOST_WAITING_BYTES = 16_777_216  # beyond it the worker reads nothing: it is as good as dead


class WorkerLink(asyncio.Protocol):
    """Messages out at once or buffered by the transport, messages in by call; the end of it by call, once."""

    def __init__(
        self,
        number: int,
        hear: Callable[["WorkerLink", Message], None],
        lost: Callable[["WorkerLink"], None],
    ) -> None:
        self.number = number
        self.pid: int | None = None  # known once the worker has said hello
        self.heard_s = time.monotonic()
        self._hear, self._lost = hear, lost
        self._reader = MessageReader()
        self._transport: asyncio.Transport | None = None
        self._early: list[bytes] = []  # said before the transport was there
        self._closed = False

    def say(self, message: ToWorker) -> None:
        """Send; a worker that lets 16 MB wait is cut off (and its segments go to another)."""
        if self._closed:
            return
        if self._transport is None:
            self._early.append(message_bytes(message))
            return
        self._transport.write(message_bytes(message))
        if self._transport.get_write_buffer_size() > _MOST_WAITING_BYTES:
            self._transport.abort()

    def close(self) -> None:
        """Done with this worker; `lost` is not called. The worker ends when it sees the socket closed."""
        self._closed = True
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asyncio has taken the socket over."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what asyncio makes of a stream socket
        self._transport = transport
        if self._closed:
            transport.abort()
            return
        transport.writelines(self._early)
        self._early.clear()

    def data_received(self, data: bytes) -> None:
        """Some bytes of the worker."""
        self.heard_s = time.monotonic()
        try:
            messages = self._reader.feed(data)
        except BrokenMessageError:
            if self._transport is not None:
                self._transport.abort()
            return
        for message in messages:
            self._hear(self, message)

    def connection_lost(self, exc: Exception | None) -> None:
        """The worker is gone, or we have closed."""
        if not self._closed:
            self._closed = True
            self._lost(self)
