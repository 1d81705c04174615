"""REST of suppressions, mutes, figures and rules."""

from datetime import timedelta
from typing import Any

import pytest

from tests.fakes.desk import NOON
from tests.web.rest import Desk, bad_fields
from web.app import utc_now
from web.desk_sources import AgentTip, RulePrecision, SuppressionView


async def test_why_was_i_not_told(desk: Desk) -> None:
    for call_id in ("call-1", "call-2"):
        desk.desk.unheard.append(
            SuppressionView(call_id, "a1", "dead_air", "dead_air", "muted", "Muted: drill", "li", 3_000, NOON)
        )
    body = (await desk.client.get("/api/v1/alerts/suppressed?call_id=call-2")).json()
    assert body["suppressed"] == [
        {
            "call_id": "call-2",
            "alert_id": "a1",
            "rule": "dead_air",
            "kind": "dead_air",
            "cause": "muted",
            "reason": "Muted: drill",
            "by": "li",
            "at_ms": 3000,
            "at": "2026-11-23T12:00:00.000Z",
        }
    ]
    assert len((await desk.client.get("/api/v1/alerts/suppressed")).json()["suppressed"]) == 2


async def test_a_mute_begins_holds_and_ends(desk: Desk) -> None:
    asked = {"queue": "billing", "reason": "drill", "seconds": 600, "actor": "li"}
    answer = await desk.client.post("/api/v1/mutes", json=asked)
    mute = answer.json()
    assert (answer.status_code, mute["queue"], mute["by"]) == (201, "billing", "li")
    assert (await desk.client.get("/api/v1/mutes")).json()["mutes"] == [mute]
    assert (await desk.client.delete(f"/api/v1/mutes/{mute['mute_id']}")).status_code == 204
    assert (await desk.client.delete(f"/api/v1/mutes/{mute['mute_id']}")).status_code == 404
    assert (await desk.client.get("/api/v1/mutes")).json()["mutes"] == []


@pytest.mark.parametrize(
    "asked",
    [
        {"reason": "all of it", "seconds": 60},
        {"rule": "dead_air", "seconds": 60},
        {"rule": "dead_air", "reason": "drill"},
        {"rule": "dead_air", "reason": "drill", "seconds": 60, "until": (utc_now() + timedelta(hours=1)).isoformat()},
        {"rule": "dead_air", "reason": "drill", "until": (utc_now() - timedelta(hours=1)).isoformat()},
        {"rule": "dead_air", "reason": "drill", "until": (utc_now() + timedelta(days=31)).isoformat()},
    ],
)
async def test_a_mute_names_something_a_reason_and_one_end(desk: Desk, asked: dict[str, Any]) -> None:
    assert (await desk.client.post("/api/v1/mutes", json=asked)).status_code == 422
    assert desk.desk.muted == []


async def test_figures_are_of_the_last_day_unless_asked(desk: Desk) -> None:
    body = (await desk.client.get("/api/v1/figures/alerts?since=2026-11-23T12:00:00Z")).json()
    assert body == {
        "since": "2026-11-23T12:00:00.000Z",
        "reached_in_time": 3,
        "missed": 1,
        "reached_in_time_ratio": 0.75,
        "claimed": 4,
        "claim_p50_s": 5.5,
        "claim_p90_s": 9.0,
        "escalated": 2,
        "load": [{"person": "2001", "claimed": 3, "in_hand": 1, "finished": 2}],
    }
    since = (await desk.client.get("/api/v1/figures/alerts")).json()["since"]
    assert since[:13] == (utc_now() - timedelta(days=1)).isoformat()[:13]
    assert bad_fields(await desk.client.get("/api/v1/figures/alerts?since=yesterday")) == {"query.since"}


async def test_rules_show_how_right_they_are_and_may_speak_again(desk: Desk) -> None:
    desk.desk.rules.append(RulePrecision("zh.a", 9, 21, 0.3, 0.167, 0.479, 40, 0.5, silent=True, silent_since=NOON))
    (rule,) = (await desk.client.get("/api/v1/rules/precision")).json()["rules"]
    assert (rule["rule"], rule["upper"], rule["silent"]) == ("zh.a", 0.479, True)
    headers = {"X-Earshot-Person": "li"}
    assert (await desk.client.post("/api/v1/rules/zh.a/speak", headers=headers)).status_code == 204
    assert desk.desk.spoken == [("zh.a", "li")]


async def test_a_console_learns_who_may_claim_and_when_others_are_called(desk: Desk) -> None:
    desk.desk.known = ("li",)
    body = (await desk.client.get("/api/v1/desk")).json()
    assert body["people"] == [{"id": "li", "name": "Li"}]
    assert body["escalation"] == {"second_supervisor_s": 15, "floor_manager_s": 30, "major_s": 120}


async def test_an_agents_desk_asks_for_advice(desk: Desk) -> None:
    desk.desk.advised.append(AgentTip("a1", "1007", "call-1", "fast_speech", "Please speak more slowly.", NOON))
    body = (await desk.client.get("/api/v1/agents/1007/messages")).json()
    assert [(each["type"], each["text"]) for each in body["messages"]] == [
        ("agent_message", "Please speak more slowly.")
    ]
    since = "/api/v1/agents/1007/messages?since=2026-11-23T12:00:00Z"
    assert (await desk.client.get(since)).json() == {"messages": []}
