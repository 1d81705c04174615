"""REST of calls, in the exact form of the contract."""

import io
import struct
import wave
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from alerts.alert import AlertState
from streaming.frames import Leg, Party
from tests.fakes.desk import a_call, a_line, an_alert
from tests.web.rest import Desk, bad_fields
from web.sources import AgentView, Announcement, CallEvent, CallEventType, CallState, UndecidedView
from web.supervision import NO_ABILITIES

EVERYTHING = {
    "call_id": "pbx-7:1790000123.88",
    "direction": "inbound",
    "language": "ko",
    "queue": "billing",
    "team": "east",
    "site": "wuhan",
    "agent": {"id": "1007", "name": "Li", "extension": "1007", "channel": "PJSIP/1007-0000002a"},
    "customer": {"number": "+861012345678"},
    "started_at": "2026-11-23T08:00:00Z",
    "metadata": {"ticket": "A-1", "tries": 2, "vip": True},
}


async def test_announcing_a_call_says_where_its_audio_goes(desk: Desk) -> None:
    answer = await desk.client.post("/api/v1/calls", json=EVERYTHING)

    assert answer.status_code == 201
    folder = "/ingest/ws/pbx-7%3A1790000123.88"
    assert answer.json() == {
        "call_id": "pbx-7:1790000123.88",
        "legs": {
            "agent": {"stream_id": "uuid-a", "websocket": f"{folder}/agent"},
            "customer": {"stream_id": "uuid-c", "websocket": f"{folder}/customer"},
        },
        "mixed": {"stream_id": "uuid-m"},
    }
    assert desk.calls.announced["pbx-7:1790000123.88"] == Announcement(
        call_id="pbx-7:1790000123.88",
        direction="inbound",
        language="ko",
        queue="billing",
        team="east",
        site="wuhan",
        agent=AgentView("1007", "Li", "1007", "PJSIP/1007-0000002a"),
        customer_number="+861012345678",
        started_at=datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
        metadata=(("ticket", "A-1"), ("tries", "2"), ("vip", "true")),
    )


async def test_every_field_is_optional(desk: Desk) -> None:
    answer = await desk.client.post("/api/v1/calls", json={})

    assert (answer.status_code, answer.json()["call_id"]) == (201, "made-up")


async def test_an_equal_repeat_is_200_and_a_different_one_409(desk: Desk) -> None:
    await desk.client.post("/api/v1/calls", json=EVERYTHING)

    same = await desk.client.post("/api/v1/calls", json=EVERYTHING)
    different = await desk.client.post("/api/v1/calls", json={**EVERYTHING, "queue": "sales"})

    assert (same.status_code, different.status_code) == (200, 409)
    assert different.headers["content-type"] == "application/problem+json"
    assert different.json()["type"] == "/problems/conflicting-call"
    assert bad_fields(different) == {"body.queue"}


async def test_a_full_node_says_429_and_when_to_come_back(desk: Desk) -> None:
    desk.calls.most_calls = 0

    answer = await desk.client.post("/api/v1/calls", json={})

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")


async def test_every_bad_field_is_named(desk: Desk) -> None:
    bad = {
        "call_id": "has space",
        "direction": "sideways",
        "language": "k",
        "agent": {"id": 5, "nick": "x"},
        "started_at": "2026-11-23T08:00:00",
        "colour": "red",
    }

    answer = await desk.client.post("/api/v1/calls", json=bad)

    assert answer.status_code == 422
    assert bad_fields(answer) == {
        "body.call_id",
        "body.direction",
        "body.language",
        "body.agent.id",
        "body.agent.nick",
        "body.started_at",
        "body.colour",
    }
    assert {"type", "title", "status", "detail", "errors"} == set(answer.json())


@pytest.mark.parametrize("call_id", ["a" * 129, "", "é", "a/b", "a b"])
async def test_call_ids_outside_the_pattern_are_refused(desk: Desk, call_id: str) -> None:
    answer = await desk.client.post("/api/v1/calls", json={"call_id": call_id})

    assert bad_fields(answer) == {"body.call_id"}


