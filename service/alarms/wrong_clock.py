"""Whether the machine's clock can be trusted: it neither jumps nor differs from the database's."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from service.clock import Clock
from web.sources import StoreUnavailableError

_ASK_EVERY_S = 60.0
_LOOKED_AT_LEAST_EVERY_MS = 5_000  # a longer pause between two looks is the machine's, which slept or stood


class WrongClock:
    """`look` compares the clock with monotonic time since the look before; `run` with the database's clock."""

    def __init__(
        self, clock: Clock, off_s: float, database_now: Callable[[], Awaitable[datetime]] | None = None
    ) -> None:
        """`database_now` is the clock of a database on another machine; None where there is none."""
        self._clock, self._off_s, self._database_now = clock, off_s, database_now
        self._last: tuple[int, datetime] | None = None
        self._differs_s = 0.0

    async def run(self) -> None:
        """Until cancelled."""
        while self._database_now is not None:
            try:
                await self.ask(self._database_now)
            except StoreUnavailableError:
                self._differs_s = 0.0
            await asyncio.sleep(_ASK_EVERY_S)

    async def ask(self, database_now: Callable[[], Awaitable[datetime]]) -> None:
        """The answer was given between the question and its arrival: only what lies outside is a difference."""
        before_at = self._clock.now_at()
        there_at = await database_now()
        after_at = self._clock.now_at()
        ahead_s = (before_at - there_at).total_seconds()
        behind_s = (there_at - after_at).total_seconds()
        self._differs_s = max(ahead_s, behind_s, 0.0)

    def look(self) -> str | None:
        """Why it is not well."""
        now_ms, now_at = self._clock.monotonic_ms(), self._clock.now_at()
        last, self._last = self._last, (now_ms, now_at)
        if last is not None and now_ms - last[0] <= _LOOKED_AT_LEAST_EVERY_MS:
            jumped_s = (now_at - last[1]).total_seconds() - (now_ms - last[0]) / 1000
            if abs(jumped_s) > self._off_s:
                return f"it jumped by {jumped_s:+.1f} s"
        if self._differs_s > self._off_s:
            return f"the database's differs by {self._differs_s:.1f} s"
        return None
