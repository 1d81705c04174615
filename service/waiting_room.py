"""Connections that have not said yet what they want: only so many, and the one that has waited longest makes room."""

import asyncio
import resource
from collections import OrderedDict

_FEWEST = 64


class WaitingRoom:
    """Bounded; who is crowded out is aborted and counted."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.waiting: OrderedDict[asyncio.BaseTransport, None] = OrderedDict()
        self.crowded_out = 0

    def come(self, transport: asyncio.BaseTransport) -> None:
        """A connection begins to wait; one that waits already keeps its place."""
        self.waiting.setdefault(transport)
        while len(self.waiting) > self._most:
            oldest, _ = self.waiting.popitem(last=False)
            self.crowded_out += 1
            if isinstance(oldest, asyncio.Transport):
                oldest.abort()

    def go(self, transport: asyncio.BaseTransport) -> None:
        """It waits no more."""
        self.waiting.pop(transport, None)


def fair_share_of_files() -> int:
    """How many connections may wait: an eighth of the files the process may open; the rest is for calls and people."""
    return max(_FEWEST, files_of_process() // 8)


def files_of_process() -> int:
    """How many files and sockets the process may have open."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 4_096 if most == resource.RLIM_INFINITY else most
