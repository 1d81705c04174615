"""Two nodes on a real Redis: news, questions, leases, and what happens when Redis goes and comes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from redis import Redis

from config.nodes import BusSettings
from service.bus.bus import NoAnswerError
from service.bus.redis_address import RedisAddress
from service.bus.redis_bus import RedisBus
from tests.fakes.servers import RedisServer, running_redis
from tests.service.store.examples import an_alert
from web.sources import AlertChange

SETTINGS = BusSettings(lease_s=1.0, answer_s=1.0)


class Ear:
    """Keeps what came from other nodes."""

    def __init__(self) -> None:
        self.changes: list[tuple[AlertChange, int]] = []
        self.news: list[tuple[str, bytes]] = []
        self.words: list[bool] = []

    def changed(self, change: AlertChange, after: int) -> None:
        self.changes.append((change, after))

    def told(self, topic: str, body: bytes) -> None:
        self.news.append((topic, body))

    def reachable(self, reachable: bool) -> None:
        self.words.append(reachable)


async def echo(question: bytes) -> bytes:
    if question == b"fail":
        raise ValueError
    return b"heard " + question


@asynccontextmanager
async def node(url: str, name: str) -> AsyncIterator[tuple[RedisBus, Ear]]:
    bus, ear = RedisBus(SETTINGS, RedisAddress(url), name), Ear()
    task = asyncio.create_task(bus.run(ear, echo))
    try:
        await until(lambda: ear.words[-1:] == [True])
        yield bus, ear
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not true():  # noqa: ASYNC110  # another process answers
            await asyncio.sleep(0.01)


async def test_a_change_reaches_every_other_node_and_not_its_own(redis_server: RedisServer) -> None:
    async with node(redis_server.url, "a") as (a, at_a), node(redis_server.url, "b") as (_, at_b):
        for number in range(1, 51):
            a.announce(AlertChange(2 * number, an_alert(f"A{number}")), 2 * number - 2)
        await until(lambda: len(at_b.changes) == 50)
        assert at_b.changes == [(AlertChange(2 * n, an_alert(f"A{n}")), 2 * n - 2) for n in range(1, 51)]
        assert at_a.changes == []


async def test_the_stream_is_trimmed(redis_server: RedisServer) -> None:
    bus = RedisBus(BusSettings(stream_length=100), RedisAddress(redis_server.url), "a")
    task = asyncio.create_task(bus.run(Ear(), echo))
    for number in range(1, 3_001):
        bus.announce(AlertChange(number, an_alert(f"A{number}")), number - 1)
    await until(lambda: bus.status.waiting == 0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    with Redis(port=redis_server.port) as client:
        assert client.xlen("earshot:changes") < 400  # trimmed by whole pieces of a hundred


async def test_news_go_only_where_somebody_follows(redis_server: RedisServer) -> None:
    async with node(redis_server.url, "a") as (a, at_a), node(redis_server.url, "b") as (b, at_b):
        assert not a.is_followed("sound:call-1")
        b.follow(frozenset({"sound:call-1", "calls"}))
        await until(lambda: a.is_followed("sound:call-1"))
        assert not b.is_followed("sound:call-1")
        a.tell("sound:call-1", b"\x00\n\xff")
        a.tell("sound:call-2", b"nobody wants this")
        await until(lambda: bool(at_b.news))
        assert at_b.news == [("sound:call-1", b"\x00\n\xff")]
        assert at_a.news == []
        b.follow(frozenset())
        await until(lambda: not a.is_followed("calls"))


async def test_a_node_that_died_follows_nothing(redis_server: RedisServer) -> None:
    async with node(redis_server.url, "a") as (a, _):
        async with node(redis_server.url, "b") as (b, _):
            b.follow(frozenset({"levels"}))
            await until(lambda: a.is_followed("levels"))
        await until(lambda: not a.is_followed("levels"))


async def test_questions_are_answered_or_fail_soon(redis_server: RedisServer) -> None:
    async with node(redis_server.url, "a") as (a, _), node(redis_server.url, "b"):
        assert await a.ask("b", b"\n{}\x00") == b"heard \n{}\x00"
        for other, question in (("b", b"fail"), ("nobody", b"?")):
            with pytest.raises(NoAnswerError):
                await a.ask(other, question)


async def test_a_call_has_one_node_until_that_node_is_silent(redis_server: RedisServer) -> None:
    async with node(redis_server.url, "b") as (b, _):
        async with node(redis_server.url, "a") as (a, _):
            winners = await asyncio.gather(*(bus.claim("call-1") for bus in (a, b) * 50))
            assert len(set(winners)) == 1
            holder, other = (a, b) if winners[0] == "a" else (b, a)
            holder.hold(frozenset({"call-1"}))
            await asyncio.sleep(2.5 * SETTINGS.lease_s)
            assert await other.claim("call-1") == holder.node_id
            assert await other.lost(["call-1", "call-2"]) == ["call-2"]
            holder.hold(frozenset())
            await asyncio.sleep(1.5 * SETTINGS.lease_s)
            assert await a.claim("call-1") == "a"
        assert await b.claim("call-1") == "a"  # given nothing back: it was claimed, not held
        await asyncio.sleep(1.2 * SETTINGS.lease_s)
        assert await b.claim("call-1") == "b"


@pytest.mark.parametrize("append_only", [True, False])
async def test_redis_may_be_killed_and_come_back(append_only: bool) -> None:
    with running_redis(append_only=append_only) as server:
        async with node(server.url, "a") as (a, at_a), node(server.url, "b") as (b, at_b):
            a.follow(frozenset({"calls"}))
            await until(lambda: b.is_followed("calls"))
            await asyncio.to_thread(server.kill)
            await until(lambda: at_a.words[-1] is False and at_b.words[-1] is False)
            assert a.status.failing is not None
            assert await a.claim("call-1") == "a"  # audio is never turned away
            assert not b.is_followed("calls")
            a.announce(AlertChange(1, an_alert()), 0)
            await asyncio.to_thread(server.start)
            await until(lambda: at_a.words[-1] is True and at_b.words[-1] is True)
            async with asyncio.timeout(10):
                while not at_a.news:  # news are not kept for who is not there yet
                    b.tell("calls", b"back")
                    await asyncio.sleep(0.1)
            assert set(at_a.news) == {("calls", b"back")}
            assert a.status.failing is None


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("redis://127.0.0.1:6379/0", True),
        ("rediss://user:secret@redis.example:6380/1", True),
        ("sentinel://:secret@one:26379,two/mymaster/2", True),
        ("sentinels://one/mymaster", True),
        ("sentinels://one/mymaster?ssl_ca_certs=/etc/earshot/authority.pem", True),
        ("sentinels://one/mymaster?secret=1", False),
        ("sentinel://one", False),
        ("http://one", False),
        ("redis://one:port", False),
    ],
)
def test_addresses(url: str, good: bool) -> None:
    if good:
        RedisAddress(url).check()
        RedisAddress(url).client()
    else:
        with pytest.raises(Exception, match="redis_url") as caught:
            RedisAddress(url).check()
        assert "secret" not in str(caught.value)
