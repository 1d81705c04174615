"""Figures of quality by REST: an agent's own, a leader's scope, everything; JSON and CSV."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from tests.fakes.reports import FakeQuality
from web.figures_sources import By
from web.problems import install_problems
from web.quality_api import quality_router
from web.trust.rights import RIGHTS_OF_ROLE, Role
from web.trust.who import EVERYWHERE, LOCAL, Principal, Scope, now_asks

_EAST = Scope(teams=frozenset({"east"}))


@pytest.fixture
def quality() -> FakeQuality:
    return FakeQuality()


@pytest.fixture
async def client(quality: FakeQuality) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    install_problems(app)
    app.include_router(quality_router(lambda: quality, lambda: {"1007": "=Li"}))
    now_asks(LOCAL)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here/api/v1/figures") as asking:
        yield asking


async def test_a_line_holds_scores_errors_and_what_others_know(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/quality", params={"by": "agent"})).json()
    line, nobody = answer["lines"]
    assert (line["key"], line["name"], line["mean_score"], line["pass_ratio"]) == ("1007", "=Li", 92.55, 0.9)
    assert (line["error_ratio"], line["fatal_ratio"], line["faults_per_100_scored"]) == (0.3, 0.1, 40.0)
    assert (line["mean_talk_ms"], line["outside"]["csat"]) == (72_000, {"value": 0.91, "number": 20})
    assert (nobody["scored"], nobody["mean_score"], nobody["pass_ratio"]) == (0, None, None)


async def test_the_table_has_no_formulas(client: httpx.AsyncClient) -> None:
    head, first, _ = (await client.get("/quality.csv", params={"by": "agent"})).text.splitlines()
    assert head.startswith("\ufeffagent,name,calls,mean_talk_s,alerts")
    assert first == "1007,'=Li,50,72.0,6,10.0,3,10,92.55,0.9,4,40.0,0.3,0.1,1,0,0,2,0.91,,2.0,,"


async def test_an_agent_gets_own_figures_whoever_is_asked_for(client: httpx.AsyncClient, quality: FakeQuality) -> None:
    now_asks(Principal("1007", "1007", RIGHTS_OF_ROLE[Role.AGENT], _EAST, user_id="1007"))
    await client.get("/quality", params={"by": "team", "agent": "1008"})
    await client.get("/faults", params={"by": "agent"})
    assert [(each.agent, each.scope) for each in quality.asked] == [("1007", EVERYWHERE)] * 2


async def test_a_leader_gets_those_of_the_scope(client: httpx.AsyncClient, quality: FakeQuality) -> None:
    now_asks(Principal("leader", "leader", RIGHTS_OF_ROLE[Role.SUPERVISOR], _EAST, user_id="leader"))
    await client.get("/quality", params={"by": "site", "site": "wuhan"})
    (asked,) = quality.asked
    assert (asked.by, asked.agent, asked.site, asked.scope) == (By.SITE, None, "wuhan", _EAST)


async def test_faults_have_their_titles(client: httpx.AsyncClient) -> None:
    (fault,) = (await client.get("/faults", params={"by": "agent"})).json()["faults"]
    assert (fault["item"], fault["calls"], fault["titles"]["zh"]) == ("answers", 3, "应答及时")


async def test_a_time_that_is_none_is_refused(client: httpx.AsyncClient) -> None:
    refused = await client.get("/quality", params={"by": "day", "from": "2026-11-23", "to": "2026-11-01"})
    assert refused.json()["errors"][0]["field"] == "query.from"
