"""Web hooks as the courier and whoever looks after them see the store."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy import Engine

from service.clock import Clock
from service.store import deliveries
from service.store.deliveries import Delivery
from web.sources import DeadLetter

_Answer = TypeVar("_Answer")


class Database(Protocol):
    """The store's turns to write and read. Both raise StoreUnavailableError."""

    async def write(self, work: Callable[[Engine], _Answer]) -> _Answer:
        """Do it in the writer's thread."""
        ...

    async def read(self, work: Callable[[Engine], _Answer]) -> _Answer:
        """Ask off the event loop."""
        ...


class LetterBox:
    """Letters under way and dead ones. Fills `web.sources.DeadLetters`. All raise StoreUnavailableError."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def take_due(self, route: str, limit: int, again_at: datetime) -> list[Delivery]:
        """The next letters of a route; nobody else gets them before `again_at`."""
        now_at = self._clock.now_at()
        return await self._database.write(
            lambda engine: deliveries.take_due(engine, route, limit, now_at, again_at)
        )  # fmt: skip

    async def delivered(self, delivery_id: int) -> None:
        """The receiver has it."""
        await self._database.write(lambda engine: deliveries.delivered(engine, delivery_id))

    async def failed(self, delivery_id: int, attempts: int, reason: str, due_at: datetime | None) -> None:
        """It went wrong; without a moment for the next try it is dead."""
        await self._database.write(lambda engine: deliveries.failed(engine, delivery_id, attempts, reason, due_at))

    async def dead(self, route: str | None, limit: int, before: int | None) -> list[DeadLetter]:
        """Newest first; `before` is the last delivery_id of the page before."""
        found = await self._database.read(lambda engine: deliveries.dead(engine, route, limit, before))
        return [
            DeadLetter(
                delivery_id=each.delivery_id,
                route=each.route,
                event_id=each.event_id,
                attempts=each.attempts,
                failure=each.failure or "",
                created_at=each.created_at,
                event=json.loads(each.body),
            )
            for each in found
        ]

    async def replay(self, delivery_id: int | None, route: str | None) -> int:
        """On their way again: one, those of a route, or all; answers how many."""
        now_at = self._clock.now_at()
        return await self._database.write(lambda engine: deliveries.replay(engine, delivery_id, route, now_at))
