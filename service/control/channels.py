"""The channels and bridges of one Asterisk as its signals tell of them."""

from dataclasses import dataclass, field

from service.control.agent_places import AgentPlaces, ChannelName, name_parts
from service.control.hang_up import HangUpRequest
from service.control.signals import ChannelKnown

_MOST_CHANNELS = 50_000  # beyond it the oldest is forgotten: one whose end we never heard of
_MOST_GONE = 10_000
_STAR_OPTION = "h"  # Queue and Dial: the one who was called may end the call by *


@dataclass(slots=True)
class Channel:
    """One channel; calls keep it beyond its end."""

    channel_id: str
    name: str
    parts: ChannelName
    number: str | None = None
    context: str = ""  # the first that it was seen in: where its party came in
    queue: str | None = None
    rung_by_queue: bool = False
    star_option: bool = False  # whom this channel calls may end the call by *
    bridge: str | None = None
    request: HangUpRequest | None = None
    star_ms: int | None = None
    calls: int = 0  # connected calls of its party so far
    gone: bool = False
    cause: int | None = None


@dataclass(slots=True)
class Channels:
    """All channels that are alive, by id and by name, and who is in which bridge, in the order of entering."""

    by_id: dict[str, Channel] = field(default_factory=dict)
    by_name: dict[str, Channel] = field(default_factory=dict)
    bridges: dict[str, list[Channel]] = field(default_factory=dict)
    gone: dict[str, None] = field(default_factory=dict)  # lately: some events name a channel after its end

    def learn(self, known: ChannelKnown) -> None:
        """A channel as it is now; made when it is new, never again after its end."""
        if known.channel in self.gone:
            return
        channel = self.by_id.get(known.channel)
        if channel is None:
            channel = Channel(known.channel, known.name, name_parts(known.name))
            self.by_id[known.channel] = channel
            if len(self.by_id) > _MOST_CHANNELS:
                self.forget(next(iter(self.by_id)))
        if known.name and (known.name != channel.name or known.name not in self.by_name):
            self._rename(channel, known.name)
        channel.number = known.number or channel.number
        channel.context = channel.context or known.context or ""
        match known.application:
            case "Queue":
                queue, *rest = (known.arguments or "").split(",")
                channel.queue = queue or channel.queue
                channel.star_option = _has_option(rest[0] if rest else "", _STAR_OPTION)
            case "Dial":
                arguments = (known.arguments or "").split(",", 2)
                channel.star_option = _has_option(arguments[2] if len(arguments) > 2 else "", _STAR_OPTION)
            case "AppQueue":
                channel.rung_by_queue = True
            case _:
                pass

    def enter(self, bridge: str, channel: Channel) -> list[Channel]:
        """Who is in the bridge now."""
        self.leave(channel)
        members = self.bridges.setdefault(bridge, [])
        members.append(channel)
        channel.bridge = bridge
        return members

    def leave(self, channel: Channel) -> None:
        """The channel is in no bridge."""
        members = self.bridges.get(channel.bridge or "")
        if members is not None:
            members.remove(channel)
            if not members:
                del self.bridges[channel.bridge or ""]
        channel.bridge = None

    def forget(self, channel_id: str) -> Channel | None:
        """The channel is no more."""
        channel = self.by_id.pop(channel_id, None)
        if channel is None:
            return None
        self.leave(channel)
        channel.gone = True
        self.gone[channel_id] = None
        if len(self.gone) > _MOST_GONE:
            del self.gone[next(iter(self.gone))]
        if self.by_name.get(channel.name) is channel:
            del self.by_name[channel.name]
        return channel

    def people_with(self, channel: Channel) -> list[Channel]:
        """The others in its bridge who can speak."""
        members = self.bridges.get(channel.bridge or "", [])
        return [other for other in members if other is not channel and not other.parts.is_machine]

    def _rename(self, channel: Channel, name: str) -> None:
        if self.by_name.get(channel.name) is channel:
            del self.by_name[channel.name]
        channel.name, channel.parts = name, name_parts(name)
        self.by_name[name] = channel


def is_agent(places: AgentPlaces, channel: Channel) -> bool:
    """Whether an agent speaks on this channel."""
    return places.is_agent(channel.parts, channel.rung_by_queue)


def _has_option(options: str, letter: str) -> bool:
    """Letters of application options, without what stands in parentheses: `tTb(pre^s^1)h`."""
    depth, letters = 0, ""
    for each in options:
        depth += (each == "(") - (each == ")")
        letters += each if depth == 0 else ""
    return letter in letters
