"""The store as the rest of the service sees it: open, run, save, ask, close."""

import asyncio
import fcntl
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, Engine, Table
from sqlalchemy.exc import SQLAlchemyError

from alerts.alert import Alert
from config.settings import Settings
from service.clock import Clock, SystemClock
from service.store import deliveries, reads
from service.store.alert_writes import Stored, amend_alert
from service.store.database import StoreError, database_url, error_name, make_engine, migrate
from service.store.deliveries import Letter
from service.store.rows import event_row, line_row
from service.store.tables import call_events, call_timelines, legs, utterances
from service.store.timelines import kept_timeline, timeline_content
from service.store.waiting import Row, WaitingWrites
from service.store.writer import Published, Writer
from service.store.writes import close_abandoned_calls, end_lost_calls
from streaming.frames import Leg
from web.sources import (
    AlertChange,
    CallEvent,
    CallState,
    CallView,
    StoreUnavailableError,
    Timeline,
    TranscriptLine,
    UnknownAlertError,
)

_log = structlog.get_logger(__name__)
_Answer = TypeVar("_Answer")
Outbox = Callable[[AlertChange, Alert | None], Sequence[Letter]]
"""Which letters a change gives: they are written with it."""


def _no_letters(change: AlertChange, before: Alert | None) -> Sequence[Letter]:
    return ()


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """How the store is: what waits, what went wrong since the start, and why it cannot write now (None: it can)."""

    failing: str | None
    waiting: int
    failures: int
    dropped_calls: int
    dropped_rows: int
    dropped_alerts: int
    refused_rows: int
    shown_unstored: int


