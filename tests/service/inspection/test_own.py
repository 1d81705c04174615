"""The agent's own page: own scores' evidence and clips, tips, hearings where the house shows them; nobody else's."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from fastapi import FastAPI
from sqlalchemy import Engine

from alerts.alert import Evidence
from config.inspection import InspectionSettings
from service.inspection.own import OwnPage, hearings_of
from service.ledger.ledger_book import StoredLedger
from service.store.ledger_rows import find_rows
from tests.fakes.house import a_row
from tests.service.inspection.desk import InspectionDesk, desk, ended, fault
from tests.service.store.examples import BEGAN_AT
from web.desk_sources import AgentTip
from web.inspection.faults import install_inspection_faults
from web.inspection.own_api import own_router
from web.inspection.own_sources import Hearing
from web.problems import install_problems
from web.trust.rights import RIGHTS_OF_ROLE, Role
from web.trust.sources import Act, LedgerQuestion, LedgerRow
from web.trust.who import EVERYWHERE, LOCAL, Principal, now_asks

AGENT = Principal("Li", "1007", RIGHTS_OF_ROLE[Role.AGENT], EVERYWHERE, user_id="u7")
OTHER = replace(AGENT, name="Wu", acts_as="1008", user_id="u8")


class _Clips:
    async def clip(self, alert_id: str, *, as_wav: bool) -> bytes | None:
        return b"RIFF" if as_wav and alert_id == "a1" else None


def _tips(agent_id: str, since: datetime | None) -> Sequence[AgentTip]:
    tips = [
        AgentTip(f"t{n}", "1007", "c1", "fast_speech", "Speak slower.", BEGAN_AT + timedelta(seconds=n)) for n in (1, 2)
    ]
    return [tip for tip in tips if tip.agent_id == agent_id and (since is None or tip.at > since)]


@asynccontextmanager
async def over_http(folder: Path, *, shown: bool = True) -> AsyncIterator[tuple[InspectionDesk, httpx.AsyncClient]]:
    settings = InspectionSettings(agents_see_hearing=shown)
    async with desk(folder) as house:
        ledger = StoredLedger(house.store, house.clock)
        app = FastAPI()
        install_problems(app)
        install_inspection_faults(app)
        own = OwnPage(settings, house.store, _Clips(), ledger, _tips)
        app.include_router(own_router(house.scoring, own, ledger))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here/api/v1") as client:
            yield house, client
    now_asks(LOCAL)


async def test_the_agent_gets_what_proves_own_scores_and_nobody_else_does(tmp_path: Path) -> None:
    async with over_http(tmp_path) as (house, client):
        clip = Evidence(8_120, 11_320, (), (), "喂", "0" * 64)
        await house.keep([ended("c1"), ended("c2")], [fault("a1", "c1", evidence=clip), fault("a2", "c1")])
        draft = await house.scoring.begin("c2", "hundred_points", "qa1")
        score = await house.scored("c1")
        address = f"/inspection/scores/{score.score_id}/evidence"
        now_asks(AGENT)

        found = (await client.get(address)).json()["findings"]

        assert [each["alert_id"] for each in found] == ["a1", "a2"]
        assert found[0]["evidence"]["clip"] == f"/api/v1{address}/a1/clip.wav"
        assert (found[0]["evidence"]["text"], found[1]["evidence"]["clip"]) == ("喂", None)
        assert (await client.get(f"{address}/a1/clip.wav")).content == b"RIFF"
        assert (await client.get(f"{address}/a2/clip.wav")).json()["type"] == "/problems/no-clip"
        assert (await client.get(f"{address}/a3/clip.wav")).status_code == 404
        assert (await client.get(f"/inspection/scores/{draft.score_id}/evidence")).status_code == 404
        (row,) = await house.store.read(_clip_rows)
        assert (row.who, row.call_id, row.agent_id, row.from_ms, row.to_ms) == ("1007", "c1", "1007", 8_120, 11_320)
        now_asks(OTHER)
        assert (await client.get(address)).status_code == 404
        assert (await client.get(f"{address}/a1/clip.wav")).status_code == 404


def _clip_rows(engine: Engine) -> Sequence[LedgerRow]:
    return find_rows(engine, EVERYWHERE, LedgerQuestion(acts=(Act.CLIP,)))


async def test_tips_missed_meanwhile_are_asked_for_by_the_last_one(tmp_path: Path) -> None:
    async with over_http(tmp_path) as (_, client):
        now_asks(AGENT)
        first, second = (await client.get("/own/messages")).json()["messages"]
        missed = (await client.get("/own/messages", params={"since": first["at"]})).json()["messages"]
        assert missed == [second]
        assert (await client.get("/own/messages", params={"agent_id": "1008"})).json()["messages"] == [first, second]
        now_asks(OTHER)
        assert (await client.get("/own/messages", params={"agent_id": "1007"})).json() == {"messages": []}
        now_asks(LOCAL)
        assert len((await client.get("/own/messages", params={"agent_id": "1007"})).json()["messages"]) == 2


async def test_hearings_are_shown_where_the_house_says_so(tmp_path: Path) -> None:
    async with over_http(tmp_path, shown=False) as (_, client):
        now_asks(AGENT)
        assert (await client.get("/own")).json() == {
            "agent_id": "1007",
            "hearing_shown": False,
            "appeal_within_days": 7.0,
        }
        assert (await client.get("/own/hearings")).json()["type"] == "/problems/not-shown"
    async with over_http(tmp_path / "other") as (house, client):
        await house.keep([ended("c1")], [fault("a1", "c1")])
        score = await house.scored("c1")
        now_asks(Principal("Wang", "wang", RIGHTS_OF_ROLE[Role.SUPERVISOR], EVERYWHERE))
        await client.get(f"/inspection/scores/{score.score_id}/evidence/a1/clip.wav")
        now_asks(AGENT)
        (heard,) = (await client.get("/own/hearings")).json()["hearings"]
        assert (heard["act"], heard["call_id"]) == ("clip", "c1")
        assert "wang" not in str(heard).lower()


def test_rows_of_one_listener_are_one_hearing_and_own_ones_none() -> None:
    at = BEGAN_AT
    rows = [
        a_row(4, "listen", at=at + timedelta(seconds=20), from_ms=18_000, to_ms=21_000),
        a_row(3, "clip", who="1007"),
        a_row(2, "listen", at=at + timedelta(seconds=10), from_ms=8_000, to_ms=18_000),
        a_row(1, "replay", at=at, from_ms=1_000, to_ms=None),
        a_row(1, "download", at=at, from_ms=0, to_ms=20),
        a_row(1, "whisper", at=at, from_ms=1_000, to_ms=4_000),
        a_row(0, "end", from_ms=None),
    ]

    assert hearings_of("1007", rows) == [
        Hearing("listen", "call-1", at + timedelta(seconds=10), 8_000, 21_000),
        Hearing("whisper", "call-1", at, 1_000, 4_000),
    ]
