"""REST of feeds, models, what is kept, and of changing rules."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.fakes.office import FakeKeeping, FakeWorkshop, an_office
from tests.web.rest import bad_fields
from web.office import Office, office_routes
from web.problems import install_problems
from web.trust.who import LOCAL, now_asks

_FILE = "zh/forbidden.yaml"


@pytest.fixture
def workshop() -> FakeWorkshop:
    return FakeWorkshop()


@pytest.fixture
def keeping() -> FakeKeeping:
    return FakeKeeping()


@pytest.fixture
async def client(workshop: FakeWorkshop, keeping: FakeKeeping) -> AsyncIterator[httpx.AsyncClient]:
    now_asks(LOCAL)
    app = FastAPI()
    install_problems(app)
    office: Office = replace(an_office(), workshop=workshop, keeping=keeping)
    for router in office_routes(office):
        app.include_router(router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here/api/v1") as opened:
        yield opened


async def test_feeds_say_what_is_linked_and_how_streams_come(client: httpx.AsyncClient) -> None:
    body = (await client.get("/feeds")).json()
    (link,), (stream,) = body["links"], body["streams"]
    assert (link["linked"], link["failure"], link["losses"]) == (False, "the system does not answer", 2)
    assert (stream["road"], stream["rate_hz"], stream["lost_ratio"], stream["level_dbfs"]) == (
        *("audiosocket", 8000),
        *(0.1, -20.0),
    )
    assert (body["faults"], body["lacking"], body["roads"][0]["open"]) == ({"odd": 2}, ["call-1"], 1)


async def test_models_are_shown_and_verified(client: httpx.AsyncClient) -> None:
    here, missing = (await client.get("/models")).json()["models"]
    assert (here["here"], here["hearing"]["calls_by_tier"], missing["cure"][:15]) == (
        True,
        {"full": 3},
        "No speech model",
    )
    assert (here["hearing"]["graph"], missing["hearing"]["graph"]) == ("composed", None)
    assert (await client.post("/models/ko/verify")).json()["faults"] == ["conf/model.conf has other content"]
    assert (await client.post("/models/zh/verify")).status_code == 404
    assert (await client.post("/models/fr/verify")).status_code == 422


async def test_what_is_kept_and_one_call_forgotten(client: httpx.AsyncClient, keeping: FakeKeeping) -> None:
    body = (await client.get("/retention")).json()
    assert [(kind["kind"], kind["days"], kind["enabled"]) for kind in body["kinds"]] == [
        ("calls", 90, True),
        ("recordings", 0, False),
    ]
    assert (await client.delete("/calls/over")).json() == {"deleted": {"calls": 1, "alerts": 2}}
    assert (await client.delete("/calls/call-1")).status_code == 409
    assert (await client.delete("/calls/nowhere")).status_code == 404
    assert keeping.forgotten == ["over"]


async def test_rules_are_read_checked_and_published(client: httpx.AsyncClient, workshop: FakeWorkshop) -> None:
    files = (await client.get("/rules/files")).json()
    assert (files["version"], files["locked"], files["files"][0]["path"]) == ("v1", None, _FILE)
    checked = (await client.post("/rules/check", json={"files": {_FILE: "odd"}})).json()
    assert checked["faults"] == [
        {"file": _FILE, "line": 9, "text": "is not heard", "rule": "zh.forbidden.a", "example": "不归我管"}
    ]
    asked = {"files": {_FILE: "rules: []"}, "version": "v1", "note": "softer"}
    answer = await client.post("/rules/publish", json=asked, headers={"X-Earshot-Person": "li"})
    assert answer.json() == {"version": "v2"}
    assert workshop.published == [({_FILE: "rules: []"}, "li", "softer")]
    late = await client.post("/rules/publish", json=asked)
    assert (late.status_code, late.json()["errors"][0]["detail"]) == (409, "in force is v2")
    refused = await client.post("/rules/publish", json={"files": {_FILE: "wrong odd"}, "version": "v2"})
    assert (refused.status_code, bad_fields(refused)) == (422, {f"{_FILE}:7", f"{_FILE}:9"})
    workshop.locked = "Name a folder."
    locked = await client.post("/rules/publish", json={"files": {_FILE: ""}, "version": "v2"})
    assert (locked.status_code, locked.json()["detail"]) == (409, "Name a folder.")


@pytest.mark.parametrize(
    "body",
    [
        {"files": {}},
        {"files": {"../etc/passwd": "x"}},
        {"files": {"zh/unknown.yaml": "x"}},
        {"files": {_FILE: "x" * 200_001}},
        {"files": {_FILE: "x"}, "more": 1},
    ],
)
async def test_only_files_of_rules_are_taken(client: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert (await client.post("/rules/check", json=body)).status_code == 422


async def test_a_forecast_is_asked_for_and_looked_at(client: httpx.AsyncClient) -> None:
    asked = {"files": {_FILE: "rules: []"}, "first": "2026-11-22", "last": "2026-11-23"}
    refused = await client.post("/rules/forecasts", json={**asked, "files": {_FILE: "wrong"}})
    assert (refused.status_code, bad_fields(refused)) == (422, {f"{_FILE}:7"})
    assert (await client.post("/rules/forecasts", json={**asked, "first": "2026-09-01"})).status_code == 422
    answer = await client.post("/rules/forecasts", json=asked)
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    assert (await client.get(f"/rules/forecasts/{answer.json()['forecast_id']}")).json() == answer.json()
    assert (await client.post("/rules/forecasts", json=asked)).status_code == 409
    assert (await client.get("/rules/forecasts/F9")).status_code == 404


async def test_the_way_back(client: httpx.AsyncClient, workshop: FakeWorkshop) -> None:
    (edition,) = (await client.get("/rules/editions")).json()["editions"]
    assert (edition["edition_id"], edition["changed"], edition["current"]) == ("E1", [_FILE], True)
    assert (await client.get("/rules/editions/E1")).json()["files"] == {_FILE: "rules: []\n"}
    assert (await client.get("/rules/editions/E2")).status_code == 404
    assert (await client.post("/rules/editions/E1/restore", json={"version": "v1"})).json() == {"version": "v2"}
    assert (await client.post("/rules/editions/E1/restore", json={"version": "v1"})).status_code == 409
    assert (await client.post("/rules/editions/E2/restore", json={"version": "v2"})).status_code == 404
