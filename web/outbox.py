"""What waits to be sent to one console: bounded, and the newer of two replaceable messages wins."""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable


class Outbox:
    """Messages in order. `offer` never waits; one reader takes them with `take`.

    A message with a key takes the place of a waiting one of the same key (call states, partials, levels).
    When `most` are waiting, the oldest droppable one (levels, partials) goes; when there is none, the box has
    overflowed for good and its console must be closed: it resumes by cursor.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: OrderedDict[Hashable, str] = OrderedDict()
        self._droppable: OrderedDict[Hashable, None] = OrderedDict()
        self._next_number = 0
        self._something = asyncio.Event()
        self.overflowed = False
        self.replaced = 0  # messages a newer one took the place of
        self.dropped = 0  # messages dropped to make room
        self.finished = False

    def __len__(self) -> int:
        return len(self._waiting)

    def offer(self, text: str, key: Hashable | None = None, *, droppable: bool = False) -> None:
        """Queue one message; after an overflow it is ignored."""
        if self.overflowed:
            return
        if key is not None and key in self._waiting:
            self.replaced += 1
        elif len(self._waiting) >= self._most and not self._make_room():
            self.overflow()
            return
        if key is None:
            self._next_number += 1
            key = self._next_number
        self._waiting[key] = text
        if droppable:
            self._droppable[key] = None
        else:
            self._droppable.pop(key, None)
        self._something.set()

    def overflow(self) -> None:
        """Give up: nothing more is taken, the reader is told."""
        self.overflowed = True
        self._waiting.clear()
        self._droppable.clear()
        self._something.set()

    def finish(self) -> None:
        """Nothing more will be queued; what waits is still taken, then the reader is told."""
        self.finished = True
        self._something.set()

    async def take(self) -> str | None:
        """The next message, waiting for one; None after an overflow, or behind the last of a finished box."""
        while not self._waiting and not self.overflowed and not self.finished:
            self._something.clear()
            await self._something.wait()
        if self.overflowed or not self._waiting:
            return None
        key, text = self._waiting.popitem(last=False)
        self._droppable.pop(key, None)
        return text

    def _make_room(self) -> bool:
        if not self._droppable:
            return False
        key, _ = self._droppable.popitem(last=False)
        del self._waiting[key]
        self.dropped += 1
        return True
