"""Counts past days of the figures once, beside the running service, a day at a time."""

import asyncio

import structlog

from config.figures import FiguresSettings
from service.clock import Clock
from service.store.figure_days import count_next_day
from service.store.store import Store
from web.sources import StoreUnavailableError

_log = structlog.get_logger(__name__)
_LOOK_EVERY_S = 300.0
_BREATH_S = 0.05  # between two days others may write


class DayCounter:
    """`run` goes on until it is cancelled."""

    def __init__(self, settings: FiguresSettings, store: Store, clock: Clock) -> None:
        self._settings, self._store, self._clock = settings, store, clock

    async def run(self) -> None:
        """Count what is not counted, look again every few minutes."""
        while True:
            try:
                more = await self.count_one()
            except StoreUnavailableError as error:
                _log.warning("past days could not be counted", cause=type(error).__name__)
                more = False
            await asyncio.sleep(_BREATH_S if more else _LOOK_EVERY_S)

    async def count_one(self) -> bool:
        """Count one day; whether there was one."""
        now = self._clock.now_at()
        return await self._store.write(lambda engine: count_next_day(engine, self._settings, now)) is not None
