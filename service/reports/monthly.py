"""The monthly report, put together from the figures of the store."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from config.figures import TargetSettings
from config.roster import Roster
from config.score_sheets import ScoreSheet
from config.settings import Settings
from service.clock import Clock
from service.inspection.periods import month_days
from service.inspection.quality import StoredQuality
from service.reports.monthly_pdf import monthly_pdf
from service.reports.words import Words
from service.store.figure_days import days_of
from service.store.loop_figures import loop_figures
from service.store.store import Store
from web.figures_sources import By, FiguresAsked
from web.quality_sources import QualityLine, QualityTable
from web.report_sources import LoopFigures, MonthlyReport, ReportAsked, ReportLanguage, SiteGap, TargetView

_MONTHS, _FAULTS = 6, 30
_TABLES = (By.DAY, By.SITE, By.TEAM, By.AGENT, By.RULE)
_COMPARED = ("pass_ratio", "csat", "fcr")  # of sites with all together


class MonthlyReports:
    """Fills `web.report_sources.ReportSource`."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        clock: Clock,
        sheets: Mapping[str, ScoreSheet],
        roster: Callable[[], Roster],
    ) -> None:
        self._settings, self._loop = settings.figures, settings.inspection.closed_loop
        self._store, self._clock, self._roster = store, clock, roster
        self.quality = StoredQuality(settings.figures, store, clock, sheets)
        self._words = Words()

    def month(self) -> str:
        """The month that runs now."""
        return self.quality.today().isoformat()[:7]

    def word(self, key: str, language: ReportLanguage) -> str:
        """A word of the pages' catalogues."""
        return self._words.of(language)(key)

    async def pdf(self, asked: ReportAsked, language: ReportLanguage) -> bytes:
        """The report to be printed and sent; made beside the event loop."""
        report = await self.monthly(asked)
        return await asyncio.to_thread(
            monthly_pdf, report, self._words.of(language), {person.id: person.name for person in self._roster().people}
        )

    async def monthly(self, asked: ReportAsked) -> MonthlyReport:
        """The report as figures. Raises ValueError for a month that is none, StoreUnavailableError."""
        first, after = month_days(asked.month)
        last, before = after - timedelta(days=1), first - timedelta(days=1)
        tables = await self.quality.tables(self._asked(asked, By.DAY, first, last), _TABLES)
        months = await self.quality.quality(self._asked(asked, By.MONTH, _months_before(first, _MONTHS - 1), last))
        earlier = next((line for line in months.lines if line.figures.key == before.isoformat()[:7]), None)
        assert earlier is not None  # noqa: S101 - every month of the time is a line
        faults = await self.quality.faults(self._asked(asked, By.DAY, first, last), _FAULTS)
        former = await self.quality.faults(self._asked(asked, By.DAY, before.replace(day=1), before), 500)
        total = tables[By.DAY].total
        return MonthlyReport(
            asked=asked,
            first=first,
            last=last,
            timezone=self._settings.timezone,
            day_begins=self._settings.day_begins,
            made_at=self._clock.now_at(),
            total=total,
            before=earlier,
            months=months,
            days=tables[By.DAY],
            sites=tables[By.SITE],
            teams=tables[By.TEAM],
            agents=tables[By.AGENT],
            rules=tables[By.RULE],
            faults=faults,
            faults_before={(each.sheet, each.item): each.calls for each in former},
            loop=await self._closed_loop(asked, first, last),
            targets=targets_of(self._settings.targets, total),
            gaps=gaps_of(self._settings.targets, tables[By.SITE]),
        )

    def _asked(self, asked: ReportAsked, by: By, first: date, last: date) -> FiguresAsked:
        return FiguresAsked(by, first, last, team=asked.team, site=asked.site, scope=asked.scope)

    async def _closed_loop(self, asked: ReportAsked, first: date, last: date) -> LoopFigures:
        days, now = days_of(self._settings, first, last), self._clock.now_at()
        begin, end = days[0].begins_at, days[-1].ends_at
        return await self._store.read(
            lambda engine: loop_figures(engine, self._loop, begin, end, now, asked.scope, asked.site, asked.team)
        )


def value_of(line: QualityLine, figure: str) -> float | None:
    """A figure of a line by its name, of scores or of another system."""
    if figure in ("pass_ratio", "error_ratio", "fatal_ratio"):
        found: float | None = getattr(line.scored, figure)
        return found
    outside = line.outside.get(figure)
    return None if outside is None else outside.value


def targets_of(targets: TargetSettings, total: QualityLine) -> tuple[TargetView, ...]:
    """Every figure that has a target."""
    wanted = (
        *(("pass_ratio", targets.pass_ratio, True), ("error_ratio", targets.error_ratio, False)),
        *(("fatal_ratio", targets.fatal_ratio, False), ("fcr", targets.fcr, True), ("csat", targets.csat, True)),
    )
    return tuple(
        TargetView(figure, value_of(total, figure), target, at_least)
        for figure, target, at_least in wanted
        if target is not None
    )


def gaps_of(targets: TargetSettings, sites: QualityTable) -> tuple[SiteGap, ...]:
    """Sites that lie too far below all sites together (001: 低于总中心2个百分点及以上)."""
    if len(sites.lines) < 2:
        return ()
    found = []
    for line in sites.lines:
        for figure in _COMPARED:
            value, together = value_of(line, figure), value_of(sites.total, figure)
            if value is not None and together is not None and round(together - value, 6) >= targets.site_gap:
                found.append(SiteGap(line.figures.key, figure, value, together))
    return tuple(found)


def _months_before(first: date, months: int) -> date:
    for _ in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    return first
