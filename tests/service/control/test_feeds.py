"""All feeds together: their settings, their figures, their end."""

import asyncio
import contextlib

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from pydantic import ValidationError

from config.pbx import PbxFeed
from service.clock import SystemClock
from service.control.feed_metrics import FeedMetrics
from service.control.feeds import PbxFeeds
from tests.fakes.ari_server import AriServer
from tests.fakes.pbx_servers import AmiServer, EslServer
from tests.service.control.followed import CREDENTIALS, QUICK, KeepingCalls, ShutDoors
from tests.service.control.replays import feed_of


async def test_each_pbx_is_followed_by_itself_and_its_figures_are_shown() -> None:
    async with AmiServer() as ami, AriServer() as ari, EslServer() as esl:
        feeds = (
            feed_of("asterisk_ami", url=ami.url, **CREDENTIALS | {"name": "ami"}),
            feed_of("asterisk_ari", url=ari.url, **CREDENTIALS | {"name": "ari"}),
            feed_of("freeswitch_esl", url=esl.url, **CREDENTIALS | {"name": "esl"}),
            feed_of("asterisk_ami", url="tcp://127.0.0.1:1", **CREDENTIALS | {"name": "dead"}),
        )
        pbxes = PbxFeeds(QUICK.model_copy(update={"feeds": feeds}), KeepingCalls(), SystemClock(), ShutDoors())
        registry = CollectorRegistry()
        FeedMetrics(registry, pbxes)
        running = asyncio.create_task(pbxes.run())
        for server in (ami, ari, esl):
            await server.followed()
        async with asyncio.timeout(10):
            while sum(each.linked for each in pbxes.followers.values()) < 3:  # noqa: ASYNC110  # it has no event
                await asyncio.sleep(0.01)
        shown = generate_latest(registry).decode()
        assert 'earshot_pbx_linked{feed="ami"} 1.0' in shown
        assert 'earshot_pbx_linked{feed="dead"} 0.0' in shown
        assert 'earshot_pbx_unplaced_total{feed="esl"} 0.0' in shown
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def test_without_feeds_there_is_nothing_to_do_until_the_stop() -> None:
    running = asyncio.create_task(PbxFeeds(QUICK, KeepingCalls(), SystemClock(), ShutDoors()).run())
    await asyncio.sleep(0.05)
    assert not running.done()
    running.cancel()


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"url": "http://10.0.0.5:8088"}, "tcp:// or tls|tcp or tls"),
        ({"url": "tcp://user:secret@10.0.0.5"}, "url"),
        ({"agent_extensions": "10["}, "agent_extensions"),
        ({"kind": "panasonic"}, "kind"),
        ({"name": "two words"}, "name"),
        ({"call_id_prefix": "a b"}, "call_id_prefix"),
    ],
)
def test_wrong_settings_are_named(said: dict[str, str], named: str) -> None:
    right = {"name": "east", "kind": "asterisk_ami", "url": "tcp://10.0.0.5:5038"}
    with pytest.raises(ValidationError, match=named):
        PbxFeed.model_validate({**right, **said})
