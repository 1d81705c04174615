"""REST of the past."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from streaming.frames import Leg, Party
from tests.fakes.desk import NOON, a_call, an_alert
from tests.fakes.past import FakeHistory
from tests.web.rest import bad_fields
from web.history_api import history_router
from web.history_sources import HistoryFilter, Said
from web.problems import install_problems
from web.sources import CallState
from web.trust.rights import RIGHTS_OF_ROLE, Right, Role
from web.trust.who import LOCAL, Principal, Scope, now_asks


@pytest.fixture
def past() -> FakeHistory:
    found = FakeHistory()
    found.calls = [a_call(f"call-{number}", CallState.ENDED) for number in (3, 2, 1)]
    found.alerts = [replace(an_alert(), alert_id=f"A{number}") for number in (3, 2, 1)]
    found.said = (Said(Leg.CUSTOMER, 1_500, 2_000, "我要 投诉", ((3, 5),)),)
    return found


@pytest.fixture
async def client(past: FakeHistory) -> AsyncIterator[httpx.AsyncClient]:
    now_asks(LOCAL)
    app = FastAPI()
    install_problems(app)
    app.include_router(history_router(past))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here/api/v1/history") as opened:
        yield opened


async def test_calls_page_by_page(client: httpx.AsyncClient) -> None:
    first = (await client.get("/calls?limit=2")).json()
    assert [call["call_id"] for call in first["calls"]] == ["call-3", "call-2"]
    assert first["calls"][0]["alerts"] == {"major": 2}
    assert first["calls"][0]["said"] == [
        {"leg": "customer", "start_ms": 1500, "end_ms": 2000, "text": "我要 投诉", "places": [[3, 5]]}
    ]
    second = (await client.get(f"/calls?limit=2&cursor={first['next_cursor']}")).json()
    assert [call["call_id"] for call in second["calls"]] == ["call-1"]
    assert (second["next_cursor"], second["looked_back_to"]) == (None, None)


async def test_alerts_page_by_page(client: httpx.AsyncClient) -> None:
    first = (await client.get("/alerts?limit=2")).json()
    assert [alert["alert_id"] for alert in first["alerts"]] == ["A3", "A2"]
    assert (first["next_cursor"], first["looked_back_to"][:4]) == ("A2", str(NOON.year))


async def test_every_filter_arrives(client: httpx.AsyncClient, past: FakeHistory) -> None:
    asked = "agent=1007&team=east&queue=vip&rule=zh.a&kind=dead_air,phrase&severity=major&state=open&said=投诉"
    times = "since=2026-11-23T12:00:00Z&until=2026-11-24T12:00:00Z&hung_up_by=agent"
    assert (await client.get(f"/calls?{asked}&{times}")).status_code == 200
    (wanted,) = past.asked
    assert wanted == HistoryFilter(
        agent="1007",
        team="east",
        queue="vip",
        rule="zh.a",
        kind=("dead_air", "phrase"),
        severity=("major",),
        state=("open",),
        since=NOON,
        until=NOON.replace(day=24),
        said="投诉",
        hung_up_by=Party.AGENT,
    )


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("kind=dead", "query.kind"),
        ("severity=major,bad", "query.severity"),
        ("state=withdrawn", "query.state"),
        ("since=today", "query.since"),
        ("since=2026-11-24T12:00:00Z&until=2026-11-24T12:00:00Z", "query.until"),
        ("said=…", "query.said"),
        ("limit=0", "query.limit"),
        ("cursor=%20", "query.cursor"),
    ],
)
async def test_a_filter_that_cannot_be_used_is_named(client: httpx.AsyncClient, query: str, field: str) -> None:
    for what in ("calls", "alerts"):
        answer = await client.get(f"/{what}?{query}")
        assert (answer.status_code, bad_fields(answer)) == (422, {field})


async def test_calls_as_a_table_without_formulas(client: httpx.AsyncClient, past: FakeHistory) -> None:
    past.calls = [a_call(f"call-{number}", CallState.ENDED, queue="=cmd|x") for number in range(1_203)]
    answer = await client.get("/calls.csv")
    lines = answer.text.splitlines()
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text.startswith("\ufeffcall_id,started_at,")
    assert len(lines) == 1_204
    assert lines[-1].split(",")[0] == "call-1202"
    assert ",'=cmd|x," in lines[1]
    assert "861012345678" not in answer.text


async def test_alerts_as_a_table(client: httpx.AsyncClient) -> None:
    lines = (await client.get("/alerts.csv?severity=major")).text.splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["A3", "A2", "A1"]
    assert lines[1].endswith(",1.5,我要 投诉")


async def test_whoever_has_no_right_to_words_may_not_look_for_them(
    client: httpx.AsyncClient, past: FakeHistory
) -> None:
    east = Scope(teams=frozenset({"east"}))
    now_asks(Principal("li", "li", RIGHTS_OF_ROLE[Role.FLOOR_MANAGER], east))
    assert (await client.get("/calls?said=投诉")).status_code == 403
    assert (await client.get("/calls")).status_code == 200
    now_asks(Principal("qa", "qa", RIGHTS_OF_ROLE[Role.QA] - {Right.LIVE_TRANSCRIPT}, east, legs="agent"))
    assert (await client.get("/calls?said=投诉")).status_code == 200
    assert [(each.scope, each.heard, each.over) for each in past.asked] == [
        (east, "both", False),
        (east, "agent", True),
    ]
