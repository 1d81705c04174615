"""What a PBX posts of agents and queues: taken, answered with what counts, refused with every bad field named."""

from datetime import timedelta

import pytest

from tests.web.rest import Desk
from web.app import utc_now
from web.floor import AgentState

AGENT = "/api/v1/agents/1007/state"
QUEUE = "/api/v1/queues/billing%20east/stats"


async def test_an_agents_state_is_taken_and_the_newest_counts(desk: Desk) -> None:
    at = utc_now() - timedelta(minutes=5)
    first = await desk.client.post(AGENT, json={"state": "busy"})
    older = await desk.client.post(AGENT, json={"state": "idle", "at": at.isoformat()})

    assert (first.status_code, first.json()["agent_id"], first.json()["state"]) == (200, "1007", "busy")
    assert older.json() == first.json()
    assert desk.floor.count_agents(utc_now()).states == ((AgentState.BUSY, 1),)


async def test_a_queues_figures_are_taken(desk: Desk) -> None:
    figures = {"waiting": 3, "longest_wait_s": 41.5, "answered": 90, "abandoned": 10, "answered_within_s": {"20": 70}}
    answer = await desk.client.post(QUEUE, json={**figures, "handle_time_s_mean": 240, "at": utc_now().isoformat()})

    assert answer.status_code == 200
    body = answer.json()
    assert (body["queue"], body["service_level_ratio"], body["abandoned_ratio"]) == ("billing east", 0.7, 0.1)
    (news,) = desk.floor.queues()
    assert (news.waiting, news.longest_wait_s, news.handle_time_s_mean) == (3, 41.5, 240)


AHEAD = (utc_now() + timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (AGENT, {}, "body.state"),
        (AGENT, {"state": "asleep"}, "body.state"),
        (AGENT, {"state": "idle", "at": "yesterday"}, "body.at"),
        (AGENT, {"state": "idle", "at": "2026-11-23T07:43:41"}, "body.at"),
        (AGENT, {"state": "idle", "at": AHEAD}, "body.at"),
        (AGENT, {"state": "idle", "sice": 1}, "body.sice"),
        ("/api/v1/agents/" + "x" * 201 + "/state", {"state": "idle"}, "path.agent_id"),
        (QUEUE, {}, "body"),
        (QUEUE, {"at": "2026-11-23T07:43:41Z"}, "body"),
        (QUEUE, {"waiting": -1}, "body.waiting"),
        (QUEUE, {"waiting": 1, "at": AHEAD}, "body.at"),
        (QUEUE, {"longest_wait_s": 1e9}, "body.longest_wait_s"),
        (QUEUE, {"answered": 1, "answered_within_s": {"20": 2}}, "body"),
        (QUEUE, {"answered": 1, "answered_within_s": {"soon": 1}}, "body.answered_within_s.soon.[key]"),
        ("/api/v1/queues/" + "x" * 201 + "/stats", {"waiting": 1}, "path.queue"),
    ],
)
async def test_what_cannot_be_used_is_named(desk: Desk, path: str, body: object, field: str) -> None:
    answer = await desk.client.post(path, json=body)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {fault["field"] for fault in answer.json()["errors"]} == {field}
    assert not desk.floor.queues()
    assert desk.floor.count_agents(utc_now()).logged_in == 0
