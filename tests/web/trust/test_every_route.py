"""Every route and socket of the application, asked by every role and key, in scope and out of it, and by nobody.

What is expected is read from docs/security.md, not from the code that decides.
"""

import re
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from tests.fakes.desk import FakeAlerts, FakeCalls, a_call, an_alert
from tests.web.trust.application import whole_application
from tests.web.trust.known_house import EAST, EVERYWHERE, WEST, KnownHouse, some_key, somebody
from web.sources import CallState
from web.trust.gate import Gate
from web.trust.people import ScopeFields
from web.trust.rights import KeyKind, Role
from web.trust.routes import names_of
from web.trust.scoped import KnownPlaces
from web.trust.who import Principal

_PAGE = (Path(__file__).resolve().parents[3] / "docs" / "security.md").read_text(encoding="utf-8")
_SITE = whole_application()
_NAMES = names_of(_SITE)


def _table(name: str) -> list[list[str]]:
    lines = _PAGE.split(f"<!-- {name} -->")[1].split(f"<!-- /{name} -->")[0].strip().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _rights(name: str) -> dict[str, set[str]]:
    head, _, *rows = _table(name)
    return {who: {row[0] for row in rows if row[column] == "yes"} for column, who in enumerate(head) if column}


_OF_ROLE, _OF_KEY = _rights("roles"), _rights("keys")
_ROUTES = {row[0].strip("`"): (row[1], row[2]) for row in _table("routes")[2:]}
_PATTERN = {"call_id": "c", "alert_id": "a", "agent_id": "1", "kind": "people", "action": "note"}
_RUNNING = {"transcript": "live_transcript", "download": "listen"}


class Through:
    """Behind the gate: whoever comes here was let in."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = "websocket.http.response" if scope["type"] == "websocket" else "http.response"
        await send({"type": f"{kind}.start", "status": 299, "headers": []})
        await send({"type": f"{kind}.body", "body": b""})


def _gate(house: KnownHouse, state: CallState = CallState.ENDED) -> Gate:
    calls, alerts = FakeCalls(a_call("c", team="east", state=state)), FakeAlerts()
    alerts.store(an_alert("a", team="east"))
    return Gate(Through(), _SITE, house, _Places(calls, alerts), house)


class _Places(KnownPlaces):
    """Agents of the test's addresses work in team east."""

    def __init__(self, calls: FakeCalls, alerts: FakeAlerts) -> None:
        super().__init__(calls, alerts, lambda: pytest.fail("nobody asks the roster"))

    def agent(self, agent_id: str) -> tuple[tuple[str | None, str | None, str | None], ...]:
        return ((None, "east", None),)


async def _asked(gate: Gate, name: str, *headers: tuple[bytes, bytes]) -> int:
    method, path = name.split(" ", 1)
    path = re.sub(r"\{(\w+)(:path)?\}", lambda found: _PATTERN.get(found[1], "x"), path)
    scope: Scope = {
        "type": "websocket" if method == "WS" else "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "scheme": "http",
        "headers": [(b"host", b"127.0.0.1"), (b"origin", b"http://127.0.0.1"), *headers],
        "client": ("127.0.0.1", 1),
        "extensions": {"websocket.http.response": {}},
    }
    status = 0

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b""}

    async def send(message: "dict[str, object]") -> None:
        nonlocal status
        if str(message["type"]).endswith(".start"):
            status = int(str(message["status"]))

    await gate(scope, receive, send)  # type: ignore[arg-type]  # a plain dict is a message
    return status


def _expected(name: str, rights: set[str], *, in_scope: bool, running: bool) -> int:
    needed, about = _ROUTES[name]
    if needed == "anybody" or needed.endswith("(by ticket)"):
        return 299
    if needed not in rights:
        return 403
    if about in ("call", "alert", "agent") and needed != "ingest" and not in_scope:
        return 404
    further = _RUNNING.get(needed)
    return 403 if about == "call" and running and further is not None and further not in rights else 299


_SCOPES: dict[str, tuple[ScopeFields, bool]] = {
    "east": (EAST, True),
    "west": (WEST, False),
    "everywhere": (EVERYWHERE, True),
    "another queue": (ScopeFields(teams=("east",), queues=("sales",)), False),
}


def test_the_page_speaks_of_every_route() -> None:
    assert set(_ROUTES) == set(_NAMES), "run: python scripts/write_security.py"


@pytest.mark.parametrize("scope", _SCOPES)
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("state", [CallState.LIVE, CallState.ENDED])
async def test_a_role_gets_exactly_what_the_page_says(role: Role, scope: str, state: CallState) -> None:
    named, in_scope = _SCOPES[scope]
    in_scope = in_scope and role is not Role.ADMIN
    house = KnownHouse(sessions={"secret": somebody(role, named)})
    gate = _gate(house, state)
    cookie = (b"cookie", b"earshot=secret")

    got = {name: await _asked(gate, name, cookie) for name in _NAMES}

    running = state is not CallState.ENDED
    assert got == {name: _expected(name, _OF_ROLE[role], in_scope=in_scope, running=running) for name in _NAMES}


