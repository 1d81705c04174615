"""What an attacker tries, against the real site: each is refused, and each is bounded in time and memory."""

import asyncio
import gzip
import json
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from config.limits import LimitSettings
from config.trust import TrustSettings
from streaming.frames import AudioFrame, Leg
from tests.fakes.desk import tone
from tests.service.ingest.doors import until
from tests.web.trust.closed_site import PASSWORD, ClosedSite, closed_site
from web.bleeped import bleeped_name
from web.listen_frame import decode
from web.trust.people import ScopeFields, UserFields
from web.trust.rights import Role
from web.trust.sources import Act, LedgerQuestion
from web.trust.who import EVERYWHERE, NOBODY


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[ClosedSite]:
    async with closed_site(tmp_path, TrustSettings(listen_row_s=1.0, check_s=1.0)) as opened:
        yield opened


def _socket(site: ClosedSite, path: str, origin: str | None = None) -> Any:
    return connect(f"ws://{site.host}{path}", origin=origin, max_size=None, proxy=None)  # type: ignore[arg-type]


async def _hello(socket: ClientConnection, ticket: str | None, **more: object) -> dict[str, Any]:
    await socket.send(json.dumps({"type": "hello", "ticket": ticket, **more}))
    answer: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 10))
    return answer


async def _closed_with(socket: ClientConnection) -> int:
    async with asyncio.timeout(15):
        try:
            while True:
                await socket.recv()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd is not None else 1006


# --- tickets and sockets ---------------------------------------------------------------------------------------------


async def test_a_ticket_works_once_for_its_purpose_and_call(site: ClosedSite) -> None:
    east = await site.logged_in("east")
    ticket = await site.ticket(east, "console")
    async with _socket(site, "/ws/console") as console:
        assert (await _hello(console, ticket, topics=["calls"]))["type"] == "snapshot"
    for path, used in (
        ("/ws/console", ticket),  # a second time
        ("/ws/console", None),
        ("/ws/console", "made up"),
        ("/ws/console", await site.ticket(east, "listen", "c-east")),  # of another purpose
        ("/ws/listen/c-west", await site.ticket(east, "listen", "c-east")),  # of another call
        ("/ws/listen/c-east", await site.ticket(east, "console")),
    ):
        async with _socket(site, path) as refused:
            assert (await _hello(refused, used))["code"] == "bad_ticket"
            assert await _closed_with(refused) == 4401
    async with _socket(site, "/ws/listen/c-west") as west:
        told = await _hello(west, await site.ticket(east, "listen", "c-west"))
        assert told == {"type": "end", "reason": "unknown_call"}  # out of scope is not there
    await east.aclose()


async def test_a_page_of_another_origin_gets_no_socket_and_no_change(site: ClosedSite) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with _socket(site, "/ws/console", origin="http://evil.test"):
            pass
    assert refused.value.response.status_code == 403
    east = await site.logged_in("east")
    for headers in ({"Origin": "http://evil.test"}, {"Origin": "null"}):
        answer = await east.post("/api/v1/alerts/a-east/acknowledge", json={"version": 1}, headers=headers)
        assert answer.status_code == 403
    await east.aclose()


async def test_a_cookie_is_dead_after_log_out_and_its_sockets_close(site: ClosedSite) -> None:
    east = await site.logged_in("east")
    stolen = dict(east.cookies)
    ticket, later = await site.ticket(east, "console"), await site.ticket(east, "console")
    async with _socket(site, "/ws/console") as console:
        await _hello(console, ticket, topics=["calls"])
        assert (await east.delete("/api/v1/session")).status_code == 204
        assert await _closed_with(console) == 4401
    async with site.client() as thief, _socket(site, "/ws/console") as console:
        thief.cookies.update(stolen)
        assert (await thief.get("/api/v1/calls")).status_code == 401
        assert (await _hello(console, later))["code"] == "bad_ticket"
    await east.aclose()


