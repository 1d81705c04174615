"""A node that is to stop lets its calls end or moves them, tells everything it knows, and sends consoles elsewhere."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from config.operating import DrainSettings
from service.moving_call import HandedCall

_log = structlog.get_logger(__name__)
_LOOK_S = 0.1
_BEFORE_MOVING = 0.2  # of the time in which calls may end by themselves; in the rest of it they move
_ON_ITS_WAY_S = 0.02  # from one node to the other over Redis
_ENDING_S = 3.0  # a call whose end is suspected gets this long to end
_TOLD_S = 5.0  # so long stored changes may take to reach the consoles; then they resume by cursor


class DrainedCalls(Protocol):
    """The calls of this node."""

    def running(self) -> Sequence[str]:
        """Those that are not over."""
        ...

    def refuse_new(self) -> None:
        """No further call is taken."""
        ...

    def is_ending(self, call_id: str) -> bool:
        """Whether a running call is about to be over."""
        ...

    def pass_on(self, call_id: str) -> HandedCall | None:
        """Hear a running call no longer; answers what another node needs to go on with it."""
        ...

    def hand_over(self, call_id: str) -> None:
        """Let go of its sockets: another node takes it up."""
        ...


@dataclass(frozen=True, slots=True)
class DrainState:
    """Whether the node is on its way out, and how many calls still run on it."""

    draining: bool
    calls_left: int


class Drain:
    """Begun once, by a signal or by an administrator; `run` returns when the node may stop."""

    def __init__(
        self,
        settings: DrainSettings,
        calls: DrainedCalls,
        *,
        has_neighbours: Callable[[], bool],
        all_told: Callable[[], bool],
        tell: Callable[[HandedCall], None],
        release: Callable[[Sequence[str]], Awaitable[None]],
        send_away: Callable[[], None],
    ) -> None:
        self._settings, self._calls = settings, calls
        self._has_neighbours, self._all_told, self._release = has_neighbours, all_told, release
        self._tell = tell
        self._send_away = send_away
        self._begun = asyncio.Event()

    @property
    def state(self) -> DrainState:
        """For /readyz and the administrator."""
        return DrainState(self._begun.is_set(), len(self._calls.running()))

    def begin(self) -> None:
        """From now on nothing new is taken. Belongs to the event loop's thread."""
        if not self._begun.is_set():
            _log.info("the node drains", calls=len(self._calls.running()), longest_s=self._settings.longest_s)
            self._calls.refuse_new()
            self._begun.set()

    async def run(self) -> None:
        """Wait for the beginning, then for the end of the calls, and bring the node to where it may stop."""
        await self._begun.wait()
        if self._has_neighbours():
            self._send_away()  # whoever comes back here stays until the end
        longest_s = self._settings.longest_s
        if self._has_neighbours():
            await _until(lambda: not self._calls.running(), longest_s * _BEFORE_MOVING)
            await self._move_calls(longest_s * (1 - _BEFORE_MOVING))
        else:
            await _until(lambda: not self._calls.running(), longest_s)
        if not await _until(self._all_told, _TOLD_S):
            _log.warning("the node stops before everything was told; consoles learn the rest from the database")
        self._send_away()
        await asyncio.sleep(_LOOK_S)

    async def _move_calls(self, within_s: float) -> None:
        """One after the other: who takes a call up begins to listen anew, and not all shall be deaf at once."""
        loop = asyncio.get_running_loop()
        until_s, moved = loop.time() + within_s, 0
        while running := self._calls.running():
            if self._calls.is_ending(running[0]):
                patience_s = min(_ENDING_S, max(0.0, until_s - loop.time()))
                await _until(lambda: running[0] not in self._calls.running(), patience_s)
                if running[0] not in self._calls.running():
                    continue
            await self._move(running[0])
            moved += 1
            await asyncio.sleep(max(0.0, (until_s - loop.time()) / len(running)))
        if moved:
            _log.info("calls were left to other nodes", calls=moved)

    async def _move(self, call_id: str) -> None:
        """What is known of it goes first, so that it is there when the audio comes."""
        handed = self._calls.pass_on(call_id)
        if handed is not None:
            self._tell(handed)
            await asyncio.sleep(_ON_ITS_WAY_S)
        self._calls.hand_over(call_id)
        await self._release([call_id])


async def _until(reached: Callable[[], bool], longest_s: float) -> bool:
    """Whether it was reached in time."""
    loop = asyncio.get_running_loop()
    until_s = loop.time() + longest_s
    while not reached():
        if loop.time() >= until_s:
            return False
        await asyncio.sleep(_LOOK_S)
    return True
