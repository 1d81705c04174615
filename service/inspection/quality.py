"""Figures of quality for whoever asks: the store's sums, with the titles of the sheets' items."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from config.figures import FiguresSettings
from config.score_sheets import ScoreSheet
from service.clock import Clock
from service.store.figure_days import day_at
from service.store.quality_figures import fault_counts, quality_table, quality_tables
from service.store.store import Store
from web.figures_sources import By, FiguresAsked
from web.quality_sources import FaultLine, QualityTable


class StoredQuality:
    """Fills `web.quality_sources.QualitySource`."""

    def __init__(self, settings: FiguresSettings, store: Store, clock: Clock, sheets: Mapping[str, ScoreSheet]) -> None:
        self._settings, self._store, self._clock, self._sheets = settings, store, clock, sheets

    def today(self) -> date:
        """The day that runs now."""
        return day_at(self._settings, self._clock.now_at())

    async def quality(self, asked: FiguresAsked) -> QualityTable:
        """The lines and their total."""
        return await self._store.read(lambda engine: quality_table(engine, self._settings, asked))

    async def tables(self, asked: FiguresAsked, kinds: Collection[By]) -> Mapping[By, QualityTable]:
        """A table for each kind of lines, whatever `asked.by` says."""
        return await self._store.read(lambda engine: quality_tables(engine, self._settings, asked, kinds))

    async def faults(self, asked: FiguresAsked, limit: int) -> Sequence[FaultLine]:
        """What was wrong most often."""
        found = await self._store.read(lambda engine: fault_counts(engine, self._settings, asked, limit))
        return [FaultLine(*each, titles=self._titles(each[0], each[1])) for each in found]

    def _titles(self, sheet: str, item: str) -> Mapping[str, str]:
        used = self._sheets.get(sheet)
        known = next((each for each in used.items if each.id == item), None) if used is not None else None
        return {} if known is None else {name: text for name, text in known.title.model_dump().items() if text}