async def test_a_changed_scope_closes_running_sockets_at_once(site: ClosedSite) -> None:
    east = await site.logged_in("east")
    async with _socket(site, "/ws/console") as console, _socket(site, "/ws/listen/c-east") as ear:
        await _hello(console, await site.ticket(east, "console"), topics=["calls"])
        await _hello(ear, await site.ticket(east, "listen", "c-east"))
        user = site.front.book.by_name("east")
        assert user is not None
        fields = UserFields(roles=(Role.SUPERVISOR,), scope=ScopeFields(teams=("south",)))
        await site.front.change_user(user[0].user_id, fields, NOBODY)
        assert await _closed_with(console) == 4403
        assert await _closed_with(ear) == 4403
    assert (await east.get("/api/v1/calls/c-east")).status_code == 404
    await east.aclose()


async def test_topics_that_are_not_ones_own_are_refused(site: ClosedSite) -> None:
    wall = await site.logged_in("wall")
    async with _socket(site, "/ws/console") as console:
        told = await _hello(console, await site.ticket(wall, "console"), topics=["wallboard", "calls"])
        assert told["code"] == "forbidden_topic"
        assert await _closed_with(console) == 4403
    answer = await wall.post("/api/v1/tickets", json={"purpose": "listen", "call_id": "c-east"})
    assert answer.status_code == 403
    await wall.aclose()


async def test_a_scope_is_all_that_lists_and_sockets_show(site: ClosedSite) -> None:
    east = await site.logged_in("east")
    for path in ("/api/v1/calls", "/api/v1/alerts", "/api/v1/mutes", "/api/v1/alerts/suppressed", "/api/v1/desk"):
        answer = await east.get(path)
        assert answer.status_code == 200, path
        assert "west" not in answer.text.lower(), path
    for path in ("calls/c-west", "calls/c-west/transcript", "calls/c-west/timeline", "calls/c-west/alerts"):
        assert (await east.get(f"/api/v1/{path}")).status_code == 404
    for path in ("alerts/a-west", "alerts/a-west/clip.flac", "alerts/a-west/clip.wav"):
        assert (await east.get(f"/api/v1/{path}")).status_code == 404
    async with _socket(site, "/ws/console") as console:
        told = await _hello(console, await site.ticket(east, "console"), topics=["alerts", "calls"])
        assert "west" not in json.dumps(told).lower()
        assert [call["call_id"] for call in told["calls"]] == ["c-east"]
    await east.aclose()


# --- log-in ----------------------------------------------------------------------------------------------------------


async def test_guessing_is_slowed_and_written_down(site: ClosedSite) -> None:
    async with site.client() as guesser:
        tries = [
            (await guesser.post("/api/v1/session", json={"name": "east", "password": f"guess {n}"})).status_code
            for n in range(7)
        ]
        right = await guesser.post("/api/v1/session", json={"name": "east", "password": PASSWORD})
    assert tries == [401] * 5 + [429] * 2
    assert right.status_code == 429
    assert int(right.headers["retry-after"]) > 60
    rows = await site.ledger.find(EVERYWHERE, LedgerQuestion(acts=(Act.LOG_IN_FAILED,)))
    assert [row.who for row in rows] == ["east"] * 5


async def test_passwords_do_not_travel_in_clear(site: ClosedSite) -> None:
    async with site.client(origin=False) as client:
        body = {"name": "east", "password": PASSWORD}
        answer = await client.post("/api/v1/session", json=body, headers={"Host": "earshot.example"})
    assert answer.status_code == 403


# --- sound and its rows ----------------------------------------------------------------------------------------------


