"""Figures of quality and a monthly report over two sites, for tests of what shows them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from config.figures import TargetSettings
from service.reports.monthly import gaps_of, targets_of
from service.reports.monthly_pdf import monthly_pdf
from service.reports.words import Words
from web.figures_sources import By, Figures, FiguresAsked
from web.quality_sources import FaultLine, OutsideValue, QualityLine, QualityTable, ScoredFigures
from web.report_sources import LoopFigures, MonthlyReport, ReportAsked, ReportLanguage


def a_figures_line(key: str | None = "1007") -> Figures:
    return Figures(key, 50, 3_600_000, 0.98, 2, 6, 1, 2, 2, 1, 3, 1, 0.75, 0.3, 0.95, 4, 1, (20, 30), (2, 4))


class FakeQuality:
    """Answers the same two lines, and one fault."""

    def __init__(self) -> None:
        self.asked: list[FiguresAsked] = []

    def today(self) -> date:
        return date(2026, 11, 23)

    async def quality(self, asked: FiguresAsked) -> QualityTable:
        self.asked.append(asked)
        scored = ScoredFigures(
            scored=10, passed=9, pointed=10, hundredths=92_550, faults=4, faulty=3, service_fatal=1, fatal=1, minor=2
        )
        outside = {"csat": OutsideValue(0.91, 20), "complaints": OutsideValue(2, 2)}
        lines = (QualityLine(a_figures_line(), scored, outside), QualityLine(a_figures_line(None), ScoredFigures(), {}))
        days = (date(2026, 11, 22), date(2026, 11, 23))
        return QualityTable(
            asked.by, days, "Asia/Shanghai", "04:00", lines, QualityLine(a_figures_line(None), scored, {})
        )

    async def faults(self, asked: FiguresAsked, limit: int) -> Sequence[FaultLine]:
        self.asked.append(asked)
        return [FaultLine("hundred_points", "answers", "minor", 3, 2, {"zh": "应答及时", "en": "Answers in time"})]


class FakeReports:
    """November 2026, of everybody alike."""

    def __init__(self) -> None:
        self.quality = FakeQuality()
        self.asked: list[ReportAsked] = []

    def month(self) -> str:
        return "2026-11"

    def word(self, key: str, language: ReportLanguage) -> str:
        return Words().of(language)(key)

    async def pdf(self, asked: ReportAsked, language: ReportLanguage) -> bytes:
        return monthly_pdf(await self.monthly(asked), Words().of(language), {"1007": "李娜"})

    async def monthly(self, asked: ReportAsked) -> MonthlyReport:
        self.asked.append(asked)
        targets = TargetSettings(pass_ratio=0.95, error_ratio=0.3, fatal_ratio=0.01)
        tables = {by: await self._table(by) for by in By}
        total = replace(tables[By.DAY].total, outside={"csat": OutsideValue(0.93, 40)})
        faults = await self.quality.faults(FiguresAsked(By.DAY, date(2026, 11, 1), date(2026, 11, 30)), 30)
        return MonthlyReport(
            asked=asked,
            first=date(2026, 11, 1),
            last=date(2026, 11, 30),
            timezone="Asia/Shanghai",
            day_begins="04:00",
            made_at=datetime(2026, 12, 1, 1, 0, tzinfo=UTC),
            total=total,
            before=tables[By.MONTH].lines[0],
            months=tables[By.MONTH],
            days=tables[By.DAY],
            sites=replace(tables[By.SITE], total=total),
            teams=tables[By.TEAM],
            agents=tables[By.AGENT],
            rules=tables[By.RULE],
            faults=faults,
            faults_before={("hundred_points", "answers"): 1},
            loop=LoopFigures(9, 8, 7, 3, 1, 2, 4, 1, 12, 10, 1),
            targets=targets_of(targets, total),
            gaps=gaps_of(targets, replace(tables[By.SITE], total=total)),
        )

    async def _table(self, by: By) -> QualityTable:
        keys = {By.MONTH: ("2026-10", "2026-11"), By.DAY: ("2026-11-22", "2026-11-23"), By.SITE: ("wuhan", "shanghai")}
        table = await self.quality.quality(FiguresAsked(by, date(2026, 11, 1), date(2026, 11, 30)))
        lines = tuple(
            replace(line, figures=replace(line.figures, key=key))
            for line, key in zip(table.lines, keys.get(by, ("1007", None)), strict=True)
        )
        return replace(table, lines=lines)
