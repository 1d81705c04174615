"""Listening taps that we start by ourselves: one a leg for every call that fits the settings; nothing stays behind."""

import asyncio
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from ulid import ULID

from config.taps import TapSettings
from service.control.follower import LinkError
from service.control.pbx_control import CallLine
from service.control.waiting import first_of
from streaming.frames import Leg
from web.supervision import ControlFailedError

_log = structlog.get_logger(__name__)
_FIRST_AGAIN_S, _LONGEST_AGAIN_S = 0.25, 8.0
_DOUBLINGS = 5


@dataclass(slots=True)
class Tap:
    """One leg of one call. `name` is new at every try, so that a lost answer of an earlier one is no obstacle."""

    call_id: str
    leg: Leg
    channel: str
    channel_name: str
    stream_id: str | None
    name: str = ""
    stands: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)
    lost: asyncio.Event = field(default_factory=asyncio.Event)


class TapHands(Protocol):
    """What differs from PBX to PBX and from carriage to carriage."""

    async def begin(self, tap: Tap) -> None:
        """Make everything. Raises LinkError, ControlFailedError; what was made by then is for `drop`."""
        ...

    def drop(self, tap: Tap) -> None:
        """What was made, or may have been made, is to be removed."""
        ...

    async def removed(self, tap: Tap) -> None:
        """Wait until it is, for a while: the leg's next tap comes to the same place."""
        ...


class Taps:
    """All taps of one PBX. `hands` is None where none are to be made."""

    def __init__(self, feed: str, settings: TapSettings | None, hands: TapHands | None, prefix: str) -> None:
        self._feed, self._settings, self._hands, self._prefix = feed, settings, hands, prefix
        self._pattern = re.compile(settings.channels) if settings is not None and settings.channels else None
        self._taps: dict[tuple[str, Leg], Tap] = {}
        self._streams: dict[str, Mapping[Leg, str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._linked = asyncio.Event()
        self.counts: Counter[str] = Counter({"begun": 0, "again": 0, "failed": 0})

    @property
    def running(self) -> int:
        """Legs that are tapped, or are to be."""
        return len(self._taps)

    def both_of(self, call_id: str) -> bool:
        """Whether both legs of the call come by taps of ours."""
        return all((call_id, leg) in self._taps for leg in (Leg.AGENT, Leg.CUSTOMER))

    # --- calls -------------------------------------------------------------------------------------------------

    def connected(self, line: CallLine, streams: Mapping[Leg, str] | None) -> None:
        """A call is there, or has another agent: tap what is not tapped yet, if it fits."""
        if self._settings is None or self._hands is None or not self._fits(line):
            return
        if streams:
            self._streams[line.call_id] = streams
        known = self._streams.get(line.call_id, {})
        sides = ((Leg.CUSTOMER, line.customer, line.customer_name), (Leg.AGENT, line.agent, line.agent_name))
        for leg, channel, name in sides:
            standing = self._taps.get((line.call_id, leg))
            if standing is not None and standing.channel == channel:
                continue
            tap = self._taps[line.call_id, leg] = Tap(line.call_id, leg, channel, name, known.get(leg))
            task = asyncio.create_task(self._run(tap, standing, self._hands))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def call_over(self, call_id: str) -> None:
        """Its taps go."""
        self._streams.pop(call_id, None)
        for leg in (Leg.AGENT, Leg.CUSTOMER):
            if (tap := self._taps.pop((call_id, leg), None)) is not None:
                tap.over.set()

    # --- the PBX -----------------------------------------------------------------------------------------------

    def channel_gone(self, channel: str) -> None:
        """A tapped channel has ended: its tap goes, whatever becomes of the call."""
        for key, tap in list(self._taps.items()):
            if tap.channel == channel:
                del self._taps[key]
                tap.over.set()

    def fork_gone(self, channel: str) -> None:
        """The fork of a channel does not carry any more, while the channel goes on."""
        for tap in self._taps.values():
            if tap.channel == channel and tap.stands:
                tap.lost.set()

    def part_gone(self, name: str) -> None:
        """Something of a tap is no more; `name` begins with the tap's."""
        for tap in self._taps.values():
            if tap.name and name.startswith(tap.name):
                tap.lost.set()

    @property
    def standing(self) -> frozenset[str]:
        """Names of the taps that are complete; ask before the PBX lists what it has."""
        return frozenset(tap.name for tap in self._taps.values() if tap.stands)

    def linked(self, broken: frozenset[str] = frozenset()) -> None:
        """The link is made; `broken` are names of taps that are not whole at the PBX."""
        self._linked.set()
        for tap in self._taps.values():
            if tap.name in broken:
                tap.lost.set()

    def link_lost(self) -> None:
        """Taps go on by themselves; new ones wait."""
        self._linked.clear()

    async def stop(self) -> None:
        """The service stops."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- one tap -----------------------------------------------------------------------------------------------

    async def _run(self, tap: Tap, before: Tap | None, hands: TapHands) -> None:
        if before is not None:
            before.over.set()
            await hands.removed(before)
        failures = 0
        while not tap.over.is_set():
            await first_of(self._linked, tap.over)
            if tap.over.is_set():
                return
            tap.name, tap.lost = f"{self._prefix}tap-{str(ULID()).lower()}", asyncio.Event()
            try:
                await hands.begin(tap)
                tap.stands = True
                self.counts["begun"] += 1
                began = asyncio.get_running_loop().time()
                await first_of(tap.over, tap.lost)
                if asyncio.get_running_loop().time() - began > _LONGEST_AGAIN_S:
                    failures = 0
                self.counts["again"] += not tap.over.is_set()
            except (LinkError, ControlFailedError) as error:
                self.counts["failed"] += 1
                if not tap.over.is_set():
                    _log.warning("a call could not be tapped", feed=self._feed, leg=str(tap.leg), reason=str(error))
            finally:
                tap.stands = False
                hands.drop(tap)
            await first_of(tap.over, within_s=min(_FIRST_AGAIN_S * 2**failures, _LONGEST_AGAIN_S))
            failures = min(failures + 1, _DOUBLINGS)

    def _fits(self, line: CallLine) -> bool:
        settings = self._settings
        if settings is None or not line.agent or not line.customer:
            return False
        names = (line.agent_name, line.customer_name)
        return (
            (not settings.queues or line.queue in settings.queues)
            and (not settings.contexts or any(context in settings.contexts for context in line.contexts))
            and (self._pattern is None or any(self._pattern.fullmatch(name) for name in names))
        )
