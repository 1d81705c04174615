"""The bus over Redis as sites run it: behind TLS, and found by a Sentinel that names another server after a failure."""

import asyncio

from service.bus.redis_address import RedisAddress
from service.bus.redis_bus import RedisBus
from tests.fakes.redis_kinds import redis_with_sentinel, redis_with_tls
from tests.service.bus.test_redis_bus import SETTINGS, Ear, echo, node, until


async def test_two_nodes_meet_behind_tls_and_one_that_does_not_know_the_authority_stays_alone() -> None:
    with redis_with_tls() as (url, authority):
        trusting = f"{url}?ssl_ca_certs={authority}"
        RedisAddress(trusting).check()
        async with node(trusting, "a") as (a, at_a), node(trusting, "b") as (b, _):
            a.follow(frozenset({"calls"}))
            await until(lambda: b.is_followed("calls"))
            b.tell("calls", b"hello")
            await until(lambda: at_a.news == [("calls", b"hello")])
            assert await b.ask("a", b"question") == b"heard question"
        stranger, ear = RedisBus(SETTINGS, RedisAddress(url), "stranger"), Ear()
        task = asyncio.create_task(stranger.run(ear, echo))
        await until(lambda: stranger.status.failing is not None)
        assert ear.words[:1] == [False]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_when_the_main_server_dies_the_nodes_meet_again_on_the_one_that_sentinel_names() -> None:
    with redis_with_sentinel() as watched:
        RedisAddress(watched.url).check()
        async with node(watched.url, "a") as (a, at_a), node(watched.url, "b") as (b, at_b):
            before = watched.main_port()
            a.follow(frozenset({"calls"}))
            await until(lambda: b.is_followed("calls"))
            watched.main.kill()
            await until(lambda: at_a.words[-1] is False and at_b.words[-1] is False)
            async with asyncio.timeout(30):
                await until(lambda: at_a.words[-1] is True and at_b.words[-1] is True)
            assert watched.main_port() != before
            async with asyncio.timeout(10):
                while not at_a.news:  # news are not kept for who is not there yet
                    b.tell("calls", b"back")
                    await asyncio.sleep(0.1)
            assert await a.claim("call-1") == "a"
            assert await b.owner("call-1") == "a"
