"""Connections that never finish their headers: each has its time, and all of them together their number."""

import asyncio
import resource
from collections import OrderedDict
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

_FEWEST = 64


class BoundedHttp:
    """What the connections of one server share. `protocol` is for `uvicorn.Config(http=…)`.

    A connection waits from its beginning, or from the end of its last request, until the headers of the next are
    whole. Beyond `most_waiting` the one that has waited longest makes room: whoever is served is never concerned.
    """

    def __init__(self, headers_s: float, most_waiting: int) -> None:
        self.headers_s, self.most_waiting = headers_s, most_waiting
        self.waiting: OrderedDict[asyncio.BaseTransport, None] = OrderedDict()
        self.late = 0  # closed because their headers did not come in time
        self.crowded_out = 0  # closed because too many waited

    def protocol(self) -> type[H11Protocol]:
        """The class of the server's connections."""
        bounds = self

        class Bounded(_Bounded):
            """Bound to this server."""

            shared = bounds

        return Bounded

    def come(self, transport: asyncio.BaseTransport) -> None:
        """A connection begins to wait."""
        self.waiting[transport] = None
        while len(self.waiting) > self.most_waiting:
            oldest, _ = self.waiting.popitem(last=False)
            self.crowded_out += 1
            _drop(oldest)

    def go(self, transport: asyncio.BaseTransport) -> None:
        """It waits no more."""
        self.waiting.pop(transport, None)

    def too_late(self, transport: asyncio.BaseTransport) -> None:
        """It has waited too long."""
        if transport in self.waiting:
            del self.waiting[transport]
            self.late += 1
            _drop(transport)


def fair_share_of_files() -> int:
    """How many connections may wait: an eighth of the files the process may open; the rest is for calls and people."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(_FEWEST, (4_096 if most == resource.RLIM_INFINITY else most) // 8)


class _Bounded(H11Protocol):
    shared: BoundedHttp
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.is_closing():
            self._stop_waiting()
        elif self.conn.their_state is h11.IDLE:
            self._wait()  # a request has begun, or not even that
        else:
            self._stop_waiting()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._stop_waiting()
        super().handle_websocket_upgrade(event)

    def _wait(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(self.shared.headers_s, self.shared.too_late, self.transport)
            self.shared.come(self.transport)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self.shared.go(self.transport)


def _drop(transport: asyncio.BaseTransport) -> None:
    if isinstance(transport, asyncio.Transport):
        transport.abort()
