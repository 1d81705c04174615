"""REST of the roster."""

from tests.web.rest import Desk, bad_fields

_TABLE = "id,name,roles,teams,duty_days,duty_from,duty_to\n2001,Wang,supervisor,,mon-fri,09:00,18:00\n2002,Zhao,,,,,\n"


async def test_entries_come_go_and_change(desk: Desk) -> None:
    client = desk.client
    assert (await client.put("/api/v1/roster/teams/east", json={"name": "East"})).status_code == 200
    li = {"name": "Li", "teams": ["east"], "extension": "1007"}
    answer = await client.put("/api/v1/roster/people/1007", json=li)
    assert (answer.status_code, answer.json()["teams"]) == (200, ["east"])
    assert (await client.get("/api/v1/roster/people/1007")).json()["extension"] == "1007"
    assert [each["id"] for each in (await client.get("/api/v1/roster/people")).json()] == ["1007"]
    assert (await client.delete("/api/v1/roster/teams/east")).status_code == 422  # Li still names it
    assert (await client.delete("/api/v1/roster/people/1007")).status_code == 204
    assert (await client.delete("/api/v1/roster/people/1007")).status_code == 404
    assert (await client.get("/api/v1/roster/people/1007")).status_code == 404
    whole = (await client.get("/api/v1/roster")).json()
    assert whole["teams"] == [{"id": "east", "name": "East", "site": None}]


async def test_what_cannot_be_used_is_named(desk: Desk) -> None:
    put = desk.client.put
    assert bad_fields(await put("/api/v1/roster/people/a", json={"roles": ["boss"]})) == {"body.roles.0"}
    assert bad_fields(await put("/api/v1/roster/sites/a", json={"timezone": "Mars/Base"})) == {"body.timezone"}
    assert bad_fields(await put("/api/v1/roster/people/a", json={"colour": "red"})) == {"body.colour"}
    assert (await put("/api/v1/roster/people/a", json={"teams": ["nowhere"]})).status_code == 422
    assert (await put("/api/v1/roster/pets/a", json={})).status_code == 422


async def test_a_table_is_taken_whole_or_not_at_all(desk: Desk) -> None:
    headers = {"Content-Type": "text/csv"}
    answer = await desk.client.post("/api/v1/roster/import", content=_TABLE, headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"people": 2})
    bad = _TABLE + "2003,Park,boss,,,,\n2004,Kim,,,someday,,\n"
    answer = await desk.client.post("/api/v1/roster/import", content=bad, headers=headers)
    assert answer.status_code == 422
    said = [fault["detail"] for fault in answer.json()["errors"]]
    assert [line.split(":")[0] for line in said] == ["line 4", "line 5"]
    assert [person.id for person in desk.roster.roster.people] == ["2001", "2002"]


async def test_a_whole_roster_at_once(desk: Desk) -> None:
    whole = {"teams": [{"id": "east"}], "people": [{"id": "li", "teams": ["east"]}]}
    answer = await desk.client.post("/api/v1/roster", json=whole)
    assert (answer.status_code, answer.json()) == (200, {"entries": 2})
    answer = await desk.client.post("/api/v1/roster", json={"people": [{"id": "wang", "teams": ["west"]}]})
    assert answer.status_code == 422
    assert bad_fields(await desk.client.post("/api/v1/roster", json={"pets": []})) == {"body.pets"}
    assert [person.id for person in desk.roster.roster.people] == ["li"]
