"""REST of the figures of quality: scores, errors and what other systems know, a line for each, as JSON and as CSV."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from web.csv_text import csv_answer, csv_lines
from web.figures_api import asked_of
from web.figures_sources import By, FiguresAsked
from web.problems import Problem
from web.quality_sources import FaultLine, QualityLine, QualitySource
from web.trust.rights import Right
from web.trust.who import EVERYWHERE, who_asks

_BAD: dict[int | str, dict[str, Any]] = {422: {"model": Problem, "description": "Bad filters"}}
_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}}, "description": "With a heading"}}
COLUMNS = (
    *("calls", "mean_talk_s", "alerts", "alerts_per_100_calls", "alerts_right", "scored", "mean_score", "pass_ratio"),
    *("faults", "faults_per_100_scored", "error_ratio", "fatal_ratio", "service_fatal", "business_fatal"),
    *("mistakes", "minor"),
)
OUTSIDE = ("csat", "fcr", "complaints", "answer_s", "handle_s")


class OutsideValueBody(BaseModel):
    """A sum, or the mean of `number` single values."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    value: float
    number: int


class QualityLineBody(BaseModel):
    """One line. `scored` and what follows count closed scores of calls that began then; of a rule `faulty` alone:
    scored calls in which its alerts proved a fault."""

    model_config = ConfigDict(frozen=True)

    key: str | None = Field(description="The agent, team, site, queue, rule, day or month; empty: of nobody known.")
    name: str | None
    calls: int | None
    talk_ms: int | None
    mean_talk_ms: int | None
    alerts: int
    alerts_per_100_calls: float | None = Field(description="Without those that are only shown (info).")
    alerts_right: int = Field(description="Marked right by people.")
    scored: int
    mean_score: float | None = Field(description="Points in a hundred.")
    passed: int
    pass_ratio: float | None
    faults: int = Field(description="Items judged faulty.")
    faults_per_100_scored: float | None
    faulty: int
    error_ratio: float | None = Field(description="Share of the scored calls with any error.")
    fatal_ratio: float | None
    service_fatal: int = Field(description="Scored calls with an error of this kind; so the three below.")
    business_fatal: int
    mistakes: int
    minor: int
    outside: dict[str, OutsideValueBody] = Field(description="What other systems supply: csat, fcr, complaints, …")


class QualityTableBody(BaseModel):
    """All lines, and everything together."""

    model_config = ConfigDict(frozen=True)

    by: By
    days: list[date]
    timezone: str
    day_begins: str
    lines: list[QualityLineBody]
    total: QualityLineBody


class FaultLineBody(BaseModel):
    """An item that was judged faulty."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    sheet: str
    item: str
    error: str = Field(description="service_fatal, business_fatal, mistake, minor")
    calls: int
    agents: int
    titles: dict[str, str]


class FaultLines(BaseModel):
    """The most frequent first."""

    faults: list[FaultLineBody]


def own_or_within(asked: FiguresAsked) -> FiguresAsked:
    """What the one who asks may see of it: an agent own calls alone, everybody else those of the scope."""
    who = who_asks()
    return asked if who.may(Right.SCORES) else replace(asked, agent=who.acts_as, scope=EVERYWHERE)


def quality_router(quality: Callable[[], QualitySource], names: Callable[[], Mapping[str, str | None]]) -> APIRouter:
    """The routes; `names` gives those of people by their id. The source is asked for with each request."""
    router = APIRouter(prefix="/api/v1/figures", tags=["figures"], responses=_BAD)
    asking = Annotated[FiguresAsked, Depends(asked_of(lambda: quality().today()))]

    @router.get("/quality")
    async def get_quality(asked: asking) -> QualityTableBody:
        """Calls, alerts, scores, errors and figures of other systems."""
        table, known = await quality().quality(own_or_within(asked)), names()
        return QualityTableBody(
            by=table.by,
            days=list(table.days),
            timezone=table.timezone,
            day_begins=table.day_begins,
            lines=[line_body(each, known, asked.by) for each in table.lines],
            total=line_body(table.total, {}, asked.by),
        )

    @router.get("/quality.csv", response_class=Response, responses=_CSV)
    async def export_quality(asked: asking) -> StreamingResponse:
        """The same as a table."""
        table, known = await quality().quality(own_or_within(asked)), names()

        async def lines() -> AsyncIterator[tuple[object, ...]]:
            for each in table.lines:
                yield csv_cells(line_body(each, known, asked.by))

        name = f"quality-{asked.by}-{asked.first}-{asked.last}.csv"
        return csv_answer(name, csv_lines((asked.by, "name", *COLUMNS, *OUTSIDE), lines()))

    @router.get("/faults")
    async def get_faults(asked: asking, limit: Annotated[int, Query(ge=1, le=500)] = 20) -> FaultLines:
        """What inspectors found wrong most often; `by` says nothing here."""
        found = await quality().faults(own_or_within(asked), limit)
        return FaultLines(faults=[fault_body(each) for each in found])

    return router


def fault_body(line: FaultLine) -> FaultLineBody:
    """From our own words."""
    return FaultLineBody.model_validate(line)


def line_body(line: QualityLine, names: Mapping[str, str | None], by: By) -> QualityLineBody:
    """From our own words, with the agent's name."""
    figures, scored = line.figures, line.scored
    return QualityLineBody(
        key=figures.key,
        name=names.get(figures.key) if by is By.AGENT and figures.key is not None else None,
        calls=figures.calls,
        talk_ms=figures.talk_ms,
        mean_talk_ms=line.mean_talk_ms,
        alerts=figures.alerts,
        alerts_per_100_calls=figures.per_hundred_calls,
        alerts_right=figures.right,
        scored=scored.scored,
        mean_score=scored.mean,
        passed=scored.passed,
        pass_ratio=scored.pass_ratio,
        faults=scored.faults,
        faults_per_100_scored=scored.faults_per_hundred,
        faulty=scored.faulty,
        error_ratio=scored.error_ratio,
        fatal_ratio=scored.fatal_ratio,
        service_fatal=scored.service_fatal,
        business_fatal=scored.business_fatal,
        mistakes=scored.mistakes,
        minor=scored.minor,
        outside={name: OutsideValueBody.model_validate(value) for name, value in sorted(line.outside.items())},
    )


def csv_cells(line: QualityLineBody) -> tuple[object, ...]:
    """A line of the table."""
    talk_s = None if line.mean_talk_ms is None else round(line.mean_talk_ms / 1000, 1)
    known = {**line.model_dump(exclude={"outside"}), "mean_talk_s": talk_s}
    outside = [line.outside[name].value if name in line.outside else None for name in OUTSIDE]
    return (line.key, line.name, *(known[name] for name in COLUMNS), *outside)
