"""What is kept too long is deleted for good: a few rows at a time, so that nothing waits for it."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeVar

import structlog
from sqlalchemy import ColumnElement, Connection, Engine, Table, delete, func, select

from config.keeping import RetentionSettings
from service.clock import Clock
from service.store.alert_writes import insert_of
from service.store.database import writing
from service.store.desk_tables import alert_acts, mutes, suppressions
from service.store.figure_days import forget_before
from service.store.spoken_index import forget_deleted
from service.store.tables import (
    alert_changes,
    alerts,
    call_events,
    call_observations,
    call_timelines,
    calls,
    deliveries,
    legs,
    marks,
    utterances,
)
from web.sources import CallState, StoreUnavailableError

_log = structlog.get_logger(__name__)
_AT_ONCE = 500
_FORGET_WORDS_EVERY = timedelta(days=1)
FORGOTTEN = "forgotten_up_to"  # the highest sequence that was deleted: an older cursor gets a snapshot
_Answer = TypeVar("_Answer")


class Written(Protocol):
    """The store's turn to write."""

    async def write(self, work: Callable[[Engine], _Answer]) -> _Answer:
        """Do it in the writer's thread."""
        ...


class Retention:
    """Sweeps regularly. `folders` are files with their days: clips, recordings."""

    def __init__(
        self,
        settings: RetentionSettings,
        store: Written,
        clock: Clock,
        folders: Sequence[tuple[Path, int]],
        delete_older: Callable[[Path, float], int],
    ) -> None:
        self._settings, self._store, self._clock = settings, store, clock
        self._folders, self._delete_older = folders, delete_older
        self.rows = self.files = 0  # deleted since the start
        self._words_forgotten_at: datetime | None = None

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(self._settings.sweep_s)
            try:
                await self.sweep()
            except (StoreUnavailableError, OSError) as error:
                _log.warning("old entries could not be deleted now", failure=type(error).__name__)

    async def sweep(self) -> None:
        """Delete everything that is due. Raises StoreUnavailableError, OSError."""
        now_at, deleted = self._clock.now_at(), 0
        for work in due(self._settings, now_at):
            while count := await self._store.write(work):
                deleted += count
        if deleted:
            await self._forget_words()
            await self._store.write(leave_no_trace)
        self.rows += deleted
        for folder, days in self._folders:
            if days:
                before_s = time.time() - days * 86_400  # by the clock that stamped the files
                self.files += await asyncio.to_thread(self._delete_older, folder, before_s)

    async def _forget_words(self) -> None:
        """Once a day: merging the index of what was said is the work of writing it anew, done in small pieces."""
        now_at = self._clock.now_at()
        if self._words_forgotten_at is not None and now_at - self._words_forgotten_at < _FORGET_WORDS_EVERY:
            return
        more = await self._store.write(lambda engine: forget_deleted(engine, anew=True))
        while more:
            more = await self._store.write(lambda engine: forget_deleted(engine, anew=False))
        self._words_forgotten_at = now_at


def due(settings: RetentionSettings, now_at: datetime) -> Iterator[Callable[[Engine], int]]:
    """Pieces of work; each deletes a few rows and answers how many, 0 when none is left."""
    if settings.alerts_days:
        alerted_at = now_at - timedelta(days=settings.alerts_days)
        yield lambda engine: _delete_alerts(engine, alerted_at)
        yield lambda engine: _delete_rows(engine, alert_acts, alert_acts.c.at < alerted_at)
        yield lambda engine: _delete_rows(engine, suppressions, suppressions.c.at < alerted_at)
        yield lambda engine: _delete_rows(engine, mutes, mutes.c.until < alerted_at)
        yield lambda engine: forget_before(engine, alerted_at)
    if settings.calls_days:
        before_at = now_at - timedelta(days=settings.calls_days)
        yield lambda engine: forget_before(engine, before_at)
        yield lambda engine: _delete_calls(engine, before_at)
        yield lambda engine: _delete_rows(engine, call_events, call_events.c.received_at < before_at)
    if settings.transcripts_days:
        spoken_at = now_at - timedelta(days=settings.transcripts_days)
        yield lambda engine: _delete_rows(engine, utterances, utterances.c.kept_at < spoken_at)
        yield lambda engine: _delete_rows(engine, call_timelines, call_timelines.c.ended_at < spoken_at)
        said = call_observations.c.has_text & (call_observations.c.ended_at < spoken_at)
        yield lambda engine: _delete_rows(engine, call_observations, said)
    dead_at = now_at - timedelta(days=settings.deliveries_days)
    yield lambda engine: _delete_rows(engine, deliveries, deliveries.c.created_at < dead_at)


def leave_no_trace(engine: Engine) -> None:
    """SQLite: what was deleted is overwritten already; give its pages back and empty the log that still holds it."""
    if engine.dialect.name != "sqlite":
        return  # a server does the same by its own VACUUM (operations.md)
    raw = engine.raw_connection()
    try:
        for pragma in ("incremental_vacuum", "wal_checkpoint(TRUNCATE)"):
            cursor = raw.cursor()
            cursor.execute(f"PRAGMA {pragma}").fetchall()
            cursor.close()
    finally:
        raw.close()


def forgotten_up_to(connection: Connection) -> int:
    """The highest sequence that was ever deleted."""
    return connection.execute(select(marks.c.number).where(marks.c.name == FORGOTTEN)).scalar() or 0


def _delete_alerts(engine: Engine, before_at: datetime) -> int:
    with writing(engine).begin() as connection:
        old = select(alerts.c.alert_id).where(alerts.c.updated_at < before_at).limit(_AT_ONCE)
        ids = list(connection.execute(old).scalars())
        if not ids:
            return 0
        of_them = alert_changes.c.alert_id.in_(ids)
        newest = connection.execute(select(func.max(alert_changes.c.sequence)).where(of_them)).scalar() or 0
        mark = insert_of(connection)(marks).values(name=FORGOTTEN, number=max(newest, forgotten_up_to(connection)))
        connection.execute(
            mark.on_conflict_do_update(index_elements=["name"], set_={"number": mark.excluded["number"]})
        )
        connection.execute(delete(alerts).where(alerts.c.alert_id.in_(ids)))
        connection.execute(delete(alert_changes).where(of_them))
        return len(ids)


def _delete_calls(engine: Engine, before_at: datetime) -> int:
    with writing(engine).begin() as connection:
        over = (calls.c.state == CallState.ENDED.value) & (calls.c.started_at < before_at)
        ids = list(connection.execute(select(calls.c.call_id).where(over).limit(_AT_ONCE)).scalars())
        for table in (legs, call_observations, calls):
            connection.execute(delete(table).where(table.c.call_id.in_(ids)))
        return len(ids)


def _delete_rows(engine: Engine, table: Table, old: ColumnElement[bool]) -> int:
    key = list(table.primary_key)
    with writing(engine).begin() as connection:
        rows = connection.execute(select(*key).where(old).limit(_AT_ONCE)).all()
        for row in rows:
            same = [column == value for column, value in zip(key, row, strict=True)]
            connection.execute(delete(table).where(*same))
        return len(rows)
