"""The inspectors' desk by REST, on a real store: what each role is shown, and every refusal as problem details."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from alerts.alert import Kind
from config.roster import Roster
from service.inspection.periods import week_of
from tests.fakes.desk import FakeCalls
from tests.service.inspection.desk import InspectionDesk, desk, ended, fault, faultless, judged
from tests.service.store.examples import BEGAN_AT
from web.inspection.faults import install_inspection_faults
from web.inspection.routes import inspection_routes
from web.problems import install_problems
from web.trust.rights import RIGHTS_OF_ROLE, Right, Role
from web.trust.sources import NoLedger
from web.trust.who import EVERYWHERE, LOCAL, Principal, Scope, now_asks

QA = {"X-Earshot-Person": "qa1"}
LEAD = {"X-Earshot-Person": "lead"}


class NoClips:
    """Fills `web.sources.Clips`: nothing is kept."""

    async def clip(self, alert_id: str, *, as_wav: bool) -> bytes | None:
        """Nothing."""
        return None


@asynccontextmanager
async def over_http(folder: Path) -> AsyncIterator[tuple[InspectionDesk, httpx.AsyncClient]]:
    async with desk(folder) as house:
        app = FastAPI()
        install_problems(app)
        install_inspection_faults(app)
        for router in inspection_routes(house.inspection, Roster, FakeCalls(), NoClips(), NoLedger()):
            app.include_router(router)
        now_asks(LOCAL)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here/api/v1") as client:
            yield house, client


def somebody(role: Role, name: str, scope: Scope = EVERYWHERE, *further: Right) -> Principal:
    return Principal(name, name, RIGHTS_OF_ROLE[role] | set(further), scope, user_id=name)


async def test_an_inspector_scores_a_call(tmp_path: Path) -> None:
    async with over_http(tmp_path) as (house, client):
        await house.keep([ended("c1")], [fault("a1", "c1")])
        begun = (await client.post("/calls/c1/scores", json={"sheet": "hundred_points"}, headers=QA)).json()
        assert begun["result"]["points"] == 98.0
        answers = next(mark for mark in begun["marks"] if mark["item"] == "answers")
        assert answers == {
            "item": "answers",
            "state": "proved",
            "counts": {"dead_air": 1},
            "choice": None,
            "evidence": ["a1"],
            "reason": None,
        }
        address = f"/inspection/scores/{begun['score_id']}"
        score = begun
        for item in begun["result"]["open_items"]:
            mark = faultless("hundred_points", item)
            body = {"version": score["version"], "choice": mark.choice}
            score = (await client.put(f"{address}/items/{item}", json=body, headers=QA)).json()
        taken_back = {"version": score["version"], "open": True}
        score = (await client.put(f"{address}/items/smile", json=taken_back, headers=QA)).json()
        refused = await client.post(f"{address}/close", json={"version": score["version"]}, headers=QA)
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-now")
        assert "smile" in refused.json()["detail"]
        body = {"version": score["version"], "counts": {"laughs": 1}, "reason": "laughed"}
        score = (await client.put(f"{address}/items/smile", json=body, headers=QA)).json()
        closed = (await client.post(f"{address}/close", json={"version": score["version"]}, headers=QA)).json()
        assert (closed["state"], closed["result"]["points"], closed["result"]["grade"]) == ("closed", 94.0, "good")
        trail = (await client.get(f"{address}/trail")).json()["steps"]
        assert [trail[0]["act"], trail[-1]["act"], trail[-2]["reason"]] == ["begin", "close", "laughed"]
        listed = (await client.get("/inspection/scores", params={"agent_id": "1007", "state": "closed"})).json()
        assert [each["score_id"] for each in listed["scores"]] == [closed["score_id"]]
        assert [each["score_id"] for each in (await client.get("/calls/c1/scores")).json()["scores"]] == [
            closed["score_id"]
        ]


async def test_refusals_name_what_is_wrong(tmp_path: Path) -> None:
    async with over_http(tmp_path) as (house, client):
        await house.keep([ended("c1")])
        score = (await client.post("/calls/c1/scores", json={"sheet": "hundred_points"}, headers=QA)).json()
        address = f"/inspection/scores/{score['score_id']}/items"
        stale = await client.put(f"{address}/correct", json={"version": 9}, headers=QA)
        assert (stale.status_code, stale.json()["errors"][0]["field"]) == (409, "body.version")
        wrong = await client.put(f"{address}/correct", json={"version": 1, "counts": {"late": 1}}, headers=QA)
        assert wrong.status_code == 422
        assert "nothing called late" in wrong.json()["errors"][0]["detail"]
        other = await client.put(f"{address}/correct", json={"version": 1}, headers={"X-Earshot-Person": "qa2"})
        assert (other.status_code, other.json()["type"]) == (409, "/problems/not-now")
        for missing in ("/inspection/scores/none", "/inspection/sheets/none", "/inspection/appeals/none"):
            assert (await client.get(missing)).json()["type"] == "/problems/unknown-record"
        sheet = await client.get(f"/inspection/sheets/{score['sheet_digest']}")
        assert sheet.json()["sheet"]["sheet"] == "hundred_points"
        assert len((await client.get("/inspection/sheets")).json()["sheets"]) == 3


async def test_worklists_are_drawn_and_worked_off(tmp_path: Path) -> None:
    async with over_http(tmp_path) as (house, client):
        await house.keep([ended(f"c{number}", minute=number) for number in range(9)])
        week = week_of(BEGAN_AT.date())
        drawn = (await client.post("/inspection/plans/weekly/draw", json={"period": week})).json()["tasks"]
        assert len(drawn) == 3
        bad = await client.post("/inspection/plans/weekly/draw", json={"period": "2026-W99"})
        assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "body.period")
        assert [plan["plan"] for plan in (await client.get("/inspection/plans")).json()["plans"]] == ["weekly"]
        first = drawn[0]
        person = {"X-Earshot-Person": first["inspector"]}
        mine = (await client.get("/inspection/tasks", params={"inspector": "me"}, headers=person)).json()["tasks"]
        assert first["task_id"] in [task["task_id"] for task in mine]
        score = (await client.post(f"/inspection/tasks/{first['task_id']}/begin", headers=person)).json()
        assert score["call"]["call_id"] == first["call"]["call_id"]
        last = drawn[-1]
        body = {"version": last["version"], "reason": "a test call"}
        gone = (await client.post(f"/inspection/tasks/{last['task_id']}/drop", json=body, headers=LEAD)).json()
        assert gone["state"] == "dropped"


async def test_fault_appeal_and_improvement(tmp_path: Path) -> None:
    async with over_http(tmp_path) as (house, client):
        await house.keep([ended("c1")])
        score = await house.scored("c1", faults=[judged("correct", wrong=1)])
        (case,) = (await client.get("/inspection/improvements")).json()["improvements"]
        assert (case["fault"], case["step"], case["overdue"]) == ("correct", "report", False)
        address = f"/inspection/improvements/{case['improvement_id']}"
        told = (await client.post(f"{address}/report", json={"version": 1}, headers=LEAD)).json()
        body = {"version": told["version"], "plan": "learn the tariff"}
        ready = (await client.post(f"{address}/plan", json=body, headers=LEAD)).json()
        assert (ready["step"], ready["plan"]) == ("recheck", "learn the tariff")
        assert (await client.get(f"{address}/recheck-calls")).json() == {"call_ids": []}
        assert (await client.get("/inspection/improvements/due")).json() == {"improvements": []}
        agent = {"X-Earshot-Person": "1007"}
        asked = await client.post(f"/inspection/scores/{score.score_id}/appeal", json={"reason": "no"}, headers=agent)
        assert asked.status_code == 201
        appeal = asked.headers["location"].removeprefix("/api/v1")
        body = {"version": 1, "changed": True, "reason": "right"}
        assert (await client.post(f"{appeal}/decide", json=body, headers=LEAD)).status_code == 422
        marks = [{"item": "correct"}]
        changed = await client.post(f"{appeal}/decide", json={**body, "marks": marks}, headers=LEAD)
        assert changed.json()["state"] == "changed"
        assert (await client.get(f"/inspection/scores/{score.score_id}")).json()["result"]["points"] == 100.0
        body = {"version": 2, "reason": "still not"}
        assert (await client.post(f"{appeal}/ask-arbitration", json=body, headers=agent)).json()["version"] == 3
        body = {"version": 3, "reason": "enough"}
        final = (await client.post(f"{appeal}/arbitrate", json=body, headers={"X-Earshot-Person": "two"})).json()
        assert [step["act"] for step in final["trail"]] == ["appeal", "change", "arbitrate", "decide"]
        assert len((await client.get("/inspection/appeals", params={"state": "final"})).json()["appeals"]) == 1


async def test_a_calibration_round(tmp_path: Path) -> None:
    async with over_http(tmp_path) as (house, client):
        await house.keep([ended("c1")])
        body = {"title": "November", "sheet": "hundred_points", "call_ids": ["c1"], "inspectors": ["qa1", "qa2"]}
        begun = (await client.post("/inspection/calibrations", json=body, headers=LEAD)).json()
        address = f"/inspection/calibrations/{begun['calibration_id']}"
        blind = await client.post(f"{address}/calls/c1/score", headers=QA)
        assert blind.json()["calibration_id"] == begun["calibration_id"]
        assert (await client.get(f"{address}/agreement")).status_code == 409
        assert (await client.post(f"{address}/close", json={"version": 1}, headers=LEAD)).json()["closed_at"]
        assert (await client.get(f"{address}/agreement")).json()["scores"] == 0
        assert len((await client.get("/inspection/calibrations")).json()["calibrations"]) == 1


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        (somebody(Role.AGENT, "1007"), {"c1"}),
        (somebody(Role.AGENT, "1008"), set()),
        (somebody(Role.SUPERVISOR, "leader", Scope(teams=frozenset({"east"}))), {"c1"}),
        (somebody(Role.SUPERVISOR, "leader", Scope(teams=frozenset({"west"}))), {"c2"}),
        (somebody(Role.QA, "qa1", Scope(sites=frozenset({"wuhan"}))), {"c1", "c2", "c3"}),
        (somebody(Role.QA, "qa1"), {"c1", "c2", "c3", "c4"}),
    ],
)
async def test_everybody_sees_their_own(tmp_path: Path, who: Principal, seen: set[str]) -> None:
    async with over_http(tmp_path) as (house, client):
        calls = [ended("c1"), ended("c2", "1009", 1, team="west"), ended("c3", "1007", 2, team=None)]
        await house.keep([*calls, ended("c4", "1010", 3, site="shanghai", team="north")])
        await house.scoring.begin("c3", "hundred_points", "qa1")  # a draft
        for call_id in ("c1", "c2", "c4"):
            await house.scored(call_id, faults=[judged("correct", wrong=1)])
        now_asks(who)
        listed = (await client.get("/inspection/scores")).json()["scores"]
        assert {each["call"]["call_id"] for each in listed} == seen
        now_asks(LOCAL)
        every = (await client.get("/inspection/scores")).json()["scores"]
        now_asks(who)
        for each in every:
            found = await client.get(f"/inspection/scores/{each['score_id']}")
            assert (found.status_code == 200) is (each["call"]["call_id"] in seen)
        cases = (await client.get("/inspection/improvements")).json()["improvements"]
        assert {each["call_id"] for each in cases} == seen - {"c3"}


async def test_library_call_backs_and_outside_figures(tmp_path: Path) -> None:
    async with over_http(tmp_path) as (house, client):
        await house.keep([ended("c1")], [fault("a1", "c1", Kind.CUSTOMER_ABANDONED)])
        body = {"call_id": "c1", "fault": "dead_air", "good": True, "title": "Calm", "from_ms": 0, "to_ms": 9_000}
        silent = (await client.post("/inspection/examples", json=body, headers=QA)).json()
        assert silent["audio"] is None
        heard = (await client.post("/inspection/examples", json={**body, "consent": True}, headers=QA)).json()
        assert heard["audio"] == f"/api/v1/inspection/examples/{heard['example_id']}/audio.wav"
        assert len((await client.get("/inspection/examples")).json()["examples"]) == 2
        gone = {"version": 1, "reason": "no"}
        assert (await client.post(f"/inspection/examples/{silent['example_id']}/remove", json=gone)).status_code == 204
        await house.inspection.call_backs.look()
        (back,) = (await client.get("/call-backs", params={"state": "open"})).json()["call_backs"]
        tried = {"version": 1, "reached": True}
        done = (await client.post(f"/call-backs/{back['call_back_id']}/attempts", json=tried, headers=QA)).json()
        assert (done["state"], done["attempts"][0]["by"]) == ("reached", "qa1")
        figure = {"figure": "csat", "day": "2026-11-23", "scope": "agent", "name": "1007", "value": 0.9, "number": 9}
        assert (await client.put("/figures/outside", json={"figures": [figure]})).json() == {"kept": 1}
        days = {"since": "2026-11-01", "until": "2026-12-01"}
        assert (await client.get("/figures/outside", params=days)).json() == {"figures": [figure]}
        wrong = await client.put("/figures/outside", json={"figures": [{**figure, "scope": "moon"}]})
        assert wrong.json()["errors"][0]["field"] == "body.figures.0.scope"
        assert (
            await client.get("/figures/outside", params={"since": "2026-12-01", "until": "2026-11-01"})
        ).status_code == 422