@pytest.mark.parametrize("kind", list(KeyKind))
async def test_a_key_gets_exactly_what_the_page_says(kind: KeyKind) -> None:
    house = KnownHouse(opened={"secret": some_key(kind)})
    gate = _gate(house)
    bearer = (b"authorization", b"Bearer secret")

    got = {name: await _asked(gate, name, bearer) for name in _NAMES}

    assert got == {name: _expected(name, _OF_KEY[kind], in_scope=True, running=False) for name in _NAMES}


@pytest.mark.parametrize(
    "headers",
    [
        (),
        ((b"cookie", b"earshot=stolen"),),
        ((b"authorization", b"Bearer wrong"),),
        ((b"authorization", b"Basic %%%"),),
    ],
    ids=["nothing", "a dead cookie", "a wrong key", "rubbish"],
)
async def test_nobody_gets_log_in_and_health_and_nothing_else(headers: tuple[tuple[bytes, bytes], ...]) -> None:
    gate = _gate(KnownHouse())

    got = {name: await _asked(gate, name, *headers) for name in _NAMES}

    let_in = {name for name, status in got.items() if status == 299}
    by_ticket = {name for name, (needed, _) in _ROUTES.items() if needed.endswith("(by ticket)")}
    assert let_in - by_ticket == {
        "GET /healthz",
        "GET /readyz",
        "GET /favicon.ico",
        "GET /static/{version}/{name:path}",
        "GET /login",
        "GET /api/v1/session",
        "POST /api/v1/session",
        "DELETE /api/v1/session",
        "GET /api/v1/session/provider",
        "GET /api/v1/session/provider/callback",
    }
    assert set(got.values()) == {299, 303, 401}  # pages send to the log-in page


async def test_an_unknown_address_is_no_way_in() -> None:
    gate = _gate(KnownHouse())

    assert await _asked(gate, "GET /nothing") == 401
    assert await _asked(gate, "PUT /api/v1/calls") == 401
    assert await _asked(gate, "WS /ws/nothing") == 401


async def test_a_change_with_a_cookie_says_where_it_comes_from() -> None:
    house = KnownHouse(sessions={"secret": somebody(Role.SUPERVISOR)})
    gate, cookie = _gate(house), (b"cookie", b"earshot=secret")
    name = "POST /api/v1/alerts/{alert_id}/{action}"

    assert await _asked(gate, name, cookie) == 299
    assert await _asked_without_origin(gate, name, cookie) == 403
    assert await _asked_without_origin(gate, name, cookie, (b"sec-fetch-site", b"cross-site")) == 403
    assert await _asked_without_origin(gate, name, cookie, (b"sec-fetch-site", b"same-origin")) == 299


async def _asked_without_origin(gate: Gate, name: str, *headers: tuple[bytes, bytes]) -> int:
    async def without(scope: Scope, receive: Receive, send: Send) -> None:
        await gate({**scope, "headers": [each for each in scope["headers"] if each[0] != b"origin"]}, receive, send)

    return await _asked(without, name, *headers)  # type: ignore[arg-type]  # an application like the gate


async def test_a_key_of_one_pbx_does_not_speak_for_another() -> None:
    keys = {"seven": some_key(KeyKind.INGEST, calls_prefix="pbx7:"), "c": some_key(KeyKind.INGEST, calls_prefix="c")}
    gate = _gate(KnownHouse(opened=keys))
    for name in ("POST /api/v1/calls/{call_id}/events", "WS /ingest/ws/{call_id}/{leg}"):
        assert await _asked(gate, name, (b"authorization", b"Bearer seven")) == 403
        assert await _asked(gate, name, (b"authorization", b"Bearer c")) == 299


async def test_asterisk_shows_its_key_as_a_password_and_vosk_in_the_address() -> None:
    gate = _gate(KnownHouse(opened={"k": some_key(KeyKind.INGEST)}))

    assert await _asked(gate, "WS /ingest/asterisk", (b"authorization", b"Basic ZWFyc2hvdDpr")) == 299  # earshot:k
    assert await _asked(gate, "WS /ingest/audiohook", (b"x-api-key", b"k")) == 299
    scope: Scope = {}

    async def in_address(inner: Scope, receive: Receive, send: Send) -> None:
        scope.update(inner)
        scope["query_string"] = b"call=c1&key=k&leg=mixed"
        await gate(scope, receive, send)

    assert await _asked(in_address, "WS /ingest/vosk") == 299  # type: ignore[arg-type]  # an application like the gate
    assert scope["query_string"] == b"call=c1&leg=mixed"  # nothing behind can log it


@pytest.mark.parametrize("method", ["GET /api/v1/alerts/{alert_id}/clip.flac", "POST /api/v1/rules/reload"])
async def test_what_the_ledger_knows_of_is_written_before_it_is_done(method: str) -> None:
    role = Role.SUPERVISOR if "clip" in method else Role.ADMIN
    house = KnownHouse(sessions={"secret": somebody(role)})

    assert await _asked(_gate(house), method, (b"cookie", b"earshot=secret")) == 299

    ((who, deed),) = house.written
    assert isinstance(who, Principal)
    assert deed.act.value == ("clip" if "clip" in method else "rule_change")
    if "clip" in method:
        assert (deed.call_id, deed.from_ms, deed.to_ms, deed.team) == ("call-1", 0, 16320, "east")
