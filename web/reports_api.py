"""REST of the monthly report: as figures, as a table, and to be printed."""

import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from web.csv_text import csv_answer, csv_lines
from web.figures_api import Name
from web.figures_sources import By
from web.problems import BadField, Problem, ProblemError
from web.quality_api import COLUMNS, OUTSIDE, FaultLineBody, QualityLineBody, csv_cells, fault_body, line_body
from web.quality_sources import QualityLine, QualityTable
from web.report_sources import MonthlyReport, ReportAsked, ReportLanguage, ReportSource
from web.stamps import Stamp
from web.trust.who import who_asks

_MONTH = re.compile(r"20\d{2}-(0[1-9]|1[0-2])")
_BAD: dict[int | str, dict[str, Any]] = {422: {"model": Problem, "description": "No such month"}}
_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}}, "description": "With a heading"}}
_PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": {}}, "description": "To be printed"}}
_Language = Annotated[ReportLanguage, Query(description="Of what is written in it.")]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class ReportFaultBody(FaultLineBody):
    """An item that was judged faulty, and in how many scored calls the month before."""

    calls_before: int


class TargetBody(_Body):
    """A figure that has a target; `met` is empty where there is nothing to compare."""

    figure: str
    value: float | None
    target: float
    at_least: bool
    met: bool | None


class SiteGapBody(_Body):
    """A site too far below all together."""

    site: str | None
    figure: str
    value: float
    together: float


class LoopBody(_Body):
    """What became of the faults confirmed in the month; its appeals and call-backs."""

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


class MonthlyReportBody(_Body):
    """The report. A call, its alerts and its scores count in the month in which the call began."""

    month: str
    site: str | None
    team: str | None
    first: date
    last: date
    timezone: str
    day_begins: str
    made_at: Stamp
    total: QualityLineBody
    before: QualityLineBody = Field(description="The month before.")
    months: list[QualityLineBody]
    days: list[QualityLineBody]
    sites: list[QualityLineBody]
    teams: list[QualityLineBody]
    agents: list[QualityLineBody]
    rules: list[QualityLineBody]
    faults: list[ReportFaultBody]
    loop: LoopBody
    targets: list[TargetBody]
    gaps: list[SiteGapBody]


def reports_router(reports: ReportSource, names: Callable[[], Mapping[str, str | None]]) -> APIRouter:
    """The routes; `names` gives those of people by their id."""
    router = APIRouter(prefix="/api/v1/reports", tags=["figures"], responses=_BAD)

    def asked_for(
        month: Annotated[
            str | None, Query(max_length=20, examples=["2026-11"], description="This one if empty.")
        ] = None,
        site: Name = None,
        team: Name = None,
    ) -> ReportAsked:
        month = month or reports.month()
        if _MONTH.fullmatch(month) is None or month > reports.month():
            fault = BadField(field="query.month", detail=f"write a month as 2026-11, not later than {reports.month()}")
            raise ProblemError(422, "validation", "Some fields cannot be used; each is named in errors.", [fault])
        return ReportAsked(month, site, team, who_asks().scope)

    asking = Annotated[ReportAsked, Depends(asked_for)]

    @router.get("/monthly")
    async def get_report(asked: asking) -> MonthlyReportBody:
        """The month as figures."""
        return report_body(await reports.monthly(asked), names())

    @router.get("/monthly.pdf", response_class=Response, responses=_PDF)
    async def print_report(asked: asking, language: _Language = "en") -> Response:
        """The month to be printed and sent."""
        headers = {"Content-Disposition": f'attachment; filename="{_file(asked)}.pdf"', "Cache-Control": "no-store"}
        return Response(await reports.pdf(asked, language), media_type="application/pdf", headers=headers)

    @router.get("/monthly.csv", response_class=Response, responses=_CSV)
    async def export_report(asked: asking, language: _Language = "en") -> StreamingResponse:
        """The month as one table: a line for each month, day, site, team, agent and rule."""
        report, known = await reports.monthly(asked), names()
        head = [reports.word(f"report.csv.{name}", language) for name in ("part", "key", "name")]
        head += [reports.word(f"quality.{_word(name)}", language) for name in (*COLUMNS, *OUTSIDE)]

        async def lines() -> AsyncIterator[tuple[object, ...]]:
            for part, by, line in _parts(report):
                yield (reports.word(f"figures.one.{part}", language), *csv_cells(line_body(line, known, by)))

        return csv_answer(f"{_file(asked)}.csv", csv_lines(head, lines()))

    return router


def report_body(report: MonthlyReport, names: Mapping[str, str | None]) -> MonthlyReportBody:
    """From our own words."""

    def lines(table: QualityTable) -> list[QualityLineBody]:
        return [line_body(each, names, table.by) for each in table.lines]

    return MonthlyReportBody(
        month=report.asked.month,
        site=report.asked.site,
        team=report.asked.team,
        first=report.first,
        last=report.last,
        timezone=report.timezone,
        day_begins=report.day_begins,
        made_at=report.made_at,
        total=line_body(report.total, {}, By.MONTH),
        before=line_body(report.before, {}, By.MONTH),
        months=lines(report.months),
        days=lines(report.days),
        sites=lines(report.sites),
        teams=lines(report.teams),
        agents=lines(report.agents),
        rules=lines(report.rules),
        faults=[
            ReportFaultBody(
                **fault_body(each).model_dump(), calls_before=report.faults_before.get((each.sheet, each.item), 0)
            )
            for each in report.faults
        ],
        loop=LoopBody.model_validate(report.loop),
        targets=[TargetBody.model_validate(each) for each in report.targets],
        gaps=[SiteGapBody.model_validate(each) for each in report.gaps],
    )


def _parts(report: MonthlyReport) -> Iterator[tuple[str, By, QualityLine]]:
    for table in (report.months, report.days, report.sites, report.teams, report.agents, report.rules):
        for line in table.lines:
            yield table.by.value, table.by, line


def _word(column: str) -> str:
    renamed = {"mean_talk_s": "mean_talk", "alerts_per_100_calls": "per_100", "faults_per_100_scored": "faults_per_100"}
    return renamed.get(column, column)


def _file(asked: ReportAsked) -> str:
    place = "".join(f"-{each}" for each in (asked.site, asked.team) if each and each.isascii() and each.isalnum())
    return f"quality-{asked.month}{place}"
