"""REST of the figures: a line per agent, team, site, queue, rule, day or month, as JSON and as CSV."""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from web.csv_text import csv_answer, csv_lines
from web.figures_sources import By, Figures, FiguresAsked, FiguresSource, FiguresTable
from web.problems import BadField, Problem, ProblemError
from web.trust.who import who_asks

_MOST_DAYS = 400
_USUAL = timedelta(days=6)
_BAD: dict[int | str, dict[str, Any]] = {422: {"model": Problem, "description": "Bad filters"}}
_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}}, "description": "With a heading"}}
Name = Annotated[str | None, Query(min_length=1, max_length=200)]
_HEAD = (
    *("name", "calls", "talk_h", "coverage", "ended_by_agent", "alerts", "critical", "major", "minor", "info"),
    *("alerts_per_100_calls", "right", "wrong", "precision", "lower", "upper", "reached_in_time", "missed"),
)


class FiguresLineBody(BaseModel):
    """One line; figures of calls are empty where lines are rules."""

    model_config = ConfigDict(frozen=True)

    key: str | None = Field(
        description="The agent, team, site, queue, rule, day or month; empty: of nobody that is known."
    )
    name: str | None = Field(description="The agent's name, as the roster knows.")
    calls: int | None
    talk_ms: int | None
    coverage: float | None
    ended_by_agent: int | None
    alerts: int
    critical: int
    major: int
    minor: int
    info: int
    alerts_per_100_calls: float | None = Field(description="Without those that are only shown (info).")
    right: int
    wrong: int
    precision: float | None
    lower: float = Field(description="Of the precision's 95 % Wilson interval.")
    upper: float
    reached_in_time: int
    missed: int
    calls_by_day: list[int]
    alerts_by_day: list[int]


class FiguresTableBody(BaseModel):
    """All lines, those with the most alerts first, and everything together."""

    model_config = ConfigDict(frozen=True)

    by: By
    days: list[date]
    timezone: str
    day_begins: str
    lines: list[FiguresLineBody]
    total: FiguresLineBody


def figures_router(figures: FiguresSource, names: Callable[[], Mapping[str, str | None]]) -> APIRouter:
    """The routes of the table; `names` gives those of people by their id."""
    router = APIRouter(prefix="/api/v1/figures", tags=["figures"], responses=_BAD)

    asking = Annotated[FiguresAsked, Depends(asked_of(lambda: figures.today()))]

    @router.get("")
    async def get_figures(asked: asking) -> FiguresTableBody:
        """Calls, alerts and what people made of them."""
        return _body(asked, await figures.table(asked), names())

    @router.get(".csv", response_class=Response, responses=_CSV)
    async def export_figures(asked: asking) -> StreamingResponse:
        """The same as a table."""
        table = await figures.table(asked)
        known = names()

        async def lines() -> AsyncIterator[tuple[object, ...]]:
            for each in table.lines:
                yield _line(each, known, asked.by)

        return csv_answer(f"figures-{asked.by}-{asked.first}-{asked.last}.csv", csv_lines((asked.by, *_HEAD), lines()))

    return router


def asked_of(today: Callable[[], date]) -> Callable[..., FiguresAsked]:
    """Reads from a request what is asked for."""

    def asked_for(
        by: By,
        first: Annotated[date | None, Query(alias="from", description="The first day; a week where empty.")] = None,
        last: Annotated[date | None, Query(alias="to", description="The last day; today where empty.")] = None,
        agent: Name = None,
        team: Name = None,
        site: Name = None,
        queue: Name = None,
        rule: Name = None,
    ) -> FiguresAsked:
        last = last or today()
        first = first or last - _USUAL
        if not timedelta(0) <= last - first < timedelta(days=_MOST_DAYS):
            fault = BadField(field="query.from", detail=f"must lie up to {_MOST_DAYS - 1} days before `to`")
            raise ProblemError(422, "validation", "Some fields cannot be used; each is named in errors.", [fault])
        return FiguresAsked(by, first, last, agent, team, site, queue, rule, who_asks().scope)

    return asked_for


def _name(line: Figures, names: Mapping[str, str | None], by: By) -> str | None:
    return names.get(line.key) if by is By.AGENT and line.key is not None else None


def _body(asked: FiguresAsked, table: FiguresTable, names: Mapping[str, str | None]) -> FiguresTableBody:
    return FiguresTableBody(
        by=asked.by,
        days=list(table.days),
        timezone=table.timezone,
        day_begins=table.day_begins,
        lines=[_line_body(each, _name(each, names, asked.by)) for each in table.lines],
        total=_line_body(table.total, None),
    )


def _line_body(line: Figures, name: str | None) -> FiguresLineBody:
    return FiguresLineBody(
        key=line.key,
        name=name,
        calls=line.calls,
        talk_ms=line.talk_ms,
        coverage=line.coverage,
        ended_by_agent=line.ended_by_agent,
        alerts=line.alerts,
        critical=line.critical,
        major=line.major,
        minor=line.minor,
        info=line.info,
        alerts_per_100_calls=line.per_hundred_calls,
        right=line.right,
        wrong=line.wrong,
        precision=line.precision,
        lower=line.lower,
        upper=line.upper,
        reached_in_time=line.reached,
        missed=line.missed,
        calls_by_day=list(line.calls_by_day),
        alerts_by_day=list(line.alerts_by_day),
    )


def _line(line: Figures, names: Mapping[str, str | None], by: By) -> tuple[object, ...]:
    talk_h = None if line.talk_ms is None else round(line.talk_ms / 3_600_000, 2)
    return (
        *(line.key, _name(line, names, by), line.calls, talk_h, line.coverage, line.ended_by_agent, line.alerts),
        *(line.critical, line.major, line.minor, line.info, line.per_hundred_calls, line.right, line.wrong),
        *(line.precision, round(line.lower, 4), round(line.upper, 4), line.reached, line.missed),
    )
