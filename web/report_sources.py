"""The monthly report: what it holds, and who makes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from web.quality_sources import FaultLine, QualityLine, QualitySource, QualityTable
from web.trust.who import EVERYWHERE, Scope

ReportLanguage = Literal["en", "zh-CN"]


@dataclass(frozen=True, slots=True)
class ReportAsked:
    """A month (`2026-11`) of a site, a team, or everything within the scope."""

    month: str
    site: str | None = None
    team: str | None = None
    scope: Scope = EVERYWHERE


@dataclass(frozen=True, slots=True)
class TargetView:
    """A figure that has a target; `met` None: there is nothing to compare."""

    figure: str
    value: float | None
    target: float
    at_least: bool

    @property
    def met(self) -> bool | None:
        """Whether it was reached."""
        if self.value is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target


@dataclass(frozen=True, slots=True)
class SiteGap:
    """A site that lies too far below all sites together."""

    site: str | None
    figure: str
    value: float
    together: float


@dataclass(frozen=True, slots=True)
class LoopFigures:
    """抽查 → 反馈 → 整改 → 复查 of the faults confirmed in the month, its appeals and its call-backs."""

    confirmed: int
    reported_in_time: int
    planned_in_time: int
    improved: int
    repeated: int
    overdue: int
    appeals: int
    appeals_changed: int
    call_backs: int
    reached: int
    given_up: int


@dataclass(frozen=True, slots=True)
class MonthlyReport:
    """Everything of it. `months` are those up to this one, `faults_before` calls by (sheet, item) a month earlier."""

    asked: ReportAsked
    first: date
    last: date
    timezone: str
    day_begins: str
    made_at: datetime
    total: QualityLine
    before: QualityLine
    months: QualityTable
    days: QualityTable
    sites: QualityTable
    teams: QualityTable
    agents: QualityTable
    rules: QualityTable
    faults: Sequence[FaultLine]
    faults_before: Mapping[tuple[str, str], int]
    loop: LoopFigures
    targets: Sequence[TargetView]
    gaps: Sequence[SiteGap]


class ReportSource(Protocol):
    """Makes it. Raises StoreUnavailableError, and ValueError for a month that is none."""

    @property
    def quality(self) -> QualitySource:
        """The figures it is made of."""
        ...

    def month(self) -> str:
        """The month that runs now."""
        ...

    async def monthly(self, asked: ReportAsked) -> MonthlyReport:
        """The report as figures."""
        ...

    async def pdf(self, asked: ReportAsked, language: ReportLanguage) -> bytes:
        """The report to be printed and sent."""
        ...

    def word(self, key: str, language: ReportLanguage) -> str:
        """A word of the pages' catalogues."""
        ...
