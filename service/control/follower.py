"""Follows one PBX: makes the link, makes it again when it is lost, and lets time pass for the calls."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

from config.pbx import PbxFeed, PbxSettings
from service.clock import Clock
from service.control.call_news import CallNews
from service.control.news_desk import NewsDesk
from service.control.pbx_control import CallLine, PbxControl
from streaming.frames import Party

if TYPE_CHECKING:  # they know LinkError
    from service.control.phone_supervisions import PhoneSupervisions
    from service.control.strays import Strays
    from service.control.taps import Taps

_log = structlog.get_logger(__name__)
_BEAT_S = 0.1
_FAREWELL_S = 2.0


class LinkError(Exception):
    """The link to the PBX cannot be made, or is lost. Its text says why, without names of people or numbers."""


class CallCounts(Protocol):
    """What was seen, for the figures."""

    @property
    def unplaced(self) -> int:
        """Bridges of two people of whom none is known to be an agent."""
        ...

    @property
    def verdicts(self) -> Mapping[Party, int]:
        """Calls by who ended them."""
        ...


class PbxCalls(Protocol):
    """The state of one PBX's calls, as far as all kinds have it alike."""

    @property
    def running(self) -> int:
        """Calls that are not over."""
        ...

    @property
    def counts(self) -> CallCounts:
        """What was seen."""
        ...

    @property
    def line(self) -> Callable[[str], CallLine | None]:
        """Where a connected call is now; None for one that is over, rings, or has nobody on the agent's side."""
        ...

    @property
    def waits(self) -> Callable[[str], bool]:
        """Whether a connected call's agent has handed it over and nobody has taken it yet."""
        ...

    @property
    def lines(self) -> Callable[[], list[CallLine]]:
        """All connected calls."""
        ...


class FollowedControl(PbxControl, Protocol):
    """A hand on the calls of a PBX that is followed, with its figures."""

    strays: "Strays"
    supervisions: "PhoneSupervisions"
    taps: "Taps"


class PbxLink(Protocol):
    """One kind of PBX."""

    @property
    def calls(self) -> PbxCalls:
        """Its calls."""
        ...

    @property
    def control(self) -> "FollowedControl":
        """What can be done to them."""
        ...

    def advance(self, now_ms: int) -> list[CallNews]:
        """What is due by now."""
        ...

    async def run(self) -> None:
        """Remove from the PBX what of ours is not wanted any more, until cancelled."""
        ...

    async def farewell(self) -> None:
        """Stop, and remove all that is ours, now. Raises LinkError."""
        ...

    async def stop(self) -> None:
        """Nothing goes on here any more, whatever is left at the PBX."""
        ...

    def link_lost(self) -> None:
        """Things may happen unseen from now on."""
        ...

    async def follow(self, tell: Callable[[list[CallNews]], None], up: Callable[[], None]) -> None:
        """Connect, log in, catch up (`up`), and tell until the link is lost: always ends with LinkError."""
        ...


class Follower:
    """One feed. `run` until cancelled; nothing a PBX does ends it."""

    def __init__(
        self,
        feed: PbxFeed,
        settings: PbxSettings,
        link: PbxLink,
        desk: NewsDesk,
        clock: Clock,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """`changed` hears that the link was made or lost."""
        self.link, self.desk, self._changed = link, desk, changed
        self.feed = feed
        self._settings, self._clock = settings, clock
        self.linked = False
        self.since_at: datetime | None = None  # since when it is linked, or is not
        self.failure: str | None = None
        self.losses = 0
        self._up_ms = 0

    async def run(self) -> None:
        """Carry news, let time pass, keep the link; at the stop take away what we made at the PBX."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.desk.run())
            tasks.create_task(self._pass_time())
            linking = [tasks.create_task(self._keep_linked()), tasks.create_task(self.link.run())]
            try:
                await asyncio.wait(linking, return_when=asyncio.FIRST_EXCEPTION)
            except asyncio.CancelledError:
                if self.linked:
                    with contextlib.suppress(TimeoutError, LinkError):
                        async with asyncio.timeout(_FAREWELL_S):
                            await self.link.farewell()
                await self.link.stop()
                for task in linking:
                    task.cancel()
                raise

    async def _pass_time(self) -> None:
        while True:
            await asyncio.sleep(_BEAT_S)
            self.desk.tell(self.link.advance(self._clock.monotonic_ms()))

    async def _keep_linked(self) -> None:
        wait = wait_random_exponential(
            multiplier=self._settings.first_back_off_s,
            max=self._settings.longest_back_off_s,
            min=min(self._settings.first_back_off_s, self._settings.longest_back_off_s) / 2,
        )
        while True:
            retrying = AsyncRetrying(wait=wait, retry=retry_if_exception_type(LinkError), before_sleep=self._noted)
            async for attempt in retrying:
                with attempt:
                    await self._once()

    async def _once(self) -> None:
        """One link from its making to its loss. After one that stood long enough the back-off begins anew."""
        try:
            await self.link.follow(self.desk.tell, self._is_up)
        except LinkError as error:
            self.failure = str(error)
            if not self.linked:
                raise
            self.linked = False
            self.since_at = self._clock.now_at()
            self.losses += 1
            self.link.link_lost()
            self._changed()
            _log.warning("the link to the telephone system is lost", feed=self.feed.name, reason=str(error))
            if self._clock.monotonic_ms() - self._up_ms < self._settings.longest_back_off_s * 1000:
                raise

    def _is_up(self) -> None:
        self.linked, self._up_ms = True, self._clock.monotonic_ms()
        self.since_at, self.failure = self._clock.now_at(), None
        _log.info("the telephone system is followed", feed=self.feed.name)
        self._changed()

    def _noted(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome is not None else None
        _log.warning(
            "the telephone system cannot be followed yet",
            feed=self.feed.name,
            reason=str(error),
            again_in_s=round(state.upcoming_sleep, 1),
        )