async def test_every_second_that_is_heard_has_its_row(site: ClosedSite) -> None:
    east = await site.logged_in("east")
    heard: list[int] = []
    async with _socket(site, "/ws/listen/c-east") as ear:
        await _hello(ear, await site.ticket(east, "listen", "c-east"))
        for number in range(400, 520):  # from 8 s on, 2.4 s of it
            agent, customer = tone(Leg.AGENT, number, 440), tone(Leg.CUSTOMER, number, 700)
            frames = (
                AudioFrame(Leg.AGENT, number * 320, agent.pcm_s16le),
                AudioFrame(Leg.CUSTOMER, number * 320, customer.pcm_s16le),
            )
            site.audience.hear(bleeped_name("c-east"), *frames)
            message = await asyncio.wait_for(ear.recv(), 10)
            while isinstance(message, str):
                message = await asyncio.wait_for(ear.recv(), 10)
            decode(message)
            heard.append(number * 20)
    answer = await east.get("/api/v1/calls/c-east/audio.wav")
    assert answer.status_code == 403  # a download is a right of its own
    async with asyncio.timeout(10):
        while not (rows := [row for row in await _rows(site, Act.LISTEN) if row.phase == "ended"]):  # noqa: ASYNC110 - the ledger has no event
            await asyncio.sleep(0.05)  # the closing row comes after the socket
    begun = [row for row in await _rows(site, Act.LISTEN) if row.phase != "ended"]
    covered = {at for row in begun for at in range(row.from_ms or 0, row.to_ms or 0, 20)}
    assert set(heard) <= covered
    assert [(row.from_ms, row.to_ms, row.who, row.team) for row in rows] == [(8000, 10_400, "east", "east")]
    assert await site.ledger.breaks() == []
    await east.aclose()


async def _rows(site: ClosedSite, act: Act) -> Any:
    return await site.ledger.find(EVERYWHERE, LedgerQuestion(acts=(act,), call_id="c-east"))


async def test_a_lead_sees_who_listened_to_the_own_agents(site: ClosedSite) -> None:
    qa, east, west = [await site.logged_in(name) for name in ("qa", "east", "west")]
    assert (await qa.get("/api/v1/alerts/a-east/clip.flac")).status_code == 200
    seen = [(await client.get("/api/v1/ledger?act=clip")).json()["rows"] for client in (east, west)]
    assert [[row["who"] for row in rows] for rows in seen] == [["qa"], []]
    assert (await east.get("/api/v1/ledger/verdict")).status_code == 403
    for client in (qa, east, west):
        await client.aclose()


# --- floods ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../web/app.py",
        "/static/x/..%2f..%2fapp.py",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/api/v1/calls/..%2f..%2fusers",
    ],
)
async def test_no_way_leads_out_of_the_pages(site: ClosedSite, path: str) -> None:
    answer = await _raw(site, f"GET {path} HTTP/1.1\r\nHost: {site.host}\r\nConnection: close\r\n\r\n".encode())
    assert answer.split(b" ")[1] in (b"401", b"404")
    assert b"import" not in answer


async def test_nothing_that_is_sent_is_unpacked(site: ClosedSite) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    async with site.client() as client:
        headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
        answer = await client.post("/api/v1/session", content=bomb, headers=headers)
    assert answer.status_code in (400, 413, 422)
    async with connect(f"ws://{site.host}/ws/console", compression="deflate", proxy=None) as console:
        assert console.protocol.extensions == []


async def test_headers_and_messages_have_their_size(site: ClosedSite) -> None:
    flood = b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"X-Flood: " + b"a" * 200_000 + b"\r\n\r\n"
    assert (await _raw(site, flood)).split(b" ")[1:2] in ([b"400"], [b"431"], [])
    async with _socket(site, "/ws/console") as console:
        await console.send(b"x" * 3_000_000)
        assert await _closed_with(console) in (1009, 1008)
    async with _socket(site, "/ws/console") as console:
        await console.send("x" * 100_000)
        assert await _closed_with(console) == 1008


async def test_who_never_finishes_is_cut_off_and_others_are_served(site: ClosedSite) -> None:
    """Slow-loris and half-open connections, more than may wait."""
    idlers = [socket.create_connection(_address(site)) for _ in range(250)]
    try:
        for number, idler in enumerate(idlers):
            if number % 2:
                idler.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ")
        async with site.client() as client:
            assert (await client.get("/healthz")).status_code == 200
        async with asyncio.timeout(15):
            for idler in idlers:
                idler.setblocking(False)
                assert await _is_closed(idler)
    finally:
        for idler in idlers:
            idler.close()


async def test_sockets_that_never_say_hello_are_closed(site: ClosedSite) -> None:
    silent = [await _socket(site, "/ws/console") for _ in range(20)]
    codes = await asyncio.gather(*(_closed_with(each) for each in silent))
    assert set(codes) == {1008}


