"""The ledger of all nodes, written through the store and read from it."""

import asyncio
from collections import deque
from collections.abc import Sequence
from itertools import chain, islice

import structlog

from service.clock import Clock
from service.store import ledger_rows
from service.store.sealed_steps import step_breaks
from service.store.store import Store
from web.sources import StoreUnavailableError
from web.trust.sources import Deed, LedgerQuestion, LedgerRow
from web.trust.who import Principal, Scope

_log = structlog.get_logger(__name__)
_MOST_BREAKS = 100
_MOST_WAITING = 1_000
_AGAIN_S = 2.0
SERVICE = Principal(name="service", acts_as="service", rights=frozenset(), scope=Scope())
"""Who did it where no person did."""


class StoredLedger:
    """Fills `web.trust.sources.LedgerBook`. All raise StoreUnavailableError."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self.rows = 0
        self.refused = 0  # deeds that could not be written, and so were not done
        self.lost = 0  # deeds of the service itself that had to make room
        self._waiting: deque[tuple[Principal, Deed]] = deque(maxlen=_MOST_WAITING)
        self._something = asyncio.Event()

    async def write(self, who: Principal, deed: Deed) -> None:
        """Returns after the commit."""
        at = self._clock.now_at()
        try:
            await self._store.write(lambda engine: ledger_rows.add(engine, who, deed, at))
        except StoreUnavailableError:
            self.refused += 1
            raise
        self.rows += 1

    def soon(self, who: Principal, deed: Deed) -> None:
        """A deed that is done already and waits for no row: what the service does by itself. Never waits."""
        self.lost += len(self._waiting) == _MOST_WAITING
        self._waiting.append((who, deed))
        self._something.set()

    async def run(self) -> None:
        """Write what came by `soon`, until cancelled."""
        while True:
            await self._something.wait()
            self._something.clear()
            while self._waiting:
                try:
                    await self.write(*self._waiting[0])
                except StoreUnavailableError:
                    await asyncio.sleep(_AGAIN_S)
                else:
                    self._waiting.popleft()

    async def find(self, scope: Scope, question: LedgerQuestion) -> Sequence[LedgerRow]:
        """Rows within the scope, newest first."""
        return await self._store.read(lambda engine: ledger_rows.find_rows(engine, scope, question))

    async def head(self) -> tuple[int, str]:
        """The newest sequence and its hash."""
        return await self._store.read(ledger_rows.head)

    async def breaks(self) -> Sequence[tuple[int, str]]:
        """Where the chain does not hold, and which steps of inspectors are no longer what it sealed."""
        found = await self._store.read(
            lambda engine: list(islice(chain(ledger_rows.breaks(engine), step_breaks(engine)), _MOST_BREAKS))
        )
        return [(each.sequence, each.what) for each in found]
