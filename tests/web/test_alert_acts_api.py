"""REST of what people do with alerts."""

from datetime import timedelta
from typing import Any

import pytest

from alerts.alert import AlertState
from tests.fakes.desk import an_alert
from tests.web.rest import Desk, bad_fields
from web.app import utc_now


async def act(desk: Desk, action: str, **body: Any) -> tuple[int, dict[str, Any]]:
    answer = await desk.client.post(f"/api/v1/alerts/a1/{action}", json={"version": 1, **body})
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    ("action", "body", "state"),
    [
        ("acknowledge", {}, "acknowledged"),
        ("assign", {"assignee": "wang"}, "acknowledged"),
        ("snooze", {"seconds": 300}, "snoozed"),
        ("resolve", {"reason": "helped"}, "resolved"),
        ("false-positive", {"reason": "misheard"}, "false_positive"),
        ("note", {"text": "called back"}, "open"),
    ],
)
async def test_an_act_gives_the_next_version(desk: Desk, action: str, body: dict[str, Any], state: str) -> None:
    desk.alerts.store(an_alert())
    status, alert = await act(desk, action, actor="li", **body)
    assert (status, alert["version"], alert["state"]) == (200, 2, state)
    assert alert["change"]["by"] == "li"
    assert alert["change"]["action"] == action.replace("-", "_")


async def test_history_says_who_did_what_and_when(desk: Desk) -> None:
    desk.alerts.store(an_alert())
    await act(desk, "note", actor="li", text="listening")
    await desk.client.post("/api/v1/alerts/a1/acknowledge", json={"version": 2}, headers={"X-Earshot-Person": "wang"})
    await act(desk, "resolve", version=3, reason="helped")
    alert = (await desk.client.get("/api/v1/alerts/a1")).json()
    told = [(each["change"]["action"], each["change"]["by"], each["change"]["text"]) for each in alert["history"]]
    assert told == [
        ("found", None, None),
        ("note", "li", "listening"),
        ("acknowledge", "wang", None),
        ("resolve", "local", None),
    ]
    assert (alert["assignee"], alert["mark"]) == ("wang", "right")


async def test_a_stale_version_is_refused_with_the_alert_as_it_stands(desk: Desk) -> None:
    desk.alerts.store(an_alert())
    assert (await act(desk, "acknowledge", actor="li"))[0] == 200
    status, problem = await act(desk, "acknowledge", actor="wang")
    assert (status, problem["type"]) == (409, "/problems/stale-version")
    assert (problem["current"]["version"], problem["current"]["assignee"]) == (2, "li")


async def test_what_the_state_does_not_allow_is_refused_with_the_reason(desk: Desk) -> None:
    desk.alerts.store(an_alert(state=AlertState.WITHDRAWN))
    status, problem = await act(desk, "acknowledge")
    assert (status, problem["type"]) == (409, "/problems/not-possible")
    assert "withdrawn" in problem["detail"]
    assert problem["current"]["state"] == "withdrawn"


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("assign", {}, "body.assignee"),
        ("snooze", {}, "body.until"),
        ("note", {}, "body.text"),
        ("snooze", {"seconds": -1}, "body.seconds"),
        ("acknowledge", {"version": 0}, "body.version"),
        ("acknowledge", {"colour": "red"}, "body.colour"),
        ("acknowledge", {"actor": "nobody we know"}, "body.actor"),
        ("false-positive", {"reason": ""}, "body.reason"),
    ],
)
async def test_what_an_act_needs_is_named(desk: Desk, action: str, body: dict[str, Any], field: str) -> None:
    desk.alerts.store(an_alert())
    answer = await desk.client.post(f"/api/v1/alerts/a1/{action}", json={"version": 1, **body})
    assert answer.status_code == 422
    assert field in bad_fields(answer)


async def test_a_snooze_has_one_end_within_a_day(desk: Desk) -> None:
    desk.alerts.store(an_alert())
    until = utc_now() + timedelta(hours=1)
    assert (await act(desk, "snooze", seconds=5, until=until.isoformat()))[0] == 422
    for wrong in (until + timedelta(days=2), until - timedelta(days=1)):
        status, problem = await act(desk, "snooze", until=wrong.isoformat())
        assert (status, [error["field"] for error in problem["errors"]]) == (422, ["body.until"])
    status, alert = await act(desk, "snooze", until=until.isoformat())
    assert (status, alert["snoozed_until"][:16]) == (200, until.isoformat()[:16])


async def test_only_people_of_the_roster_act_and_are_given_alerts(desk: Desk) -> None:
    desk.desk.known = ("li", "wang")
    desk.alerts.store(an_alert())
    answer = await desk.client.post("/api/v1/alerts/a1/acknowledge", json={"version": 1, "actor": "zhao"})
    assert (answer.status_code, bad_fields(answer)) == (422, {"body.actor"})
    headers = {"X-Earshot-Person": "zhao"}
    answer = await desk.client.post("/api/v1/alerts/a1/acknowledge", json={"version": 1}, headers=headers)
    assert (answer.status_code, bad_fields(answer)) == (422, {"header.X-Earshot-Person"})
    answer = await desk.client.post("/api/v1/alerts/a1/assign", json={"version": 1, "actor": "li", "assignee": "zhao"})
    assert (answer.status_code, bad_fields(answer)) == (422, {"body.assignee"})


async def test_an_unknown_alert_and_an_unknown_act(desk: Desk) -> None:
    assert (await act(desk, "acknowledge"))[0] == 404
    assert (await act(desk, "admire"))[0] == 422
