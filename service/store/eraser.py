"""Erases one person's calls from everywhere: database, clips, recordings, memory, the stream in Redis."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol, TypeVar

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from config.settings import Settings
from service.clips.places import clip_path, recordings_of
from service.store.database import database_url, error_name, make_engine, migrate
from service.store.erasure import alerts_of, erase_calls, find_calls, leave_nothing
from web.erasure import Erased, Person
from web.sources import StoreUnavailableError

_log = structlog.get_logger(__name__)
_Answer = TypeVar("_Answer")


class Writes(Protocol):
    """The store's turn to write."""

    async def write(self, work: Callable[[Engine], _Answer]) -> _Answer:
        """Do it there. Raises StoreUnavailableError."""
        ...


class Eraser:
    """Fills `web.erasure.Erasure`. `forget` takes what memory and Redis still hold of the calls."""

    def __init__(
        self,
        store: Writes,
        clips: Path,
        recordings: Path,
        forget: Callable[[Sequence[str]], Awaitable[None]],
    ) -> None:
        self._store, self._clips, self._recordings, self._forget = store, clips, recordings, forget

    async def erase(self, person: Person) -> Erased:
        """Rows, clips and recordings of every call of the person that is over."""
        found = await self._store.write(lambda engine: find_calls(engine, person))
        erased = await self.erase_calls(found.over)
        _log.info("calls of a person were erased", calls=erased.calls, rows=erased.rows, files=erased.files)
        return Erased(erased.calls, erased.rows, erased.files, found.running)

    async def erase_calls(self, call_ids: Sequence[str]) -> Erased:
        """Rows, clips and recordings of these calls, which are over."""
        alert_ids = await self._store.write(lambda engine: alerts_of(engine, call_ids))
        await self._forget(call_ids)
        files = await asyncio.to_thread(self._delete_files, call_ids, alert_ids)
        rows = await self._store.write(lambda engine: erase_calls(engine, call_ids))
        await self._store.write(leave_nothing)
        return Erased(len(call_ids), rows, files, 0)

    def _delete_files(self, call_ids: Sequence[str], alert_ids: Sequence[str]) -> int:
        paths = [clip_path(self._clips, alert_id) for alert_id in alert_ids]
        paths += [path for call_id in call_ids for path in recordings_of(self._recordings, call_id)]
        deleted = 0
        for path in paths:
            if path.exists():
                path.unlink()
                deleted += 1
        return deleted


class OwnDatabase:
    """The database opened for one command alone, whether Earshot runs or not. Fills `Writes`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def write(self, work: Callable[[Engine], _Answer]) -> _Answer:
        """At once. Raises StoreUnavailableError."""
        try:
            return await asyncio.to_thread(work, self._engine)
        except SQLAlchemyError as error:
            raise StoreUnavailableError(error_name(error)) from None


@asynccontextmanager
async def own_database(settings: Settings) -> AsyncIterator[OwnDatabase]:
    """Open it, brought up to date. Raises StoreError."""
    engine = make_engine(database_url(settings), settings.store.busy_ms)
    try:
        await asyncio.to_thread(migrate, engine)
        yield OwnDatabase(engine)
    finally:
        engine.dispose()
