"""Three kinds of PBX on loopback, each followed by the whole of `PbxFeeds`, worked by hand alike."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from config.pbx import PbxSettings
from service.clock import PlayClock
from service.control.feeds import PbxFeeds
from service.control.pbx_control import TapDoors
from service.control.supervisor_room import SupervisionAct
from tests.fakes.asterisk_ami_face import AmiFace
from tests.fakes.asterisk_ari_face import AriFace
from tests.fakes.asterisk_model import Asterisk
from tests.fakes.freeswitch_box import FreeSwitchBox
from tests.service.control.followed import BEGAN_AT, CREDENTIALS, QUICK, KeepingCalls, ShutDoors
from tests.service.control.replays import feed_of

KINDS = ("asterisk_ari", "asterisk_ami", "freeswitch_esl")


class Wire(Protocol):
    """What can go wrong on the way."""

    lose: int
    port: int
    logins: int

    @property
    def url(self) -> str: ...

    def drop(self) -> None: ...

    async def stop(self) -> None: ...

    async def __aenter__(self) -> Any: ...


class PbxAtHand(Protocol):
    """A PBX as those see it who telephone."""

    wire: Any

    async def call(self) -> tuple[str, str]:
        """Ids of the customer's and the agent's channel."""
        ...

    async def hang_up(self, channel: str) -> None: ...

    async def answer(self, channel: str) -> bool: ...

    async def press(self, channel: str, key: str) -> None: ...

    async def hand_over(self, agent: str) -> str:
        """A blind transfer to another telephone, which rings."""
        ...

    async def take_up(self, customer: str, phone: str) -> None:
        """It is picked up."""
        ...

    async def transfer(self, agent: str) -> str:
        """An attended transfer to another telephone."""
        ...

    def ours(self) -> list[str]: ...

    def phones(self) -> list[str]: ...

    def alive(self, channel: str) -> bool: ...

    def voice(self, agent: str) -> set[str]:
        """How far supervisors' voices reach: none, out, both, one each."""
        ...

    def talking_with(self, channel: str) -> set[str]: ...

    def refuse(self, times: int) -> None: ...


class AsteriskAtHand:
    """By either interface."""

    def __init__(self, kind: str) -> None:
        self.box = Asterisk()
        self.wire: Any = AriFace(self.box) if kind == "asterisk_ari" else AmiFace(self.box)

    async def call(self) -> tuple[str, str]:
        return self.box.call()

    async def hang_up(self, channel: str) -> None:
        self.box.hang_up(channel)

    async def answer(self, channel: str) -> bool:
        return self.box.answer(channel)

    async def press(self, channel: str, key: str) -> None:
        self.box.press(channel, key)

    async def hand_over(self, agent: str) -> str:
        return self.box.hand_over(agent)

    async def take_up(self, customer: str, phone: str) -> None:
        self.box.take_up(customer, phone)

    async def transfer(self, agent: str) -> str:
        return self.box.transfer(agent)

    def ours(self) -> list[str]:
        return self.box.ours()

    def phones(self) -> list[str]:
        return [each for each, chan in self.box.chans.items() if chan.on_answer and not chan.stream]

    def alive(self, channel: str) -> bool:
        return channel in self.box.chans

    def voice(self, agent: str) -> set[str]:
        bridged = {name for name, members in self.box.bridges.items() if len(members) > 1}
        spies = [chan for chan in self.box.chans.values() if chan.spied == agent]
        if isinstance(self.wire, AriFace):
            return {chan.whisper for chan in spies if chan.bridge in bridged}
        return {chan.whisper for chan in spies if not chan.stream}

    def talking_with(self, channel: str) -> set[str]:
        return set(self.box.bridges.get(self.box.chans[channel].bridge or "", [])) - {channel}

    def refuse(self, times: int) -> None:
        self.wire.refuse = [500] * times if isinstance(self.wire, AriFace) else times


