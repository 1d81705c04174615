"""Figures of quality: what inspectors found in scored calls, and what other systems know, beside calls and alerts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from web.figures_sources import By, Figures, FiguresAsked

COUNTED = frozenset({"complaints"})
"""Figures of other systems that are added up, as are those whose name ends in `_count`; all others are averaged."""


def is_count(figure: str) -> bool:
    """Whether a figure of another system is added up."""
    return figure in COUNTED or figure.endswith("_count")


@dataclass(frozen=True, slots=True)
class ScoredFigures:
    """Closed scores of a group, and how many of them had errors of each kind. A call counts on the day it began."""

    scored: int = 0
    passed: int = 0
    pointed: int = 0  # scores on sheets with points
    hundredths: int = 0  # their points in a hundred, in hundredths, together
    faults: int = 0  # faulty items
    faulty: int = 0  # scores with one
    service_fatal: int = 0
    business_fatal: int = 0
    fatal: int = 0  # with either
    mistakes: int = 0
    minor: int = 0

    @property
    def mean(self) -> float | None:
        """Mean points in a hundred."""
        return round(self.hundredths / self.pointed / 100, 2) if self.pointed else None

    @property
    def pass_ratio(self) -> float | None:
        """合格率: share that passed."""
        return self._share(self.passed)

    @property
    def error_ratio(self) -> float | None:
        """综合差错率: share with any error."""
        return self._share(self.faulty)

    @property
    def fatal_ratio(self) -> float | None:
        """Share with a fatal error of either kind."""
        return self._share(self.fatal)

    @property
    def faults_per_hundred(self) -> float | None:
        """Faulty items in a hundred scored calls: calls nobody scored say nothing."""
        return round(self.faults * 100 / self.scored, 1) if self.scored else None

    def _share(self, part: int) -> float | None:
        return round(part / self.scored, 4) if self.scored else None


@dataclass(frozen=True, slots=True)
class OutsideValue:
    """A figure of another system: a sum, or the mean of `number` single values."""

    value: float
    number: int


@dataclass(frozen=True, slots=True)
class QualityLine:
    """One line. Of a rule, `scored` counts nothing but `faulty`: scored calls in which its alerts proved a fault."""

    figures: Figures
    scored: ScoredFigures
    outside: Mapping[str, OutsideValue]

    @property
    def mean_talk_ms(self) -> int | None:
        """How long a call is on average."""
        figures = self.figures
        return round(figures.talk_ms / figures.calls) if figures.calls and figures.talk_ms is not None else None


@dataclass(frozen=True, slots=True)
class QualityTable:
    """All lines, in the order of the figures; `total` is of everything asked for."""

    by: By
    days: tuple[date, ...]
    timezone: str
    day_begins: str
    lines: tuple[QualityLine, ...]
    total: QualityLine


@dataclass(frozen=True, slots=True)
class FaultLine:
    """An item of a sheet that was judged faulty in so many scored calls; titles by language."""

    sheet: str
    item: str
    error: str
    calls: int
    agents: int
    titles: Mapping[str, str]


class QualitySource(Protocol):
    """Works them out. All raise StoreUnavailableError."""

    def today(self) -> date:
        """The day that runs now, by the settings."""
        ...

    async def quality(self, asked: FiguresAsked) -> QualityTable:
        """The lines and their total."""
        ...

    async def faults(self, asked: FiguresAsked, limit: int) -> Sequence[FaultLine]:
        """What was wrong most often."""
        ...
