"""REST of the figures."""

from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest
from fastapi import FastAPI

from tests.web.rest import bad_fields
from web.figures_api import figures_router
from web.figures_sources import By, Figures, FiguresAsked, FiguresTable
from web.problems import install_problems
from web.trust.who import LOCAL, now_asks


def _line(key: str | None) -> Figures:
    return Figures(key, 50, 3_600_000, 0.98, 2, 6, 1, 2, 2, 1, 3, 1, 0.75, 0.3, 0.95, 4, 1, (20, 30), (2, 4))


class _FakeFigures:
    def __init__(self) -> None:
        self.asked: list[FiguresAsked] = []

    def today(self) -> date:
        return date(2026, 11, 23)

    async def table(self, asked: FiguresAsked) -> FiguresTable:
        self.asked.append(asked)
        days = (date(2026, 11, 22), date(2026, 11, 23))
        return FiguresTable(days, "Asia/Shanghai", "04:00", (_line("1007"), _line(None)), _line(None))


@pytest.fixture
def figures() -> _FakeFigures:
    return _FakeFigures()


@pytest.fixture
async def client(figures: _FakeFigures) -> AsyncIterator[httpx.AsyncClient]:
    now_asks(LOCAL)
    app = FastAPI()
    install_problems(app)
    app.include_router(figures_router(figures, lambda: {"1007": "=Li"}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here/api/v1") as opened:
        yield opened


async def test_a_week_until_today_unless_asked(client: httpx.AsyncClient, figures: _FakeFigures) -> None:
    body = (await client.get("/figures?by=agent&team=east")).json()
    assert figures.asked == [FiguresAsked(By.AGENT, date(2026, 11, 17), date(2026, 11, 23), team="east")]
    assert (body["days"], body["timezone"], body["day_begins"]) == (
        ["2026-11-22", "2026-11-23"],
        "Asia/Shanghai",
        "04:00",
    )
    first, nobody = body["lines"]
    assert (first["key"], first["name"], first["alerts_per_100_calls"], first["alerts_by_day"]) == (
        *("1007", "=Li"),
        10.0,
        [2, 4],
    )
    assert (nobody["key"], nobody["name"], body["total"]["reached_in_time"]) == (None, None, 4)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("by=moon", "query.by"),
        ("by=day&from=2026-13-01", "query.from"),
        ("by=day&from=2026-11-24&to=2026-11-23", "query.from"),
        ("by=day&from=2020-11-24", "query.from"),
        ("", "query.by"),
    ],
)
async def test_days_that_are_none_are_named(client: httpx.AsyncClient, query: str, field: str) -> None:
    answer = await client.get(f"/figures?{query}")
    assert (answer.status_code, bad_fields(answer)) == (422, {field})


async def test_the_same_as_a_table(client: httpx.AsyncClient) -> None:
    answer = await client.get("/figures.csv?by=agent&from=2026-11-22&to=2026-11-23")
    head, first, _ = answer.text.splitlines()
    assert head.startswith("\ufeffagent,name,calls,talk_h")
    assert first == "1007,'=Li,50,1.0,0.98,2,6,1,2,2,1,10.0,3,1,0.75,0.3,0.95,4,1"
    assert "figures-agent-2026-11-22-2026-11-23.csv" in answer.headers["content-disposition"]
