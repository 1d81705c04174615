"""A hostile receiver costs its own delivery and nothing else."""

import asyncio
import time
import tracemalloc
from collections.abc import AsyncIterator

import httpx
import pytest

from service.webhooks.safe_post import PostError, SafePost
from tests.service.webhooks.receiver import Manners, receiving


@pytest.fixture
async def post() -> AsyncIterator[SafePost]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield SafePost(allow_private=True, answer_s=0.5, client=client)


async def test_a_friendly_receiver_has_it(post: SafePost) -> None:
    async with receiving() as receiver:
        await post.post(receiver.url, b"{}", {"webhook-id": "a"})
        headers, body = receiver.posted[0]
        assert (headers["host"], headers["webhook-id"], body) == (f"127.0.0.1:{receiver.port}", "a", b"{}")


async def test_a_redirect_is_not_followed(post: SafePost) -> None:
    async with receiving() as trap, receiving() as receiver:
        receiver.answers.append(f"HTTP/1.1 307 Go\r\nLocation: {trap.url}\r\nContent-Length: 0\r\n\r\n".encode())
        with pytest.raises(PostError, match="HTTP 307"):
            await post.post(receiver.url, b"{}", {})
        assert trap.connections == 0


async def _trickle(writer: asyncio.StreamWriter) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nX: " + b"a" * 10_000:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.05)


async def _nothing(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


async def _nonsense(writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x00\xffnot http at all\r\n\r\n")


async def _endless_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-More: " + b"a" * 60_000 + b"\r\n")
        await writer.drain()


@pytest.mark.parametrize("manners", [_trickle, _nothing, _nonsense, _endless_headers])
async def test_bad_manners_end_in_time(post: SafePost, manners: Manners) -> None:
    async with receiving() as receiver:
        receiver.manners = manners
        began_s = time.monotonic()
        with pytest.raises(PostError):
            await post.post(receiver.url, b"{}", {})
        assert time.monotonic() - began_s < 2


async def test_a_huge_answer_is_not_read(post: SafePost) -> None:
    async def huge(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
        while True:
            writer.write(bytes(1_000_000))
            await writer.drain()

    async with receiving() as receiver:
        receiver.manners = huge
        tracemalloc.start()
        await post.post(receiver.url, b"{}", {})
        most_bytes = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert most_bytes < 20_000_000


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "10.1.2.3", "192.168.0.1", "169.254.169.254", "[::1]", "[fe80::1]", "0.0.0.0"],  # noqa: S104
)
async def test_private_addresses_are_refused_for_good(host: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        post = SafePost(allow_private=False, answer_s=2, client=client)
        with pytest.raises(PostError, match="private") as caught:
            await post.post(f"http://{host}:9/", b"{}", {})
        assert caught.value.for_good


@pytest.mark.parametrize(("status", "for_good"), [(410, True), (400, False), (500, False), (301, False)])
async def test_what_is_worth_another_try(post: SafePost, status: int, for_good: bool) -> None:
    async with receiving() as receiver:
        receiver.answers.append(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode())
        with pytest.raises(PostError) as caught:
            await post.post(receiver.url, b"{}", {})
        assert caught.value.for_good is for_good


async def test_nobody_there(post: SafePost) -> None:
    with pytest.raises(PostError, match="ConnectError"):
        await post.post("http://127.0.0.1:1/", b"{}", {})
    with pytest.raises(PostError, match="host not found"):
        await post.post("http://nowhere.invalid/", b"{}", {})