async def test_an_announcement_of_megabytes_is_refused(desk: Desk) -> None:
    answer = await desk.client.post(
        "/api/v1/calls", content=b" " * 300_000, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 413
    assert answer.json()["status"] == 413


async def test_amending_a_call_changes_what_is_said_only(desk: Desk) -> None:
    answer = await desk.client.patch("/api/v1/calls/call-1", json={"queue": "sales"})

    assert answer.status_code == 200
    assert (answer.json()["queue"], answer.json()["team"]) == ("sales", "east")


async def test_a_call_is_shown_as_the_contract_says(desk: Desk) -> None:
    desk.alerts.store(an_alert("a1"))
    desk.alerts.store(an_alert("a2", state=AlertState.RESOLVED))

    body = (await desk.client.get("/api/v1/calls/call-1")).json()

    assert [alert["alert_id"] for alert in body.pop("alerts")] == ["a1"]
    leg = {
        "received_ms": 8000,
        "gaps_ms": 0,
        "level_dbfs": -20.5,
        "speaking": True,
        "tier": "full",
        "connected": True,
        "mood": "calm",
    }
    assert body == {
        "call_id": "call-1",
        "state": "live",
        "direction": "inbound",
        "language": "ko",
        "queue": "billing",
        "team": "east",
        "site": None,
        "agent": {"id": "1007", "name": "Li", "extension": None, "channel": None},
        "customer": {"number": "+861012345678"},
        "started_at": "2026-11-23T12:00:00.000Z",
        "ended_at": None,
        "duration_ms": 8000,
        "legs": {"agent": leg, "customer": leg},
        "tier": "full",
        "coverage": 1.0,
        "coverage_causes": [],
        "risk": 20,
        "open_alerts": 1,
        "hung_up_by": None,
        "verdict": None,
        "abilities": {each.mode.value: {"phone": each.phone, "browser": each.browser} for each in NO_ABILITIES},
        "supervisions": [],
        "verdict_facts": {},
        "metadata": {},
        "consent": "granted",
        "paused": False,
        "undecided": [],
    }


async def test_a_call_shows_what_could_not_be_judged_and_lists_leave_it_out(desk: Desk) -> None:
    blind = UndecidedView(("dead_air", "phrase"), Leg.AGENT, 1_000, 3_000, "stalled")
    desk.calls.views["call-1"] = replace(a_call("call-1"), undecided=(blind,))

    body = (await desk.client.get("/api/v1/calls/call-1")).json()
    (listed,) = (await desk.client.get("/api/v1/calls")).json()["calls"]

    kinds = ["dead_air", "phrase"]
    assert body["undecided"] == [{"kinds": kinds, "leg": "agent", "from_ms": 1_000, "to_ms": 3_000, "cause": "stalled"}]
    assert "undecided" not in listed


async def test_calls_are_searched_by_state_and_queue_and_paged(desk: Desk) -> None:
    for number in range(2, 6):
        desk.calls.views[f"call-{number}"] = a_call(f"call-{number}")
    desk.calls.views["over"] = a_call("over", CallState.ENDED)
    desk.calls.views["elsewhere"] = a_call("elsewhere", queue="sales")
    query = {"state": "live", "queue": "billing", "limit": "2"}

    seen: list[list[str]] = []
    cursor: str | None = None
    while cursor is not None or not seen:
        page = (await desk.client.get("/api/v1/calls", params=query | ({"cursor": cursor} if cursor else {}))).json()
        seen.append([call["call_id"] for call in page["calls"]])
        cursor = page["next_cursor"]

    assert seen == [["call-5", "call-4"], ["call-3", "call-2"], ["call-1"]]


async def test_bad_search_words_are_named(desk: Desk) -> None:
    answer = await desk.client.get("/api/v1/calls?state=asleep&limit=0&cursor=a%20b")

    assert bad_fields(answer) == {"query.state", "query.limit", "query.cursor"}


async def test_an_event_reaches_the_call(desk: Desk) -> None:
    event = {"type": "hangup", "leg": "agent", "at": "2026-11-23T08:00:00Z", "party": "customer", "cause": "16"}

    answer = await desk.client.post("/api/v1/calls/call-1/events", json=event)

    assert (answer.status_code, answer.content) == (204, b"")
    at = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert desk.calls.events == [("call-1", CallEvent(CallEventType.HANGUP, Leg.AGENT, at, Party.CUSTOMER, "16"))]


async def test_an_event_after_the_end_is_409(desk: Desk) -> None:
    desk.calls.views["call-1"] = a_call(state=CallState.ENDED)

    answer = await desk.client.post("/api/v1/calls/call-1/events", json={"type": "hold"})

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/call-over")


@pytest.mark.parametrize("path", ["", "/transcript", "/timeline", "/alerts", "/audio", "/audio.wav"])
async def test_an_unknown_call_is_404(desk: Desk, path: str) -> None:
    answer = await desk.client.get(f"/api/v1/calls/nobody{path}")

    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown-call")


async def test_a_percent_encoded_call_id_is_understood(desk: Desk) -> None:
    desk.calls.views["pbx:1@x"] = a_call("pbx:1@x")

    answer = await desk.client.get("/api/v1/calls/pbx%3A1%40x")

    assert answer.json()["call_id"] == "pbx:1@x"


async def test_the_transcript_lists_lines_with_words_and_hits(desk: Desk) -> None:
    desk.calls.lines["call-1"] = [a_line("not my problem", hit="my problem")]

    body = (await desk.client.get("/api/v1/calls/call-1/transcript")).json()

    assert body == {
        "call_id": "call-1",
        "lines": [
            {
                "call_id": "call-1",
                "leg": "customer",
                "utterance": 1,
                "revision": 1,
                "final": True,
                "start_ms": 1000,
                "end_ms": 2000,
                "text": "not my problem",
                "words": [{"text": "not", "start_ms": 1000, "end_ms": 2000, "confidence": 0.9}],
                "hits": [
                    {
                        "rule": "forbidden",
                        "start_ms": 1000,
                        "end_ms": 2000,
                        "from_char": 4,
                        "to_char": 14,
                        "provisional": False,
                    }
                ],
            }
        ],
    }


async def test_the_timeline_has_levels_spans_and_alerts(desk: Desk) -> None:
    desk.alerts.store(an_alert())

    body = (await desk.client.get("/api/v1/calls/call-1/timeline")).json()

    assert body["step_ms"] == 100
    levels = {"dbfs": [-20.0, -96.0], "speaking": [True, False], "tone": 0.0, "tones": [0.5, 0.0]}
    assert (body["from_ms"], body["legs"]) == (0, {"agent": levels})
    assert body["spans"] == [{"kind": "speech", "leg": "agent", "from_ms": 0, "to_ms": 100}]
    assert [alert["alert_id"] for alert in body["alerts"]] == ["a1"]


async def test_a_page_asks_for_the_timeline_from_where_it_missed_something(desk: Desk) -> None:
    desk.alerts.store(an_alert())

    body = (await desk.client.get("/api/v1/calls/call-1/timeline?from_ms=150")).json()

    levels = {"dbfs": [-96.0], "speaking": [False], "tone": 0.0, "tones": [0.0]}
    assert (body["from_ms"], body["legs"], body["spans"]) == (100, {"agent": levels}, [])
    assert [alert["alert_id"] for alert in body["alerts"]] == ["a1"]


async def test_the_alerts_of_a_call_come_oldest_first_over_ones_too(desk: Desk) -> None:
    desk.alerts.store(an_alert("a1", state=AlertState.RESOLVED))
    desk.alerts.store(replace(an_alert("a2"), call_id="call-1"))
    desk.alerts.store(replace(an_alert("a3"), call_id="other"))

    body = (await desk.client.get("/api/v1/calls/call-1/alerts")).json()

    assert [alert["alert_id"] for alert in body["alerts"]] == ["a1", "a2"]


async def test_audio_is_a_wav_of_both_legs(desk: Desk) -> None:
    answer = await desk.client.get("/api/v1/calls/call-1/audio.wav?from_ms=1010&to_ms=1510")

    assert (answer.headers["content-type"], answer.headers["x-earshot-from-ms"]) == ("audio/wav", "1010")
    _, (agent,) = await desk.calls.audio("call-1", 1010, 1510, (Leg.AGENT,))
    _, (customer,) = await desk.calls.audio("call-1", 1010, 1510, (Leg.CUSTOMER,))
    with wave.open(io.BytesIO(answer.content)) as wav:
        assert (wav.getnchannels(), wav.getsampwidth(), wav.getframerate(), wav.getnframes()) == (2, 2, 16000, 8000)
        samples = struct.unpack("<16000h", wav.readframes(8000))
    assert struct.pack("<8000h", *samples[::2]) == agent
    assert struct.pack("<8000h", *samples[1::2]) == customer


async def test_one_leg_is_one_channel_and_the_true_beginning_is_said(desk: Desk) -> None:
    desk.calls.kept_from_ms = 2000

    answer = await desk.client.get("/api/v1/calls/call-1/audio.wav?legs=customer")

    assert answer.headers["x-earshot-from-ms"] == "2000"
    with wave.open(io.BytesIO(answer.content)) as wav:
        assert (wav.getnchannels(), wav.getnframes()) == (1, 6 * 16000)


@pytest.mark.parametrize("legs", ["ear", "agent,agent", "agent,customer,mixed", ""])
async def test_unknown_legs_are_refused(desk: Desk, legs: str) -> None:
    answer = await desk.client.get(f"/api/v1/calls/call-1/audio.wav?legs={legs}")

    assert bad_fields(answer) == {"query.legs"}


async def test_a_stretch_that_ends_before_it_begins_is_refused(desk: Desk) -> None:
    answer = await desk.client.get("/api/v1/calls/call-1/audio.wav?from_ms=500&to_ms=500")

    assert bad_fields(answer) == {"query.from_ms"}


async def test_audio_that_is_not_kept_any_more_is_404(desk: Desk) -> None:
    desk.calls.kept_from_ms = 5000

    answer = await desk.client.get("/api/v1/calls/call-1/audio.wav?from_ms=0&to_ms=1000")

    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-audio")


@pytest.mark.parametrize(("kept_from_ms", "told_ms"), [(0, 0), (5_000, 5_000)])
async def test_how_much_of_a_call_can_be_heard_is_told_without_hearing_it(
    desk: Desk, kept_from_ms: int, told_ms: int
) -> None:
    desk.calls.kept_from_ms = kept_from_ms
    call = (await desk.client.get("/api/v1/calls/call-1")).json()

    answer = await desk.client.get("/api/v1/calls/call-1/audio")

    assert answer.json() == {"from_ms": told_ms, "to_ms": call["duration_ms"]}


async def test_of_a_call_of_which_nothing_is_kept_there_is_nothing_to_hear(desk: Desk) -> None:
    desk.calls.kept_from_ms = 1 << 40

    answer = await desk.client.get("/api/v1/calls/call-1/audio")

    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-audio")
