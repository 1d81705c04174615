"""Telephone systems that we cannot follow: their web hooks come in, what supervisors want is posted to them."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import ValidationError

from config.pbx import PbxFeed, PbxSettings
from service.clock import PlayClock
from service.control.http_control import HttpControl
from service.control.pbx_control import CallLine
from service.control.posted_door import posted_door
from service.control.posted_events import UnreadableEventError, read_event
from service.webhooks.envelope import headers_of
from streaming.frames import Leg, Party
from tests.service.control.followed import BEGAN_AT, KeepingCalls
from web.problems import install_problems
from web.sources import CallEvent, CallEventType, UnknownCallError
from web.supervision import ControlFailedError, Mode, UnableError

_MAPPING: dict[str, Any] = {
    "call_id": "/data/call/id",
    "kind": "/type",
    "kinds": {"call.up": "connected", "call.held": "hold", "call.back": "unhold", "call.down": "hangup"},
    "leg": "/data/by",
    "legs": {"callee": "agent", "caller": "customer"},
    "party": "/data/by",
    "parties": {"callee": "agent", "caller": "customer"},
    "cause": "/data/causes/0",
    "at": "/time",
    "queue": "/data/call/queue",
    "agent_extension": "/data/call/agent",
    "customer_number": "/data/call/from",
}
_FEED = PbxFeed.model_validate(
    {
        "name": "cloud",
        "kind": "http",
        "url": "http://pbx.test/hand",
        "password": "whsec_c2VjcmV0",
        "call_id_prefix": "c:",
        "modes": ["listen", "whisper", "end"],
        "events": _MAPPING,
    }
)


def _posted(kind: str, **data: Any) -> dict[str, Any]:
    call = {"id": 77, "queue": "billing", "agent": "1007", "from": "+8613800000000"}
    return {"type": kind, "time": "2026-11-23T05:00:00Z", "data": {"call": call, **data}}


@pytest.fixture
async def door() -> AsyncIterator[tuple[httpx.AsyncClient, KeepingCalls]]:
    """The route, and the calls behind it."""
    app, calls = FastAPI(), KeepingCalls()
    install_problems(app)
    app.include_router(posted_door(PbxSettings(feeds=(_FEED,)), calls))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client, calls


async def test_web_hooks_of_a_cloud_become_a_call(door: tuple[httpx.AsyncClient, KeepingCalls]) -> None:
    client, calls = door
    for body in (_posted("call.up"), _posted("call.held", by="callee"), _posted("call.down", by="caller", causes=[16])):
        answer = await client.post("/api/v1/pbx/cloud/events", json=body)
        assert (answer.status_code, answer.json()) == (202, {"call_id": "c:77", "taken": True})
    (announced,) = calls.announced
    assert (announced.call_id, announced.queue, announced.customer_number) == ("c:77", "billing", "+8613800000000")
    assert announced.agent is not None
    assert announced.agent.extension == "1007"
    at = datetime(2026, 11, 23, 5, tzinfo=UTC)
    assert [event for _, event in calls.events] == [
        CallEvent(CallEventType.ANSWERED),
        CallEvent(CallEventType.HOLD, leg=Leg.AGENT, at=at),
        CallEvent(CallEventType.HANGUP, leg=Leg.CUSTOMER, at=at, party=Party.CUSTOMER, cause="16"),
    ]


async def test_what_means_nothing_is_let_by_and_what_names_no_call_is_refused(
    door: tuple[httpx.AsyncClient, KeepingCalls],
) -> None:
    client, calls = door
    assert (await client.post("/api/v1/pbx/cloud/events", json={"type": "fax"})).json()["taken"] is False
    for body in ({"type": "call.up"}, _posted("call.up") | {"data": {"call": {"id": "a b"}}}):
        answer = await client.post("/api/v1/pbx/cloud/events", json=body)
        assert answer.status_code == 422
        assert "/data/call/id" in answer.json()["errors"][0]["detail"]
    assert (await client.post("/api/v1/pbx/nobody/events", json={})).status_code == 404
    calls.raising = UnknownCallError()
    assert (await client.post("/api/v1/pbx/cloud/events", json=_posted("call.held"))).status_code == 404


@pytest.mark.parametrize("body", [None, 3, "text", [], {}, {"type": []}, {"type": "call.up", "data": [1]}])
def test_any_json_is_read_or_refused(body: Any) -> None:
    assert _FEED.events is not None
    try:
        assert read_event(body, _FEED.events, "") is None
    except UnreadableEventError:
        assert body["type"] == "call.up"


def test_who_hung_up_is_unknown_where_nobody_says() -> None:
    assert _FEED.events is not None
    read = read_event(_posted("call.down", by="nobody") | {"time": "soon"}, _FEED.events, "")
    assert read == ("77", CallEvent(CallEventType.HANGUP, party=Party.UNKNOWN))


def test_a_mapping_is_for_systems_that_cannot_be_followed() -> None:
    with pytest.raises(ValidationError, match="events"):
        PbxFeed.model_validate({"name": "a", "kind": "asterisk_ami", "url": "tcp://a", "events": _MAPPING})
    with pytest.raises(ValidationError, match="call_id"):
        PbxFeed.model_validate({"name": "a", "kind": "http", "url": "http://a", "events": {"kind": "/a", "kinds": {}}})


class _News:
    """Remembers who is in."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def answered(self, supervision_id: str) -> None:
        self.told.append(("answered", supervision_id))

    def mode_is(self, supervision_id: str, mode: Mode) -> None:
        raise AssertionError

    def over(self, supervision_id: str, why: str | None = None) -> None:
        raise AssertionError