def _address(site: ClosedSite) -> tuple[str, int]:
    host, _, port = site.host.partition(":")
    return host, int(port)


async def _raw(site: ClosedSite, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(*_address(site))
    try:
        writer.write(request)
        await writer.drain()
        return await asyncio.wait_for(reader.read(65_536), 10)
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def _is_closed(idler: socket.socket) -> bool:
    loop = asyncio.get_running_loop()
    try:
        while await loop.sock_recv(idler, 4_096):
            pass
    except ConnectionError:
        return True
    return True


# --- those who trickle, those who flood ------------------------------------------------------------------------------


async def test_bodies_that_trickle_are_cut_off_with_an_answer(site: ClosedSite) -> None:
    reader, writer = await asyncio.open_connection(*_address(site))
    head = f"POST /api/v1/session HTTP/1.1\r\nHost: {site.host}\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: 1000\r\n\r\n{{".encode())
    trickle = asyncio.create_task(_trickled(writer))
    answer = await asyncio.wait_for(reader.read(), 10)
    trickle.cancel()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"body-too-slow" in answer
    await until(lambda: not site.bounds.room.waiting)
    assert site.bounds.cut == {"body": 1}


async def test_who_was_refused_cannot_go_on_sending(site: ClosedSite) -> None:
    """A stranger's sound: refused at once, and its body is not taken for ever."""
    reader, writer = await asyncio.open_connection(*_address(site))
    writer.write(f"POST /ingest/http/c/agent HTTP/1.1\r\nHost: {site.host}\r\nContent-Length: 900000\r\n\r\n".encode())
    trickle = asyncio.create_task(_trickled(writer))
    answer = b""
    with suppress(ConnectionError):  # cut off while it sends
        while data := await asyncio.wait_for(reader.read(65_536), 10):
            answer += data
    trickle.cancel()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert site.bounds.cut == {"rest": 1}


async def test_more_slow_bodies_than_may_wait_make_room(site: ClosedSite) -> None:
    head = f"POST /api/v1/session HTTP/1.1\r\nHost: {site.host}\r\nContent-Length: 1000\r\n\r\n".encode()
    idlers = [socket.create_connection(_address(site)) for _ in range(220)]
    try:
        for idler in idlers:
            idler.send(head)
        async with site.client() as client:
            assert (await client.get("/healthz")).status_code == 200
        assert len(site.bounds.room.waiting) <= 200
        assert site.bounds.room.crowded_out >= 20
    finally:
        for idler in idlers:
            idler.close()


async def _trickled(writer: asyncio.StreamWriter) -> None:
    while not writer.is_closing():
        writer.write(b" ")
        await asyncio.sleep(0.05)


async def test_a_flood_is_asked_to_wait_and_others_are_served(tmp_path: Path) -> None:
    limits = LimitSettings(
        requests_per_person=60, requests_per_address=400, sockets_per_person=2, sockets_per_address=10
    )
    async with closed_site(tmp_path, limits=limits) as site:
        east, west = await site.logged_in("east"), await site.logged_in("west")
        answers = [await east.get("/api/v1/session") for _ in range(20)]
        assert [each.status_code for each in answers] == [200] * 16 + [429] * 4
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 2
        assert answers[-1].json()["type"] == "/problems/too-many"
        tickets = [await site.ticket(west, "console") for _ in range(3)]
        async with _socket(site, "/ws/console") as one, _socket(site, "/ws/console") as two:
            for console, ticket in zip((one, two), tickets, strict=False):
                assert (await _hello(console, ticket, topics=["calls"]))["type"] == "snapshot"
            async with _socket(site, "/ws/console") as three:
                assert (await _hello(three, tickets[2]))["code"] == "too_many_sockets"
                assert await _closed_with(three) == 1013
        silent = [await _socket(site, "/ws/console") for _ in range(10)]
        with pytest.raises(InvalidStatus) as refused:
            await _socket(site, "/ws/console")
        assert refused.value.response.status_code == 429
        for each in silent:
            await each.close()
        assert {"person requests", "person sockets", "address sockets"} == {
            f"{whose} {what}" for whose, what in site.limits.refused
        }
        await east.aclose()
        await west.aclose()
