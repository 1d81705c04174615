"""A microphone on one node, a call on another: heard there at once, and out of it with its socket or its node."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from streaming.frames import Leg
from tests.fakes.servers import RedisServer
from tests.service.bus.test_redis_bus import until
from tests.service.control.several_nodes import CALL, KeptPath, Site, site_of
from web.microphone import Microphone
from web.supervision import Mode, SupervisionView, UnknownSupervisionError, Wish

_FRAME = b"\x01\x02" * 320


@asynccontextmanager
async def _speaking(site: Site) -> AsyncIterator[tuple[SupervisionView, KeptPath, Microphone]]:
    """Asked of one node, the microphone at another, the call at a third."""
    path = KeptPath()
    await site.call()
    site.hears.voices.open(CALL, Leg.AGENT, path)
    view = await site.asked.rooms.supervise(CALL, Wish(Mode.WHISPER, "li", browser=True))
    voice = await site.follows.rooms.take(CALL, view.supervision_id)
    running = asyncio.create_task(voice.run())
    await until(lambda: site.inside() == [("li", Mode.WHISPER, "running")])
    await voice.talk()
    for _ in range(10):
        voice.hear(_FRAME)
        await asyncio.sleep(0.02)
    await until(lambda: len(path.said) >= 8)
    try:
        yield view, path, voice
    finally:
        running.cancel()


async def _over(site: Site, voice: Microphone) -> None:
    async with asyncio.timeout(10):
        await voice.closed()
    await until(lambda: site.inside() == [])


async def test_a_microphone_is_heard_in_a_call_of_another_node(redis_server: RedisServer) -> None:
    async with site_of(redis_server.url) as site, _speaking(site) as (view, path, voice):
        assert path.flushed == 1
        assert set(path.said) == {_FRAME}
        voice.ignore()
        assert site.follows.feeds.browser.frames["muted"] == 1
        await until(lambda: voice.sent >= 8)
        await site.asked.rooms.release(CALL, view.supervision_id, "li")
        await _over(site, voice)
        with pytest.raises(UnknownSupervisionError):
            await site.follows.rooms.take(CALL, view.supervision_id)


async def test_the_supervision_ends_with_its_microphones_socket_and_with_its_node(redis_server: RedisServer) -> None:
    async with site_of(redis_server.url) as site, _speaking(site) as (view, _, voice):
        site.follows.rooms.leave(view.supervision_id, voice)
        await _over(site, voice)
        path = KeptPath()
        site.hears.voices.open(CALL, Leg.AGENT, path)
        again = await site.asked.rooms.supervise(CALL, Wish(Mode.WHISPER, "li", browser=True))
        await site.asked.rooms.take(CALL, again.supervision_id)
        await until(lambda: site.inside() == [("li", Mode.WHISPER, "running")])
        await site.asked.stop()  # nothing says goodbye
        await until(lambda: site.inside() == [])
        assert [act.what for act in site.hears.acts][-1] == "ended"


async def test_a_microphone_whose_calls_node_is_gone_is_over(redis_server: RedisServer) -> None:
    async with site_of(redis_server.url) as site, _speaking(site) as (_, _, voice):
        ended = asyncio.create_task(voice.run())
        await site.hears.stop()
        async with asyncio.timeout(10):
            await ended
