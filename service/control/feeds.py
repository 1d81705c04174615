"""All PBXes of the settings, each followed by itself."""

import asyncio

from config.pbx import PbxFeed, PbxSettings
from service.clock import Clock
from service.control.asterisk_ami import AsteriskAmi
from service.control.asterisk_ari import AsteriskAri
from service.control.follower import Follower, PbxLink
from service.control.freeswitch_esl import FreeSwitchEsl
from service.control.news_desk import NewsDesk, ToldCalls


class PbxFeeds:
    """`run` until cancelled. `followers` shows each feed's state, by its name."""

    def __init__(self, settings: PbxSettings, calls: ToldCalls, clock: Clock) -> None:
        self.followers = {
            feed.name: Follower(feed, settings, link_of(feed, settings, clock), NewsDesk(calls, clock), clock)
            for feed in settings.feeds
        }

    async def run(self) -> None:
        """Follow all of them."""
        async with asyncio.TaskGroup() as tasks:
            for follower in self.followers.values():
                tasks.create_task(follower.run())
        await asyncio.Event().wait()  # no feeds: nothing to do until the stop


def link_of(feed: PbxFeed, settings: PbxSettings, clock: Clock) -> PbxLink:
    """The link that speaks the feed's kind."""
    match feed.kind:
        case "asterisk_ari":
            return AsteriskAri(feed, settings, clock)
        case "asterisk_ami":
            return AsteriskAmi(feed, settings, clock)
        case "freeswitch_esl":
            return FreeSwitchEsl(feed, settings, clock)
