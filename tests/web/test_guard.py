"""Who may ask: hosts, origins, sizes; and the headers every answer carries."""

from collections.abc import AsyncIterator

import httpx
import pytest

from config.settings import ListeningSettings, Settings
from tests.web.rest import Desk, open_desk
from web.guard import CONTENT_SECURITY_POLICY, host_name, is_loopback

ALLOWED = "https://desk.example"


async def ask(settings: Settings, base_url: str, origin: str | None, method: str = "POST") -> httpx.Response:
    headers = {} if origin is None else {"Origin": origin}
    async with open_desk(settings, base_url) as desk:
        return await desk.client.request(method, "/api/v1/calls", json={}, headers=headers)


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 201),
        ("http://127.0.0.1:8000", 201),
        ("https://127.0.0.1:8000", 201),
        (ALLOWED, 201),
        ("http://127.0.0.1:9000", 403),
        ("http://desk.example", 403),
        ("https://desk.example.evil.test", 403),
        ("null", 403),
    ],
)
async def test_changes_come_from_the_same_host_or_an_allowed_origin(origin: str | None, status: int) -> None:
    settings = Settings(listening=ListeningSettings(allowed_origins=(ALLOWED,)))

    answer = await ask(settings, "http://127.0.0.1:8000", origin)

    assert answer.status_code == status


async def test_reading_is_left_to_the_browsers_own_rule() -> None:
    answer = await ask(Settings(), "http://127.0.0.1:8000", "http://evil.test", method="GET")

    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("base_url", "status"),
    [
        ("http://localhost:8000", 201),
        ("http://[::1]:8000", 201),
        ("http://rebound.evil.test:8000", 403),
        ("https://desk.example", 201),
    ],
)
async def test_a_loopback_service_answers_to_loopback_names_only(base_url: str, status: int) -> None:
    settings = Settings(listening=ListeningSettings(allowed_origins=(ALLOWED,)))

    answer = await ask(settings, base_url, origin=None)

    assert answer.status_code == status
    assert status == 201 or answer.json()["type"] == "/problems/foreign-host"


async def test_a_service_on_the_network_answers_to_any_name() -> None:
    answer = await ask(Settings(http_host="0.0.0.0"), "http://earshot.test", origin=None)  # noqa: S104 - nothing is bound

    assert answer.status_code == 201


async def test_every_answer_carries_the_security_headers(desk: Desk) -> None:
    for path in ("/", "/api/v1/calls", "/docs", "/nothing"):
        headers = (await desk.client.get(path)).headers
        assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_the_policy_allows_nothing_unsafe() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY


async def test_data_is_not_kept_by_browsers(desk: Desk) -> None:
    assert (await desk.client.get("/api/v1/calls")).headers["cache-control"] == "no-store"


async def chunks(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * 10_000


async def test_a_body_without_a_length_is_bounded_too(desk: Desk) -> None:
    answer = await desk.client.post("/api/v1/calls", content=chunks(30), headers={"Content-Type": "application/json"})

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("netloc", "host", "loopback"),
    [
        ("[::1]:8000", "::1", True),
        ("localhost:8000", "localhost", True),
        ("127.8.8.8", "127.8.8.8", True),
        ("10.0.0.1:1", "10.0.0.1", False),
        ("", "", False),
    ],
)
def test_hosts_are_told_apart(netloc: str, host: str, loopback: bool) -> None:
    assert host_name(netloc) == host
    assert is_loopback(host) is loopback
