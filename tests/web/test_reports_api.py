"""The monthly report by REST: as figures, as a table, as PDF in both languages with its Chinese in it."""

import io
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from pypdf import PdfReader

from tests.fakes.reports import FakeReports
from web.problems import install_problems
from web.reports_api import reports_router
from web.trust.rights import RIGHTS_OF_ROLE, Role
from web.trust.who import LOCAL, Principal, Scope, now_asks


@pytest.fixture
def reports() -> FakeReports:
    return FakeReports()


@pytest.fixture
async def client(reports: FakeReports) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    install_problems(app)
    app.include_router(reports_router(reports, lambda: {"1007": "李娜"}))
    now_asks(LOCAL)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here/api/v1/reports") as asking:
        yield asking


async def test_the_report_says_what_must_be_explained(client: httpx.AsyncClient) -> None:
    report = (await client.get("/monthly")).json()
    assert (report["month"], report["before"]["key"], report["total"]["pass_ratio"]) == ("2026-11", "2026-10", 0.9)
    met = {each["figure"]: each["met"] for each in report["targets"]}
    assert met == {"pass_ratio": False, "error_ratio": True, "fatal_ratio": False, "fcr": None, "csat": True}
    assert report["gaps"] == [{"site": "wuhan", "figure": "csat", "value": 0.91, "together": 0.93}]
    assert (report["faults"][0]["calls"], report["faults"][0]["calls_before"]) == (3, 1)
    assert (report["loop"]["confirmed"], report["agents"][0]["name"]) == (9, "李娜")


async def test_a_leader_gets_the_report_of_the_scope(client: httpx.AsyncClient, reports: FakeReports) -> None:
    east = Scope(teams=frozenset({"east"}))
    now_asks(Principal("leader", "leader", RIGHTS_OF_ROLE[Role.SUPERVISOR], east, user_id="leader"))
    await client.get("/monthly", params={"month": "2026-10", "site": "wuhan"})
    (asked,) = reports.asked
    assert (asked.month, asked.site, asked.team, asked.scope) == ("2026-10", "wuhan", None, east)


@pytest.mark.parametrize("month", ["2026-13", "november", "2026-12", "2026-11-01"])
async def test_a_month_that_is_none_or_not_yet_is_refused(client: httpx.AsyncClient, month: str) -> None:
    refused = await client.get("/monthly", params={"month": month})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "query.month")


async def test_the_table_speaks_the_language_that_is_asked_for(client: httpx.AsyncClient) -> None:
    answer = await client.get("/monthly.csv", params={"language": "zh-CN", "site": "wuhan"})
    assert 'filename="quality-2026-11-wuhan.csv"' in answer.headers["content-disposition"]
    head, *lines = answer.text.splitlines()
    assert head.startswith("\ufeff行,编号,姓名,通话量,平均通话时长")
    assert [line.split(",")[:3] for line in lines[:2]] == [["月份", "2026-10", ""], ["月份", "2026-11", ""]]
    assert "坐席,1007,李娜" in answer.text
    assert all(len(line.split(",")) == len(head.split(",")) for line in lines)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-CN", ("质检月报 2026-11", "综合差错率", "需说明事项", "李娜", "应答及时", "整改闭环")),
        ("en", ("Monthly quality report 2026-11", "Error rate", "To be explained", "Answers in time", "Closed loop")),
    ],
)
async def test_the_pdf_holds_every_part(client: httpx.AsyncClient, language: str, words: tuple[str, ...]) -> None:
    answer = await client.get("/monthly.pdf", params={"language": language})
    assert answer.headers["content-type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    text = "\n".join(page.extract_text() for page in pages)
    assert [word for word in words if word not in text] == []
