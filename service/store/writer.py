"""The one task that writes: batches off the event loop, changes handed on in order, and patience with a sick disk."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from config.settings import StoreSettings
from service.clock import Clock
from service.store.alert_writes import Also, Stored, stamped
from service.store.database import error_name
from service.store.waiting import Batch, WaitingWrites
from service.store.writes import is_rows_fault, write
from web.sources import AlertChange, StoreUnavailableError

_log = structlog.get_logger(__name__)

_BATCH = 100  # writes of one sort in one transaction: about 50 ms measured, well below the patience of an alert
_FIRST_BACK_OFF_S = 0.05

Published = Callable[[AlertChange, int | None], None]
"""A change and, where it is stored, the sequence just before it."""
_Answer = TypeVar("_Answer")


class Writer:
    """Takes from `waiting`, commits, hands on. Counts what went wrong; nothing that waits is ever thrown away by it."""

    def __init__(
        self,
        engine: Engine,
        waiting: WaitingWrites,
        settings: StoreSettings,
        clock: Clock,
        node_id: str | None,
        also: Also,
    ) -> None:
        self._engine, self._waiting, self._settings, self._clock = engine, waiting, settings, clock
        self._node_id, self._also = node_id, also
        self._thread = ThreadPoolExecutor(1, "store-writer")
        self._wake = asyncio.Event()
        self._written = asyncio.Event()
        self._draining = asyncio.Lock()  # `close` may meet `run` in the middle of a batch
        self._published: Published = _nobody
        self._give_up_at_s: float | None = None  # loop time; set while closing
        self.failures = 0
        self.failing: str | None = None  # the name of the failure that holds writing up now
        self.refused_rows = 0
        self.shown_unstored = 0

    def wake(self) -> None:
        """Something waits to be written."""
        self._written.clear()
        self._wake.set()

    async def written(self) -> None:
        """Return once nothing waits any more."""
        if self._waiting:
            await self._written.wait()

    async def run(self, published: Published) -> None:
        """Write what comes until cancelled or closed. `published` is called in order and must not raise."""
        self._published = published
        while self._give_up_at_s is None:
            await self._drain()
            self._wake.clear()
            if not self._waiting and self._give_up_at_s is None:
                await self._wake.wait()

    async def close(self) -> int:
        """Write the rest, as long as the settings allow; answers how many writes had to be left."""
        self._give_up_at_s = asyncio.get_running_loop().time() + self._settings.drain_s
        self._wake.set()
        await self._drain()
        await asyncio.to_thread(self._thread.shutdown)
        self._written.set()
        return len(self._waiting)

    async def _drain(self) -> None:
        tries = 0
        async with self._draining:
            while self._waiting and not self._is_too_late():
                if await self._write(self._waiting.batch(_BATCH)):
                    tries, self.failing = 0, None
                else:
                    tries = min(tries + 1, 20)  # 2**20 is beyond any longest back-off
                    self._show_unstored()
                    await self._back_off(min(_FIRST_BACK_OFF_S * 2**tries, self._settings.longest_back_off_s))
        if not self._waiting:
            self._written.set()

    def _is_too_late(self) -> bool:
        return self._give_up_at_s is not None and asyncio.get_running_loop().time() >= self._give_up_at_s

    async def _write(self, batch: Batch) -> bool:
        try:
            changes = await self._commit(batch)
        except (SQLAlchemyError, ValueError, ArithmeticError) as error:
            if is_rows_fault(error):
                return await self._write_singly(batch, error)
            self.failures += 1
            if self.failing is None:
                _log.warning("the store cannot write", failure=error_name(error), waiting=len(self._waiting))
            self.failing = error_name(error)
            return False
        self._waiting.done(batch)
        for stored in changes:
            self._published(stored.change, stored.after)
        return True

    async def ask(self, work: Callable[[Engine], _Answer]) -> _Answer:
        """Do one write in the writer's turn, behind what is being written. Raises StoreUnavailableError."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work, self._engine)
        except (SQLAlchemyError, RuntimeError) as error:  # RuntimeError: the thread has been shut down
            self.failures += 1
            raise StoreUnavailableError(error_name(error)) from None

    def publish(self, stored: Stored) -> None:
        """Hand on a change that `ask` has stored."""
        self._published(stored.change, stored.after)

    async def _write_singly(self, batch: Batch, error: Exception) -> bool:
        """One row of the batch can never be written: write the others, and set that one aside."""
        if len(batch.calls) + len(batch.alerts) + len(batch.rows) == 1:
            self.refused_rows += 1
            _log.error("a row cannot be stored and is set aside", failure=error_name(error), alerts=len(batch.alerts))
            self._show(batch)
            self._waiting.done(batch)
            return True
        singles = [Batch((call,), ()) for call in batch.calls] + [Batch((), (alert,)) for alert in batch.alerts]
        singles += [Batch((), (), (row,)) for row in batch.rows]
        for single in singles:
            if not await self._write(single):
                return False
        return True

    async def _commit(self, batch: Batch) -> list[Stored]:
        """The commit in the writer's thread; alerts that wait for it too long are shown meanwhile."""
        loop = asyncio.get_running_loop()
        commit = loop.run_in_executor(self._thread, write, self._engine, batch, self._clock, self._node_id, self._also)
        try:
            while not (await asyncio.wait({commit}, timeout=self._settings.patience_ms / 1000))[0]:
                self._show_unstored()
        except asyncio.CancelledError:
            commit.add_done_callback(_look_away)
            raise
        return commit.result()

    async def _back_off(self, wait_s: float) -> None:
        """Wait; whatever alert comes meanwhile is shown at once. A stop that begins now cuts the waiting short."""
        closing = self._give_up_at_s is not None
        try:
            async with asyncio.timeout(wait_s):
                while closing or self._give_up_at_s is None:
                    self._wake.clear()
                    await self._wake.wait()
                    self._show_unstored()
        except TimeoutError:
            return

    def _show_unstored(self) -> None:
        self._show(Batch((), tuple(self._waiting.alerts())))

    def _show(self, batch: Batch) -> None:
        for waiting in batch.alerts:
            if not waiting.shown:
                waiting.shown = True
                waiting.alert = stamped(waiting.alert, self._clock.now_at())  # and stored with this moment later
                self.shown_unstored += 1
                self._published(AlertChange(None, waiting.alert), None)


def _nobody(change: AlertChange, after: int | None) -> None:
    """Nobody listens before `run`."""


def _look_away(commit: asyncio.Future[list[Stored]]) -> None:
    if not commit.cancelled():
        commit.exception()  # the caller was cancelled; what it wrote is found again by its version
