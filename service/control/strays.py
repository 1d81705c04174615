"""What we made at a PBX: what is wanted lives, everything else of ours is removed until the PBX says it is gone."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable

import structlog

from service.control.follower import LinkError

_log = structlog.get_logger(__name__)
_AGAIN_S = 0.5
_LOOK_S = 0.02
_MOST_WAITING = 100_000  # far more than a PBX can hold


class Strays:
    """Belongs to one feed. A thing is told by its name at the PBX, which we chose, so it is known before it exists.

    A request whose answer got lost may still be carried out: its thing shows in an event or in the list after the
    link is made again, is not among the living, and goes.
    """

    def __init__(self, feed: str, is_ours: Callable[[str], bool], remove: Callable[[str], Awaitable[bool]]) -> None:
        """`remove` answers whether the thing is gone; it raises LinkError when the PBX cannot be asked."""
        self._feed, self._is_ours, self._remove = feed, is_ours, remove
        self._living: set[str] = set()
        self._waiting: dict[str, None] = {}
        self._woken = asyncio.Event()
        self.counts: Counter[str] = Counter({"removed": 0, "found": 0})

    @property
    def waiting(self) -> int:
        """Things to be removed."""
        return len(self._waiting)

    @property
    def living(self) -> frozenset[str]:
        """Things that are wanted."""
        return frozenset(self._living)

    def expect(self, thing: str) -> None:
        """It is about to be made."""
        self._waiting.pop(thing, None)
        self._living.add(thing)

    def drop(self, thing: str) -> None:
        """It is not wanted any more, whether or not it was ever made."""
        self._living.discard(thing)
        self._waiting[thing] = None
        if len(self._waiting) > _MOST_WAITING:
            del self._waiting[next(iter(self._waiting))]
        self._woken.set()

    def seen(self, thing: str) -> None:
        """The PBX has it."""
        if self._is_ours(thing) and thing not in self._living and thing not in self._waiting:
            self.counts["found"] += 1
            self.drop(thing)

    def gone(self, thing: str) -> None:
        """The PBX has it no more."""
        self._living.discard(thing)
        self._waiting.pop(thing, None)

    def linked(self) -> None:
        """The PBX can be asked again."""
        self._woken.set()

    async def settled(self, things: Iterable[str], within_s: float) -> None:
        """Wait for these to be removed."""
        wanted = set(things)
        for _ in range(max(1, round(within_s / _LOOK_S))):
            if not wanted & self._waiting.keys():
                return
            await asyncio.sleep(_LOOK_S)

    async def clear(self) -> None:
        """Nothing is wanted any more: remove everything, once. Raises LinkError."""
        for thing in list(self._living):
            self.drop(thing)
        for thing in list(self._waiting):
            if await self._remove(thing):
                self._waiting.pop(thing, None)

    async def run(self) -> None:
        """Remove until cancelled."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            if not await self._sweep():
                await asyncio.sleep(_AGAIN_S)
                self._woken.set()

    async def _sweep(self) -> bool:
        """Try all once; whether nothing is left to be tried."""
        for thing in list(self._waiting):
            if thing not in self._waiting:
                continue  # it is wanted again, or has gone by itself
            try:
                gone = await self._remove(thing)
            except LinkError as error:
                _log.info("what was made at the telephone system waits to be removed", feed=self._feed, why=str(error))
                return False
            if gone and thing in self._waiting:
                del self._waiting[thing]
                self.counts["removed"] += 1
        return not self._waiting
