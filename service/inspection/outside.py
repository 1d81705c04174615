"""Figures that other systems supply: satisfaction, first-call resolution, complaints, answer and handle times."""

from collections.abc import Sequence
from datetime import date, timedelta

from service.clock import Clock
from service.inspection.kinds import outside_records
from service.inspection.scoring import id_of
from service.store.inspection_records import Step
from service.store.store import Store
from web.inspection.views import OutsideFigure

_LONGEST_DAYS = 800


class Outside:
    """Fills `web.inspection.sources.OutsideSource`."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._records = outside_records()

    async def put(self, figures: Sequence[OutsideFigure], by: str) -> int:
        """Keep them; a figure of the same day and name replaces the one before. All or none."""
        step = Step("put", by, self._clock.now_at())
        kept = [(_id(each), each) for each in figures]
        await self._store.write(lambda engine: self._records.put_all(engine, kept, step))
        return len(figures)

    async def outside(self, figure: str | None, since: date, until: date) -> Sequence[OutsideFigure]:
        """Those of the days from `since` until before `until`, oldest first."""
        days = [
            (since + timedelta(days=number)).isoformat() for number in range(min((until - since).days, _LONGEST_DAYS))
        ]
        found = await self._store.read(lambda engine: self._records.find(engine, about=figure, owner=days))
        return sorted((kept.record for kept in found), key=lambda each: (each.day, each.figure, each.scope, each.name))


def _id(each: OutsideFigure) -> str:
    return id_of(each.figure, each.day.isoformat(), each.scope, each.name)
