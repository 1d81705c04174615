"""What the pages of the closed loop ask by REST: one record at a time, with its trail, and acts by hand."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from fastapi import FastAPI

from alerts.alert import Kind
from config.roster import Person, Roster, Team
from config.roster import Role as RosterRole
from service.inspection.periods import week_of
from streaming.frames import Leg
from tests.fakes.desk import FakeCalls, a_line
from tests.service.inspection.desk import PLAN, InspectionDesk, desk, ended, fault, faultless, judged
from tests.service.inspection.test_over_http import LEAD, QA, somebody
from tests.service.store.examples import BEGAN_AT
from web.inspection.faults import install_inspection_faults
from web.inspection.routes import inspection_routes
from web.problems import install_problems
from web.trust.rights import Right, Role
from web.trust.sources import Act, Deed
from web.trust.who import EVERYWHERE, LOCAL, Principal, Scope, now_asks

WRONG = judged("correct", wrong=1)
ROSTER = Roster(
    people=(
        Person(id="li", name="Li Na", teams=("east",)),
        Person(id="qa1", name="Wang Fang", roles=(RosterRole.INSPECTOR,)),
        Person(id="west1", teams=("west",)),
    ),
    teams=(Team(id="east"), Team(id="west")),
)


class HeardCalls(FakeCalls):
    """Remembers whether numbers were to be covered."""

    def __init__(self) -> None:
        super().__init__(ended("c1"))
        self.covered: list[bool] = []
        self.recorded = True

    async def audio(
        self, call_id: str, from_ms: int, to_ms: int, legs: Sequence[Leg], *, bleeped: bool = False
    ) -> tuple[int, list[bytes]]:
        self.covered.append(bleeped)
        return await super().audio(call_id, from_ms, to_ms, legs) if self.recorded else (from_ms, [])


class OneClip:
    """Fills `web.sources.Clips`: the clip of a1."""

    async def clip(self, alert_id: str, *, as_wav: bool) -> bytes | None:
        return b"RIFF of a1" if alert_id == "a1" else None


class Rows:
    """Fills `Ledger`."""

    def __init__(self) -> None:
        self.deeds: list[Deed] = []

    async def write(self, who: Principal, deed: Deed) -> None:
        self.deeds.append(deed)


@asynccontextmanager
async def asked(folder: Path) -> AsyncIterator[tuple[InspectionDesk, httpx.AsyncClient, HeardCalls, Rows]]:
    async with desk(folder) as house:
        app, calls, rows = FastAPI(), HeardCalls(), Rows()
        install_problems(app)
        install_inspection_faults(app)
        for router in inspection_routes(house.inspection, lambda: ROSTER, calls, OneClip(), rows):
            app.include_router(router)
        now_asks(LOCAL)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here/api/v1") as client:
            yield house, client, calls, rows


async def test_one_improvement_with_its_trail_is_closed_by_hand(tmp_path: Path) -> None:
    async with asked(tmp_path) as (house, client, _, _):
        await house.keep([ended("c1"), ended("c2", "1008", 1)])
        score = await house.scored("c1", faults=[WRONG])
        await house.scored("c2", faults=[WRONG])
        mine, other = sorted(
            (await client.get("/inspection/improvements?step=report&step=plan")).json()["improvements"],
            key=lambda each: each["agent_id"],
        )
        address = f"/inspection/improvements/{mine['improvement_id']}"
        assert (await client.get(address)).json() == mine
        (first,) = (await client.get(f"{address}/trail")).json()["steps"]
        assert (first["act"], first["content"]) == ("confirm", {"score_id": score.score_id})
        now_asks(somebody(Role.AGENT, "1007"))
        assert (await client.get(address)).status_code == 200
        assert (await client.get(f"/inspection/improvements/{other['improvement_id']}")).status_code == 404
        now_asks(somebody(Role.SUPERVISOR, "leader", Scope(teams=frozenset({"west"}))))
        assert (await client.get(f"{address}/trail")).status_code == 404
        now_asks(LOCAL)
        early = {"version": 1, "result": "improved", "reason": "heard him"}
        assert (await client.post(f"{address}/close", json=early, headers=QA)).status_code == 409
        done = {"version": 1, "result": "withdrawn", "reason": "the tariff was right"}
        closed = (await client.post(f"{address}/close", json=done, headers=QA)).json()
        assert (closed["step"], closed["result"], closed["due_at"]) == ("closed", "withdrawn", None)
        last = (await client.get(f"{address}/trail")).json()["steps"][-1]
        assert (last["act"], last["by"], last["reason"]) == ("close", "qa1", "the tariff was right")
        again = await client.post(f"{address}/close", json={**done, "version": 2}, headers=QA)
        assert (again.status_code, again.json()["type"]) == (409, "/problems/not-now")


async def test_an_appeal_that_was_right_withdraws_the_improvement(tmp_path: Path) -> None:
    async with asked(tmp_path) as (house, client, _, _):
        await house.keep([ended("c1")])
        score = await house.scored("c1", faults=[WRONG, judged("complete", incomplete=1)])
        agent = {"X-Earshot-Person": "1007"}
        await client.post(f"/inspection/scores/{score.score_id}/appeal", json={"reason": "no"}, headers=agent)
        (appeal,) = (await client.get("/inspection/appeals")).json()["appeals"]
        body = {"version": 1, "changed": True, "reason": "right", "marks": [{"item": "correct"}]}
        await client.post(f"/inspection/appeals/{appeal['appeal_id']}/decide", json=body, headers=LEAD)
        cases = (await client.get("/inspection/improvements")).json()["improvements"]
        assert {each["fault"]: each["result"] for each in cases} == {"correct": "withdrawn", "complete": None}


async def test_a_round_shows_progress_and_own_scores_until_it_is_closed(tmp_path: Path) -> None:
    async with asked(tmp_path) as (house, client, _, _):
        await house.keep([ended("c1")])
        body = {"title": "November", "sheet": "hundred_points", "call_ids": ["c1"], "inspectors": ["qa1", "qa2"]}
        begun = (await client.post("/inspection/calibrations", json=body, headers=LEAD)).json()
        address = f"/inspection/calibrations/{begun['calibration_id']}"
        score = (await client.post(f"{address}/calls/c1/score", headers=QA)).json()
        for item in score["result"]["open_items"]:
            await house.scoring.mark(score["score_id"], score["version"], faultless("hundred_points", item), "qa1")
            score["version"] += 1
        await house.scoring.close(score["score_id"], score["version"], None, "qa1")
        await client.post(f"{address}/calls/c1/score", headers={"X-Earshot-Person": "qa2"})
        running = (await client.get(address, headers={"X-Earshot-Person": "qa2"})).json()
        assert running["progress"] == [{"inspector": "qa1", "scored": 1}, {"inspector": "qa2", "scored": 0}]
        assert [(each["call_id"], each["state"]) for each in running["own"]] == [("c1", "draft")]
        assert running["scores"] == []
        now_asks(somebody(Role.QA, "lead", EVERYWHERE, Right.QUALITY))
        other = f"/inspection/scores/{score['score_id']}"
        assert (await client.get(other)).status_code == 404
        await client.post(f"{address}/close", json={"version": 1})
        assert (await client.get(other)).json()["inspector"] == "qa1"
        of_call = (await client.get("/calls/c1/scores")).json()["scores"]
        assert sorted(each["state"] for each in of_call) == ["closed", "draft"]
        now_asks(somebody(Role.AGENT, "1007"))
        assert (await client.get(other)).status_code == 404
        now_asks(LOCAL)
        over = (await client.get(address, headers=LEAD)).json()
        assert [(each["inspector"], each["points"]) for each in over["scores"]] == [("qa1", 100.0)]
        assert over["own"] == []


async def test_examples_are_found_and_heard_with_numbers_covered_for_everybody(tmp_path: Path) -> None:
    async with asked(tmp_path) as (house, client, calls, rows):
        await house.keep([ended("c1")], [fault("a1", "c1")])
        calls.lines["c1"] = [
            a_line("I want a refund", call_id="c1"),
            a_line("too late", call_id="c1", utterance=2, start_ms=60_000),
        ]
        body = {"call_id": "c1", "fault": "dead_air", "good": False, "title": "Silence", "from_ms": 0, "to_ms": 9_000}
        silent = (await client.post("/inspection/examples", json=body, headers=QA)).json()
        told = {**body, "consent": True, "good": True, "title": "Calm voice", "alert_id": "a1"}
        heard = (await client.post("/inspection/examples", json=told, headers=QA)).json()
        strange = await client.post("/inspection/examples", json={**told, "alert_id": "a9"}, headers=QA)
        assert strange.status_code == 409
        backwards = await client.post("/inspection/examples", json={**body, "to_ms": 1, "from_ms": 2}, headers=QA)
        assert backwards.status_code == 422
        for asking, titles in (
            ({"good": True}, ["Calm voice"]),
            ({"consent": False}, ["Silence"]),
            ({"words": "CALM voice"}, ["Calm voice"]),
            ({"words": "nothing"}, []),
        ):
            found = (await client.get("/inspection/examples", params=asking)).json()["examples"]
            assert [each["title"] for each in found] == titles
        now_asks(somebody(Role.AGENT, "1009", Scope(teams=frozenset({"west"})), Right.HEAR_NUMBERS))
        sound = await client.get(heard["audio"].removeprefix("/api/v1"))
        assert (sound.status_code, sound.headers["content-type"], calls.covered) == (200, "audio/wav", [True])
        assert [(deed.act, deed.call_id, deed.from_ms, deed.to_ms) for deed in rows.deeds] == [
            (Act.CLIP, "c1", 0, 9_000)
        ]
        words = (await client.get(f"/inspection/examples/{heard['example_id']}/words")).json()["lines"]
        assert [line["text"] for line in words] == ["I want a refund"]
        assert (await client.get(f"/inspection/examples/{silent['example_id']}/words")).status_code == 404
        calls.recorded = False
        assert (await client.get(heard["audio"].removeprefix("/api/v1"))).content == b"RIFF of a1"
        now_asks(LOCAL)
        refused = await client.get(f"/inspection/examples/{silent['example_id']}/audio.wav")
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/no-consent")
        assert len(rows.deeds) == 2


async def test_call_backs_are_taken_in_hand_and_dropped(tmp_path: Path) -> None:
    async with asked(tmp_path) as (house, client, _, _):
        await house.keep([ended("c1")], [fault("a1", "c1", Kind.CUSTOMER_ABANDONED)])
        await house.inspection.call_backs.look()
        (back,) = (await client.get("/call-backs")).json()["call_backs"]
        address = f"/call-backs/{back['call_back_id']}"
        claimed = (await client.post(f"{address}/claim", json={"version": 1}, headers=QA)).json()
        assert (claimed["state"], claimed["assignee"], claimed["version"]) == ("open", "qa1", 2)
        late = await client.post(f"{address}/claim", json={"version": 1}, headers=LEAD)
        assert late.json()["type"] == "/problems/stale-version"
        gone = {"version": 2, "reason": "he called again"}
        dropped = (await client.post(f"{address}/drop", json=gone, headers=QA)).json()
        assert (dropped["state"], dropped["reason"]) == ("dropped", "he called again")
        assert (await client.post(f"{address}/drop", json={**gone, "version": 3}, headers=QA)).status_code == 409
        assert len((await client.get("/call-backs", params={"state": "dropped"})).json()["call_backs"]) == 1


async def test_plans_are_changed_without_the_settings(tmp_path: Path) -> None:
    async with asked(tmp_path) as (house, client, _, _):
        await house.keep([ended(f"c{number}", minute=number) for number in range(9)])
        (said,) = (await client.get("/inspection/plans")).json()["plans"]
        assert (said["plan"], said["version"], said["origin"]) == ("weekly", 0, "settings")
        more = {**PLAN, "number": 5}
        put = (await client.put("/inspection/plans/weekly", json={"version": 0, "plan": more}, headers=LEAD)).json()
        assert (put["number"], put["version"], put["origin"]) == (5, 1, "page")
        stale = await client.put("/inspection/plans/weekly", json={"version": 0, "plan": more}, headers=LEAD)
        assert (stale.status_code, stale.json()["type"]) == (409, "/problems/stale-version")
        week = week_of(BEGAN_AT.date())
        drawn = (await client.post("/inspection/plans/weekly/draw", json={"period": week})).json()["tasks"]
        assert len(drawn) == 5
        no_sheet = {"version": 0, "plan": {**PLAN, "plan": "other", "sheet": "none"}}
        refused = await client.put("/inspection/plans/other", json=no_sheet)
        assert "hundred_points" in refused.json()["detail"]
        assert (await client.put("/inspection/plans/other", json={"version": 0, "plan": PLAN})).status_code == 422
        assert (await client.delete("/inspection/plans/weekly?version=1", headers=LEAD)).status_code == 204
        assert (await client.get("/inspection/plans")).json() == {"plans": []}
        assert (await client.delete("/inspection/plans/weekly?version=2")).status_code == 404
        again = await client.put("/inspection/plans/weekly", json={"version": 0, "plan": PLAN}, headers=LEAD)
        assert again.json()["version"] == 3


async def test_a_sheet_is_checked_with_the_lines_of_its_faults(tmp_path: Path) -> None:
    async with asked(tmp_path) as (_, client, _, _):
        sheet = (await client.get("/inspection/sheets/outbound_survey")).json()
        sound = "sheet: s\nversion: 1\ntitle: {zh: 表, en: S}\narithmetic: indicators\ngroups:\n"
        sound += "- {id: g, title: {zh: 组, en: G}, items: [{id: i, form: indicator, title: {zh: 项, en: I}}]}\n"
        found = (await client.post("/inspection/sheets/check", json={"text": sound})).json()
        assert (found["faults"], found["sheet"]["sheet"]["sheet"]) == ([], "s")
        wrong = sound.replace("form: indicator", "form: indicater").replace("version: 1", "version: none")
        found = (await client.post("/inspection/sheets/check", json={"text": wrong})).json()
        assert [each["line"] for each in found["faults"]] == [2, 6]
        assert found["sheet"] is None
        found = (await client.post("/inspection/sheets/check", json={"text": "a: [\n"})).json()
        assert (found["faults"][0]["line"], found["sheet"]) == (2, None)
        assert sheet["digest"]


async def test_names_are_told_within_the_scope(tmp_path: Path) -> None:
    async with asked(tmp_path) as (_, client, _, _):
        everybody = (await client.get("/inspection/people")).json()["people"]
        assert [(each["id"], each["name"]) for each in everybody] == [
            ("li", "Li Na"),
            ("qa1", "Wang Fang"),
            ("west1", None),
        ]
        now_asks(somebody(Role.SUPERVISOR, "leader", Scope(teams=frozenset({"east"}))))
        assert [each["id"] for each in (await client.get("/inspection/people")).json()["people"]] == ["li", "qa1"]
