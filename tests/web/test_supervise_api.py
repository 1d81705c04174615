"""REST of stepping into a call."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

import httpx
import pytest
from fastapi import FastAPI

from tests.fakes.alert_desk import FakeDesk
from tests.fakes.desk import NOON, FakeAlerts, a_call
from tests.web.rest import Desk, bad_fields
from web.call_messages import call_body
from web.problems import install_problems
from web.sources import CallOverError, CallState, UnknownCallError
from web.supervise_api import supervise_router
from web.supervision import (
    ControlFailedError,
    Mode,
    ModeAbility,
    SilentNodesError,
    SupervisionView,
    UnableError,
    UnknownSupervisionError,
    Wish,
)
from web.trust.rights import RIGHTS_OF_ROLE, Role
from web.trust.who import EVERYWHERE, LOCAL, Principal, now_asks


@dataclass
class _Room:
    """Takes wishes, and raises what it is told to."""

    wishes: list[Wish] = field(default_factory=list)
    views: list[SupervisionView] = field(default_factory=list)
    released: list[tuple[str, str]] = field(default_factory=list)
    raising: Exception | None = None

    async def supervise(self, call_id: str, wish: Wish) -> SupervisionView:
        if self.raising is not None:
            raise self.raising
        self.wishes.append(wish)
        view = SupervisionView("s1", call_id, wish.mode, "starting", wish.by, wish.extension, wish.browser, NOON)
        self.views.append(view)
        return view

    async def release(self, call_id: str, supervision_id: str, by: str) -> None:
        if self.raising is not None:
            raise self.raising
        if supervision_id not in [view.supervision_id for view in self.views]:
            raise UnknownSupervisionError
        self.released.append((supervision_id, by))

    async def running(self, call_id: str) -> Sequence[SupervisionView]:
        if self.raising is not None:
            raise self.raising
        if call_id != "call-1":
            raise UnknownCallError
        return self.views


@pytest.fixture
def room() -> _Room:
    """Nobody is in yet."""
    return _Room()


@pytest.fixture
async def client(room: _Room) -> AsyncIterator[httpx.AsyncClient]:
    """A client of these routes alone."""
    now_asks(LOCAL)
    app = FastAPI()
    install_problems(app)
    app.include_router(supervise_router(room, FakeDesk(FakeAlerts())))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as opened:
        yield opened


_PATH = "/api/v1/calls/call-1/supervise"


async def test_a_supervisor_comes_is_listed_and_leaves(client: httpx.AsyncClient, room: _Room) -> None:
    answer = await client.post(_PATH, json={"mode": "whisper", "extension": "2001", "actor": "li"})
    assert answer.status_code == 202
    assert answer.json() == {
        "supervision_id": "s1",
        "call_id": "call-1",
        "mode": "whisper",
        "state": "starting",
        "by": "li",
        "extension": "2001",
        "browser": False,
        "since": "2026-11-23T12:00:00.000Z",
        "why": None,
    }
    assert (await client.get(_PATH)).json()["supervisions"] == [answer.json()]
    left = await client.delete(f"{_PATH}/s1", headers={"X-Earshot-Person": "li"})
    assert (left.status_code, room.released) == (204, [("s1", "li")])
    assert (await client.delete(f"{_PATH}/s2")).status_code == 404


async def test_by_browser_by_telephone_or_by_nothing(client: httpx.AsyncClient, room: _Room) -> None:
    for body in ({"mode": "listen", "browser": True}, {"mode": "end"}, {"mode": "end", "browser": True}):
        assert (await client.post(_PATH, json=body)).status_code == 202
    assert room.wishes == [
        Wish(Mode.LISTEN, "local", browser=True),
        Wish(Mode.END, "local"),
        Wish(Mode.END, "local"),  # a call is ended by its telephone system, whoever asks
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"mode": "shout", "extension": "2001"}, "body.mode"),
        ({"mode": "listen"}, "body"),
        ({"mode": "listen", "extension": "2001", "browser": True}, "body"),
        ({"mode": "listen", "extension": "2001,drop"}, "body.extension"),
        ({"mode": "listen", "extension": "2001 &hangup"}, "body.extension"),
        ({"mode": "listen", "extension": "20\r\n01"}, "body.extension"),
        ({"mode": "listen", "extension": "{a=b}2001"}, "body.extension"),
        ({"mode": "listen", "extension": "2001", "volume": 3}, "body.volume"),
        ({"mode": "listen", "extension": "2001", "actor": "no body"}, "body.actor"),
    ],
)
async def test_what_cannot_be_used_is_named(client: httpx.AsyncClient, body: dict[str, object], field: str) -> None:
    answer = await client.post(_PATH, json=body)
    assert (answer.status_code, bad_fields(answer)) == (422, {field})


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (UnableError("nothing leads back"), 501, "ability-missing"),
        (ControlFailedError("refused with 500"), 502, "telephone-system-refused"),
        (SilentNodesError("a node does not answer"), 503, "nodes-silent"),
        (UnknownCallError(), 404, "unknown-call"),
        (CallOverError(), 409, "call-over"),
    ],
)
async def test_a_refusal_says_why(
    client: httpx.AsyncClient, room: _Room, error: Exception, status: int, kind: str
) -> None:
    room.raising = error
    answer = await client.post(_PATH, json={"mode": "listen", "extension": "2001"})
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{kind}")
    assert str(error) in answer.json()["detail"]


async def test_every_call_says_how_it_can_be_stepped_into(desk: Desk) -> None:
    said = (await desk.client.get("/api/v1/calls/call-1")).json()
    assert set(said["abilities"]) == {"listen", "whisper", "barge", "take_over", "end"}
    assert said["abilities"]["listen"]["browser"] is True
    assert "pbx.feeds" in said["abilities"]["whisper"]["phone"]
    assert said["supervisions"] == []
    able = replace(a_call(), abilities=(ModeAbility(Mode.WHISPER, True, "no microphone"),))
    shown = call_body(able).model_dump(mode="json")["abilities"]
    assert shown == {"whisper": {"phone": True, "browser": "no microphone"}}
    assert call_body(replace(able, state=CallState.ENDED)).abilities == {}


async def test_each_mode_has_its_own_right(client: httpx.AsyncClient, room: _Room) -> None:
    now_asks(Principal("wang", "wang", RIGHTS_OF_ROLE[Role.SUPERVISOR], EVERYWHERE, user_id="wang"))
    for mode in ("barge", "take_over", "end"):
        refused = await client.post(_PATH, json={"mode": mode, "extension": "2001"})
        assert (refused.status_code, refused.json()["detail"]) == (403, f"Needs the right {mode}.")
    assert (await client.post(_PATH, json={"mode": "whisper", "extension": "2001"})).status_code == 202


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_nodes_that_do_not_answer_are_told_of(client: httpx.AsyncClient, room: _Room, method: str) -> None:
    room.raising = SilentNodesError("a node does not answer")
    answer = await client.request(method, _PATH + ("/s1" if method == "DELETE" else ""))
    assert (answer.status_code, answer.json()["detail"]) == (503, "a node does not answer")