def _control(answer: Callable[[httpx.Request], httpx.Response]) -> tuple[HttpControl, _News]:
    client, news = httpx.AsyncClient(transport=httpx.MockTransport(answer)), _News()
    return HttpControl(_FEED, PbxSettings(), client, PlayClock(BEGAN_AT), news), news


_LINE = CallLine("c:77", "", "", "", "")


async def test_what_supervisors_want_is_posted_and_signed() -> None:
    seen: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        headers = headers_of(
            request.headers["webhook-id"], request.content, "whsec_c2VjcmV0", int(request.headers["webhook-timestamp"])
        )
        assert request.headers["webhook-signature"] == headers["webhook-signature"]
        seen.append(json.loads(request.content)["data"])
        return httpx.Response(204)

    control, news = _control(answer)
    assert control.ability(Mode.LISTEN) is True
    assert "modes" in str(control.ability(Mode.BARGE))
    await control.begin("s1", Mode.LISTEN, "2001", _LINE)
    await control.change("s1", Mode.WHISPER)
    await control.end("s1")
    await control.end("s1")  # it is over already
    await control.hang_up(_LINE)
    assert news.told == [("answered", "s1")]
    assert [(each["act"], each["mode"], each["extension"]) for each in seen] == [
        ("begin", "listen", "2001"),
        ("change", "whisper", "2001"),
        ("end", "whisper", "2001"),
        ("begin", "end", None),
    ]
    assert {each["call_id"] for each in seen} == {"c:77"}


@pytest.mark.parametrize(
    ("status", "body", "error", "said"),
    [
        (501, {"detail": "the trunk has no monitoring"}, UnableError, "no monitoring"),
        (501, None, UnableError, "cannot do this"),
        (500, None, ControlFailedError, "refused with 500"),
        (302, None, ControlFailedError, "refused with 302"),
    ],
)
async def test_refusals_of_the_other_side(status: int, body: Any, error: type[Exception], said: str) -> None:
    control, news = _control(lambda _request: httpx.Response(status, json=body))
    with pytest.raises(error, match=said):
        await control.begin("s1", Mode.LISTEN, "2001", _LINE)
    assert news.told == []


async def test_a_system_that_does_not_answer() -> None:
    def nobody(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no", request=request)

    control, _ = _control(nobody)
    with pytest.raises(ControlFailedError, match="does not answer"):
        await control.hang_up(_LINE)
    await asyncio.sleep(0)