class Store:
    """Calls and alerts that outlive the process. Fills `web.sources.Alerts`. All methods belong to the event loop.

    Order of life: `open()`, a task that runs `run(published)`, `save_…` at any time, `close()`.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock | None = None,
        node_id: str | None = None,
        outbox: Outbox = _no_letters,
    ) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        self._node_id, self._outbox = node_id, outbox
        self._waiting = WaitingWrites(settings.store.queue)
        self._engine: Engine | None = None
        self._writer: Writer | None = None
        self._lock_file: int | None = None
        self._reading: set[asyncio.Task[Any]] = set()

    async def open(self) -> None:
        """Make or bring up to date the database, and end the calls a killed process left. Raises StoreError."""
        url = database_url(self._settings)
        embedded = url.get_backend_name() == "sqlite"
        if embedded and url.database:
            self._lock_file = await asyncio.to_thread(_take, Path(url.database))
        engine = make_engine(url, self._settings.store.busy_ms)
        try:
            await asyncio.to_thread(migrate, engine)
            # a server's database may hold the running calls of other nodes; the embedded one has only ours
            left = await asyncio.to_thread(close_abandoned_calls, engine) if embedded else 0
        except BaseException:
            engine.dispose()
            self._let_go()
            raise
        if left:
            _log.warning("calls of an interrupted run were ended", calls=left)
        self._engine = engine
        self._writer = Writer(engine, self._waiting, self._settings.store, self._clock, self._node_id, self._also)
        self._writer.wake()

    async def run(self, published: Published) -> None:
        """Write until closed or cancelled. After its commit each change is handed to `published`, in order.

        With it comes the sequence just before. While the database cannot write, changes are handed on at once with
        the sequence None, and once more with their sequence when they are stored at last.
        """
        await self._open_writer().run(published)

    def save_alert(self, alert: Alert) -> None:
        """Queue a change of an alert; it is never dropped. Repeating a stored version changes nothing."""
        self._waiting.add_alert(alert)
        if self._writer is not None:
            self._writer.wake()

    def save_call(self, call: CallView) -> None:
        """Queue the newest state of a call; an older one still waiting is replaced."""
        self._waiting.add_call(call)
        if self._writer is not None:
            self._writer.wake()

    def save_row(self, table: Table, **values: object) -> None:
        """Queue a row of another table; the first to be dropped when too much waits. The same key is replaced."""
        self._waiting.add_row(Row(table, values))
        if self._writer is not None:
            self._writer.wake()

    def save_line(self, line: TranscriptLine) -> None:
        """Queue a final utterance, masked; a later revision of the same replaces it."""
        self.save_row(utterances, **line_row(line, self._clock.now_at()))

    def save_timeline(self, call_id: str, ended_at: datetime, timeline: Timeline) -> None:
        """Queue the levels and spans of an ended call."""
        self.save_row(call_timelines, call_id=call_id, ended_at=ended_at, content=timeline_content(timeline))

    def save_stream(self, call_id: str, leg: Leg, stream_id: str) -> None:
        """Queue which leg of which call a stream was announced for."""
        self.save_row(legs, call_id=call_id, leg=leg.value, stream_id=stream_id)

    def save_event(self, call_id: str, event: CallEvent) -> None:
        """Queue an event of the PBX, with the moment it came."""
        self.save_row(call_events, **event_row(call_id, event, self._clock.now_at()))

    async def amend_alert(self, alert_id: str, change: Callable[[Alert], Alert | None]) -> AlertChange | None:
        """The next version of an alert made from its newest, in one transaction; None when `change` wants none.

        `change` runs in the writer's thread and may raise. Raises UnknownAlertError, StoreUnavailableError.
        """
        writer = self._open_writer()
        answer = await writer.ask(lambda engine: amend_alert(engine, alert_id, change, self._clock, self._also))
        if answer is None:
            raise UnknownAlertError
        if not isinstance(answer, Stored):
            return None
        writer.publish(answer)
        return answer.change

    async def write(self, work: Callable[[Engine], _Answer]) -> _Answer:
        """Do `work` in the writer's turn: for tables of other rooms. Raises StoreUnavailableError."""
        return await self._open_writer().ask(work)

    async def read(self, work: Callable[[Engine], _Answer]) -> _Answer:
        """Ask the database off the event loop. Raises StoreUnavailableError."""
        answer = asyncio.create_task(asyncio.to_thread(work, self._open_engine()))
        self._reading.add(answer)  # its thread goes on when the asker is cancelled, and closing waits for it
        answer.add_done_callback(self._has_read)
        try:
            return await asyncio.shield(answer)
        except SQLAlchemyError as error:
            raise StoreUnavailableError(error_name(error)) from None

    async def written(self) -> None:
        """Return once everything queued is committed (needs `run`)."""
        await self._open_writer().written()

    @property
    def is_shared(self) -> bool:
        """Whether other nodes may write to the same database."""
        return self._open_engine().dialect.name != "sqlite"

    async def now_there(self) -> datetime:
        """What time it is by the database's clock."""
        return await self.read(reads.now_there)

    async def newest(self) -> int:
        """The newest sequence."""
        return await self.read(reads.newest)

    async def changes_after(self, sequence: int, limit: int) -> list[AlertChange]:
        """The next changes after `sequence`, in order, at most `limit`."""
        return await self.read(lambda engine: reads.changes_after(engine, sequence, limit))

    def status(self) -> StoreStatus:
        """For health and metrics; reads nothing."""
        writer = self._open_writer()
        return StoreStatus(
            failing=writer.failing,
            waiting=len(self._waiting),
            failures=writer.failures,
            dropped_calls=self._waiting.dropped_calls,
            dropped_rows=self._waiting.dropped_rows,
            dropped_alerts=self._waiting.dropped_alerts,
            refused_rows=writer.refused_rows,
            shown_unstored=writer.shown_unstored,
        )

    async def close(self) -> None:
        """Write the rest, let the files go. After it nothing can be saved or asked."""
        if self._engine is None:
            return
        left = await self._open_writer().close()
        if left:
            _log.error("the store closed with writes left undone", writes=left)
        engine, self._engine, self._writer = self._engine, None, None
        if self._reading:
            await asyncio.wait(self._reading, timeout=self._settings.store.drain_s)
        await asyncio.to_thread(engine.dispose)
        self._let_go()

    async def search(
        self,
        state: Sequence[str],
        severity: Sequence[str],
        kind: Sequence[str],
        call_id: str | None,
        since: datetime | None,
        limit: int,
        before: int | None,
    ) -> list[AlertChange]:
        """Newest change of each alert, newest first; `since` is about that change's `updated_at`."""
        return await self.read(
            lambda engine: reads.search_alerts(engine, state, severity, kind, call_id, since, limit, before)
        )

    async def get(self, alert_id: str) -> list[AlertChange]:
        """All versions of one alert, oldest first; empty when unknown."""
        unstored = [change for change in self._unstored() if change.alert.alert_id == alert_id]
        return _with_unstored(await self.read(lambda engine: reads.alert_history(engine, alert_id)), unstored)

    async def open_now(self) -> tuple[int, list[Alert]]:
        """The newest sequence and every alert that is not over, those shown but not yet stored with them."""
        unstored = self._unstored()
        sequence, stored = await self.read(reads.open_alerts)
        newest = {alert.alert_id: alert for alert in stored}
        for change in unstored:
            known = newest.get(change.alert.alert_id)
            if known is None or known.version < change.alert.version:
                newest[change.alert.alert_id] = change.alert
        return sequence, [alert for alert in newest.values() if alert.state not in reads.OVER]

    async def since(self, sequence: int, limit: int) -> list[AlertChange] | None:
        """Changes after `sequence`, in order, then those shown but not yet stored; None when more than `limit`.

        None too for a sequence that this database has never reached.
        """
        unstored = self._unstored()
        stored = await self.read(lambda engine: reads.changes_since(engine, sequence, limit))
        return None if stored is None else _with_unstored(stored, unstored)

    async def calls(self, state: CallState | None, queue: str | None, limit: int, before: str | None) -> list[CallView]:
        """Calls as last stored (running ones too), newest first; an unknown `before` gives an empty page."""
        return await self.read(lambda engine: reads.search_calls(engine, state, queue, limit, before))

    async def running_elsewhere(self) -> list[tuple[str | None, CallView]]:
        """Calls that are not over and that another node hears or heard last, with that node."""
        node_id = self._node_id or ""
        return await self.read(lambda engine: reads.running_elsewhere(engine, node_id))

    async def end_lost_calls(self, lost: Sequence[tuple[str, str | None]]) -> None:
        """End calls whose node is gone, unless another has taken them: (call_id, the node that is gone)."""
        await self.write(lambda engine: end_lost_calls(engine, lost))

    async def leg_of_stream(self, stream_id: str) -> tuple[str, Leg] | None:
        """The call and leg that any node announced for this stream."""
        return await self.read(lambda engine: reads.leg_of_stream(engine, stream_id))

    async def streams_of(self, call_id: str) -> dict[Leg, str]:
        """The streams that any node announced for a call."""
        return await self.read(lambda engine: reads.streams_of(engine, call_id))

    async def words(self, call_id: str) -> list[TranscriptLine]:
        """What was said in a call, as it was kept."""
        return await self.read(lambda engine: reads.words_of(engine, call_id))

    async def timeline(self, call_id: str) -> Timeline | None:
        """Levels and spans of an ended call; None where none are kept."""
        return await self.read(lambda engine: kept_timeline(engine, call_id))

    async def call(self, call_id: str) -> CallView | None:
        """One call as last stored; None when unknown."""
        return await self.read(lambda engine: reads.find_call(engine, call_id))

    def _also(self, connection: Connection, change: AlertChange, before: Alert | None) -> None:
        deliveries.post(connection, self._outbox(change, before), self._clock.now_at())

    def _unstored(self) -> list[AlertChange]:
        # asked before a read: what is committed during the read is then in both, never in neither
        return [AlertChange(None, waiting.alert) for waiting in self._waiting.alerts() if waiting.shown]

    def _has_read(self, answer: asyncio.Task[Any]) -> None:
        self._reading.discard(answer)
        if not answer.cancelled():
            answer.exception()  # looked at, whether or not its asker is still there

    def _open_engine(self) -> Engine:
        if self._engine is None:
            raise StoreError("the store is not open")
        return self._engine

    def _open_writer(self) -> Writer:
        if self._writer is None:
            raise StoreError("the store is not open")
        return self._writer

    def _let_go(self) -> None:
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None


def _with_unstored(stored: list[AlertChange], unstored: list[AlertChange]) -> list[AlertChange]:
    known = {(change.alert.alert_id, change.alert.version) for change in stored}
    return stored + [change for change in unstored if (change.alert.alert_id, change.alert.version) not in known]


def _take(database: Path) -> int:
    """Hold the database for this process alone, so that no second service ends the first one's calls."""
    try:
        database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)  # customers' numbers: nobody else's business
        lock_file = os.open(database.with_name(database.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(
            f"{database}: cannot be made ({error.strerror}); name a folder you may write in with EARSHOT_DATA_DIR"
        ) from None
    try:
        fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock_file)
        raise StoreError(
            f"{database}: another Earshot uses it; stop that one, or name another folder with EARSHOT_DATA_DIR"
        ) from None
    return lock_file
