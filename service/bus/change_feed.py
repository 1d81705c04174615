"""Every change of every alert exactly once and in order, whichever node made it and by whichever road it came."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

from web.sources import AlertChange, StoreUnavailableError

_log = structlog.get_logger(__name__)
_REMEMBERED = 20_000  # changes told before they were stored: hours of a database that is away
_REMEMBERED_TOLD = 5_000  # changes handed on of late: minutes of the largest floor
_AT_ONCE = 1_000  # changes read from the store at a time


class ToldChanges(Protocol):
    """Who is told. Must not raise."""

    def __call__(self, change: AlertChange, *, told_before: bool) -> None:
        """One change; `told_before` when it was told already, without its sequence."""
        ...


class ChangeFeed:
    """Takes changes as they come, hands them on in the order of the store's sequence.

    The store is the truth: what fits behind the last change goes on at once; where something is missing between,
    the store is asked. So a message that got lost, came twice or came late changes nothing but the moment.
    """

    def __init__(
        self,
        newest: Callable[[], Awaitable[int]],
        since: Callable[[int, int], Awaitable[list[AlertChange]]],
        told: ToldChanges,
    ) -> None:
        self._newest, self._since, self._told = newest, since, told
        self._last: int | None = None
        self._early: OrderedDict[tuple[str, int], None] = OrderedDict()  # told without a sequence, not stored yet
        self._late: OrderedDict[tuple[str, int], None] = OrderedDict()  # handed on, whatever still comes of them
        self._behind = asyncio.Event()
        self.gaps = 0  # times the store had to be asked

    @property
    def last(self) -> int:
        """The sequence of the newest change handed on."""
        return self._last or 0

    async def start(self) -> None:
        """Everything from now on. Raises StoreUnavailableError."""
        self._last = await self._newest()

    def offer(self, change: AlertChange, after: int | None) -> None:
        """A change, and the sequence just before it (None: the change is not stored yet)."""
        if change.sequence is None or after is None:
            if (change.alert.alert_id, change.alert.version) not in self._late:  # stored, and found there meanwhile
                self._remember(change)
                self._told(change, told_before=False)
        elif self._last is not None and change.sequence > self._last:
            if after == self._last:
                self._hand_on(change)
            else:
                self._behind.set()

    def look(self) -> None:
        """Something may have been missed: ask the store soon."""
        self._behind.set()

    async def run(self, look_every_s: float | None) -> None:
        """Ask the store where something is missing, and every so often anyway where other nodes write to it."""
        while True:
            try:
                async with asyncio.timeout(look_every_s):
                    await self._behind.wait()
            except TimeoutError:
                pass
            self._behind.clear()
            try:
                await self._catch_up()
            except StoreUnavailableError:
                self._behind.set()
                await asyncio.sleep(min(1.0, look_every_s or 1.0))

    async def _catch_up(self) -> None:
        """Read on from the last change until nothing is left."""
        while True:
            missed = await self._since(self.last, _AT_ONCE)
            self.gaps += bool(missed)
            for change in missed:
                if change.sequence is not None and change.sequence > self.last:
                    self._hand_on(change)
            if len(missed) < _AT_ONCE:
                return

    def _hand_on(self, change: AlertChange) -> None:
        self._last = change.sequence
        key = (change.alert.alert_id, change.alert.version)
        told_before = key in self._early
        self._early.pop(key, None)
        self._late[key] = None
        while len(self._late) > _REMEMBERED_TOLD:
            self._late.popitem(last=False)
        self._told(change, told_before=told_before)

    def _remember(self, change: AlertChange) -> None:
        self._early[change.alert.alert_id, change.alert.version] = None
        while len(self._early) > _REMEMBERED:
            self._early.popitem(last=False)
