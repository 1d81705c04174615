"""REST of alerts, in the exact form of the contract."""

from datetime import timedelta

from alerts.alert import AlertState, Kind, Severity
from tests.fakes.desk import NOON, an_alert
from tests.web.rest import Desk, bad_fields


async def found(desk: Desk, query: str) -> list[str]:
    body = (await desk.client.get(f"/api/v1/alerts?{query}")).json()
    return [alert["alert_id"] for alert in body["alerts"]]


async def test_an_alert_is_shown_as_the_contract_says(desk: Desk) -> None:
    desk.alerts.store(an_alert())

    body = (await desk.client.get("/api/v1/alerts")).json()

    assert body == {
        "alerts": [
            {
                "alert_id": "a1",
                "version": 1,
                "kind": "dead_air",
                "rule": "zh.dead_air",
                "severity": "major",
                "state": "open",
                "outcome": None,
                "escalation_level": 0,
                "snoozed_until": None,
                "suppressed_by": None,
                "call_id": "call-1",
                "leg": "agent",
                "agent_id": "1007",
                "queue": "billing",
                "team": "east",
                "site": None,
                "route": [],
                "title": "No answer to the customer for 3.2 s",
                "title_by_language": None,
                "advice": "Answer now.",
                "advice_by_language": {"en": "Answer now.", "zh": "请立即应答。"},
                "clause": "002",
                "evidence": {
                    "from_ms": 8120,
                    "to_ms": 11320,
                    "values": {"silence_ms": 3200},
                    "threshold": {"limit_ms": 3000},
                    "text": None,
                    "clip": None,
                    "clip_sha256": None,
                },
                "count": 1,
                "assignee": None,
                "claimed_at": None,
                "waiting_since": None,
                "mark": None,
                "change": {"action": "found", "by": None, "reason": None, "text": None},
                "opened_at": "2026-11-23T12:00:00.000Z",
                "updated_at": "2026-11-23T12:00:00.000Z",
                "timing": {
                    "audio_end_ms": 11320,
                    "received_at": "2026-11-23T12:00:00.000Z",
                    "detected_at": "2026-11-23T12:00:00.040Z",
                    "published_at": "2026-11-23T12:00:00.060Z",
                },
            }
        ],
        "next_cursor": None,
    }


async def test_alerts_are_found_by_each_filter(desk: Desk) -> None:
    desk.alerts.store(an_alert("old", updated_at=NOON - timedelta(hours=1)))
    desk.alerts.store(an_alert("done", state=AlertState.RESOLVED))
    desk.alerts.store(an_alert("grave", severity=Severity.CRITICAL))
    desk.alerts.store(an_alert("other", call_id="call-2", kind=Kind.TALK_OVER))

    assert await found(desk, "") == ["other", "grave", "done", "old"]
    assert await found(desk, "state=resolved") == ["done"]
    assert await found(desk, "state=resolved,open&severity=critical") == ["grave"]
    assert await found(desk, "state=open&state=resolved") == await found(desk, "state=resolved,open")
    assert await found(desk, "kind=talk_over,phrase") == ["other"]
    assert await found(desk, "call_id=call-2") == ["other"]
    assert await found(desk, "since=2026-11-23T11:30:00Z") == ["other", "grave", "done"]


async def test_alerts_are_paged_by_cursor(desk: Desk) -> None:
    for number in range(5):
        desk.alerts.store(an_alert(f"a{number}"))

    first = (await desk.client.get("/api/v1/alerts?limit=3")).json()
    second = (await desk.client.get(f"/api/v1/alerts?limit=3&cursor={first['next_cursor']}")).json()

    assert [alert["alert_id"] for alert in first["alerts"] + second["alerts"]] == ["a4", "a3", "a2", "a1", "a0"]
    assert second["next_cursor"] is None


async def test_unknown_words_are_named(desk: Desk) -> None:
    assert bad_fields(await desk.client.get("/api/v1/alerts?state=asleep")) == {"query.state"}
    assert bad_fields(await desk.client.get("/api/v1/alerts?severity=minor,huge")) == {"query.severity"}
    assert bad_fields(await desk.client.get("/api/v1/alerts?kind=nothing")) == {"query.kind"}
    answer = await desk.client.get("/api/v1/alerts?since=yesterday&cursor=x&limit=501")
    assert bad_fields(answer) == {"query.since", "query.cursor", "query.limit"}


async def test_one_alert_comes_with_its_history(desk: Desk) -> None:
    desk.alerts.store(an_alert(version=1))
    desk.alerts.store(an_alert(version=2, count=2))

    body = (await desk.client.get("/api/v1/alerts/a1")).json()

    assert (body["version"], body["count"]) == (2, 2)
    assert [(past["version"], past["count"]) for past in body["history"]] == [(1, 1), (2, 2)]


async def test_an_unknown_alert_is_404(desk: Desk) -> None:
    answer = await desk.client.get("/api/v1/alerts/nothing")

    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown-alert")
