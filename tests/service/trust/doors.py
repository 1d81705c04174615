"""A front door on a real store, with or without its second beat."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from config.settings import Settings
from service.clock import Clock
from service.ledger.ledger_book import StoredLedger
from service.store.store import Store
from service.trust.front_door import FrontDoor
from web.sources import AlertChange

PASSWORD = "correct horse battery"  # noqa: S105 - of users that live for one test


@dataclass(frozen=True, slots=True)
class Door:
    """One node's."""

    front: FrontDoor
    ledger: StoredLedger


@asynccontextmanager
async def open_door(settings: Settings, clock: Clock, node: str = "one", *, beats: bool = True) -> AsyncIterator[Door]:
    """Started; `beats` looks once a second at what other processes change."""
    store = Store(settings, clock, node)
    ledger = StoredLedger(store, clock)
    front = FrontDoor(settings, store, clock, ledger)
    await store.open()
    writing = asyncio.create_task(store.run(_tell_nobody))
    await front.start()
    beating = asyncio.create_task(front.run()) if beats else None
    try:
        yield Door(front, ledger)
    finally:
        for task in (beating, writing):
            if task is writing:
                await store.close()
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)


def _tell_nobody(_change: AlertChange, _after: int | None) -> None:
    return None