class FreeSwitchAtHand:
    """By its event socket, the only one it has."""

    _VOICES = {"0": "none", "2": "out", "3": "both"}  # noqa: RUF012  # nobody changes it

    def __init__(self) -> None:
        self.box = FreeSwitchBox()
        self.wire: Any = self.box

    async def call(self) -> tuple[str, str]:
        return await self.box.call()

    async def hang_up(self, channel: str) -> None:
        await self.box.hang_up(channel)

    async def answer(self, channel: str) -> bool:
        return await self.box.answer(channel)

    async def press(self, channel: str, key: str) -> None:
        await self.box.press(channel, {"4": "0", "5": "2", "6": "3"}[key])

    async def hand_over(self, agent: str) -> str:
        return await self.box.hand_over(agent)

    async def take_up(self, customer: str, phone: str) -> None:
        await self.box.take_up(customer, phone)

    async def transfer(self, agent: str) -> str:
        return await self.box.transfer(agent)

    def ours(self) -> list[str]:
        return self.box.ours()

    def phones(self) -> list[str]:
        return [each for each, leg in self.box.chans.items() if leg.application or each.startswith("took-")]

    def alive(self, channel: str) -> bool:
        return channel in self.box.chans

    def voice(self, agent: str) -> set[str]:
        spies = [leg for leg in self.box.chans.values() if leg.argument == agent and leg.answered]
        return {self._VOICES[leg.mode] for leg in spies}

    def talking_with(self, channel: str) -> set[str]:
        peer = self.box.chans[channel].peer
        return {peer} if peer is not None else set()

    def refuse(self, times: int) -> None:
        self.box.refuse = times


@dataclass
class Bench:
    """One PBX, followed."""

    pbx: PbxAtHand
    feeds: PbxFeeds
    told: KeepingCalls
    clock: PlayClock
    acts: list[SupervisionAct]

    async def until(self, true: Callable[[], Any]) -> None:
        """Wait for it."""
        async with asyncio.timeout(20):
            while not true():  # noqa: ASYNC110  # what is waited for has no event
                await asyncio.sleep(0.005)

    async def linked(self) -> None:
        """Wait for the link."""
        await self.until(lambda: next(iter(self.feeds.followers.values())).linked)

    async def call(self) -> tuple[str, str]:
        """A call that we know of; ids of customer (which is the call's) and agent."""
        customer, agent = await self.pbx.call()
        await self.until(lambda: customer in self.told.attended)
        return customer, agent

    async def later(self, true: Callable[[], Any]) -> None:
        """Wait for it, while the clock goes on: what the PBX says may still be on its way."""
        async with asyncio.timeout(20):
            while not true():
                await asyncio.sleep(0.02)
                self.clock.move_to(self.clock.monotonic_ms() + 250)


def at_hand(kind: str) -> PbxAtHand:
    """A PBX of this kind."""
    return FreeSwitchAtHand() if kind == "freeswitch_esl" else AsteriskAtHand(kind)


@contextlib.asynccontextmanager
async def working(
    kind: str, pbx: PbxAtHand | None = None, settings: PbxSettings = QUICK, **more: Any
) -> AsyncIterator[Bench]:
    """A PBX at hand and Earshot following it, as long as the block runs."""
    pbx = pbx if pbx is not None else at_hand(kind)
    async with pbx.wire, serving(kind, pbx, settings, **more) as bench:
        yield bench


@contextlib.asynccontextmanager
async def serving(
    kind: str, pbx: PbxAtHand, settings: PbxSettings = QUICK, doors: TapDoors | None = None, **more: Any
) -> AsyncIterator[Bench]:
    """Earshot following a PBX that is there."""
    feed = feed_of(
        kind,
        url=pbx.wire.url,
        **{**CREDENTIALS, "take_over_context": "earshot-take-over", "agent_extensions": r"10\d\d", **more},
    )
    told, clock, acts = KeepingCalls(), PlayClock(BEGAN_AT), list[SupervisionAct]()
    feeds = PbxFeeds(settings.model_copy(update={"feeds": (feed,)}), told, clock, doors or ShutDoors())
    feeds.room.note = acts.append
    running = asyncio.create_task(feeds.run())
    bench = Bench(pbx, feeds, told, clock, acts)
    try:
        await bench.linked()
        yield bench
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
