"""Which of a call's channels is the agent's: by extension, by context, or because a queue rang it. Never a guess."""

import re
from typing import NamedTuple

from config.pbx import PbxFeed

_MACHINES = frozenset(  # channels that Asterisk or a listener made: nobody speaks there
    ("snoop", "announcer", "cbann", "recorder", "message", "multicastrtp", "unicastrtp", "audiosocket", "websocket")
)
_NAME = re.compile(r"(?P<tech>[^/]*)/(?P<endpoint>.*?)(?:@(?P<context>.*?))?(?:-[0-9a-fA-F]{8,})?(?P<half>;[12])?")


class ChannelName(NamedTuple):
    """A channel's name taken apart: `Local/1007@agents-0000003f;1` or `PJSIP/1007-0000002a`."""

    technology: str
    endpoint: str
    context: str
    half: str

    @property
    def is_machine(self) -> bool:
        """Whether nobody can speak there."""
        return self.technology.lower() in _MACHINES


def name_parts(name: str) -> ChannelName:
    """Any text; what it lacks is empty."""
    found = _NAME.fullmatch(name)
    if found is None:
        return ChannelName("", name, "", "")
    return ChannelName(found["tech"], found["endpoint"], found["context"] or "", found["half"] or "")


def other_half(name: str) -> str | None:
    """The far half of a Local channel."""
    if name.endswith(";1"):
        return name[:-1] + "2"
    return name[:-1] + "1" if name.endswith(";2") else None


class AgentPlaces:
    """What a feed's settings say of its agents."""

    def __init__(self, feed: PbxFeed) -> None:
        self._extensions = re.compile(feed.agent_extensions) if feed.agent_extensions else None
        self._contexts = frozenset(feed.agent_contexts)
        self._queue_members = feed.queue_members

    def is_agent(self, name: ChannelName, rung_by_queue: bool) -> bool:
        """Whether the channel of this name is an agent's."""
        if name.is_machine:
            return False
        if rung_by_queue and self._queue_members:
            return True
        return self.is_extension(name.endpoint) or name.context in self._contexts

    def is_extension(self, extension: str) -> bool:
        """Whether this is an agent's extension."""
        return self._extensions is not None and self._extensions.fullmatch(extension) is not None
