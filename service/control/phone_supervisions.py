"""Supervisors by telephone, as far as all PBXes have it alike: ring, let in, change, end, and nothing stays behind."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog

from service.control.follower import LinkError
from service.control.pbx_control import CallLine, ControlNews
from service.control.waiting import first_of
from web.supervision import ControlFailedError, Mode, UnableError

_log = structlog.get_logger(__name__)
_RING_GRACE_S = 5.0  # the PBX stops ringing by itself; should it not say so, we do
_ALONE_S = 5.0  # the PBX puts a telephone to the agent's channel within a fraction of it
_NEXT_S = 0.2  # after an attended transfer the next agent is known at once: one move, not two
_AGAIN_S, _TRIES = 0.5, 20  # of going along with a transfer while the link is away
_LEFT_ALONE = "the telephone system does not put the supervisor to the agent's channel"


@dataclass(slots=True)
class Supervision:
    """One supervisor's telephone. `phone` is its name at the PBX, chosen by us."""

    supervision_id: str
    phone: str
    extension: str
    mode: Mode
    rung_mode: Mode  # in which it was let ring; it may be another by the time it is picked up
    line: CallLine
    is_in: bool = False  # answered and joined to the call
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    woken: asyncio.Event = field(default_factory=asyncio.Event)  # one of the next three
    moved: bool = False  # the agent's channel is another one, or none
    attached: bool = False  # the PBX has just put the telephone to a channel, where it does so by itself
    alone: bool = False  # there the telephone is at no channel now
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)  # one change at a time
    changes: int = 0  # for names of what is made anew at each change
    marked: str = ""  # the agent's channel that was prepared for it, where that is needed


class Hands(Protocol):
    """What differs from PBX to PBX. Every method but `drop` raises LinkError or ControlFailedError."""

    def phone_of(self, supervision_id: str, mode: Mode) -> str:
        """The name that the telephone's channel is to have."""
        ...

    async def ring(self, supervision: Supervision) -> None:
        """Ring the supervisor."""
        ...

    async def let_in(self, supervision: Supervision) -> None:
        """The supervisor has answered: into the call, in its mode."""
        ...

    async def switch(self, supervision: Supervision, mode: Mode) -> None:
        """Another mode, without dropping the supervisor."""
        ...

    async def follow(self, supervision: Supervision) -> None:
        """To the agent's channel of `line`, which is another one now; where it names none, away from the last."""
        ...

    async def settle(self, supervision: Supervision) -> None:
        """The PBX has put the telephone to a channel: in its mode."""
        ...

    def drop(self, supervision: Supervision) -> None:
        """It is over: what was made for it is to be removed."""
        ...


class PhoneSupervisions:
    """All supervisors of one PBX. Each has a task that ends with everything removed."""

    def __init__(self, feed: str, hands: Hands, news: ControlNews, ring_s: float, alone_s: float = _ALONE_S) -> None:
        self._feed, self._hands, self._news, self._ring_s, self._alone_s = feed, hands, news, ring_s, alone_s
        self._by_id: dict[str, Supervision] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def running(self) -> int:
        """Telephones that ring or are in calls."""
        return len(self._by_id)

    # --- what is asked -----------------------------------------------------------------------------------------

    async def begin(self, supervision_id: str, mode: Mode, extension: str, line: CallLine) -> None:
        """Ring; the rest follows by itself. Raises ControlFailedError when the PBX does not take it."""
        phone = self._hands.phone_of(supervision_id, mode)
        supervision = self._by_id[supervision_id] = Supervision(supervision_id, phone, extension, mode, mode, line)
        try:
            await self._hands.ring(supervision)
        except BaseException as error:
            self._forget(supervision)
            self._hands.drop(supervision)
            if isinstance(error, LinkError):
                raise ControlFailedError(str(error)) from None
            raise
        if self._by_id.get(supervision_id) is not supervision:  # the call ended while it was being asked for
            self._hands.drop(supervision)
            raise ControlFailedError("the call has just ended")
        self._tasks[supervision_id] = asyncio.create_task(self._run(supervision))

    async def change(self, supervision_id: str, mode: Mode) -> None:
        """Another mode; one that still rings begins in it."""
        supervision = self._by_id.get(supervision_id)
        if supervision is None:
            raise ControlFailedError("the supervisor has just left the call")
        async with supervision.lock:
            if supervision.is_in:
                try:
                    await self._hands.switch(supervision, mode)
                except LinkError as error:
                    raise ControlFailedError(str(error)) from None
            supervision.mode = mode

    async def end(self, supervision_id: str) -> None:
        """It is over."""
        if (supervision := self._by_id.get(supervision_id)) is not None:
            self._finish(supervision)

    def moved(self, line: CallLine) -> None:
        """The call's agent speaks on another channel."""
        for supervision in self._of(line.call_id):
            if supervision.line.agent != line.agent:
                self._move(supervision, line)

    def left(self, call_id: str) -> None:
        """The call's agent has handed it over, and nobody has come yet: what that one says now is another call's."""
        for supervision in self._of(call_id):
            self._move(supervision, replace(supervision.line, agent="", agent_name=""))

    def call_over(self, call_id: str) -> None:
        """Everybody in the call is out."""
        for supervision in self._of(call_id):
            self._finish(supervision)

    async def stop(self) -> None:
        """The service stops; what cannot be removed now is removed at the next start."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- what the PBX tells ------------------------------------------------------------------------------------

    def phone_answered(self, phone: str) -> None:
        """The telephone was picked up."""
        if (supervision := self._on(phone)) is not None:
            supervision.answered.set()

    def phone_gone(self, phone: str) -> None:
        """The telephone hung up, or was never picked up."""
        if (supervision := self._on(phone)) is not None:
            supervision.gone.set()

    def phone_attached(self, phone: str) -> None:
        """The PBX has put the telephone to a channel."""
        if (supervision := self._on(phone)) is not None:
            supervision.attached, supervision.alone = True, False
            supervision.woken.set()

    def phone_alone(self, phone: str) -> None:
        """The telephone is at no channel any more, and waits."""
        if (supervision := self._on(phone)) is not None:
            supervision.attached, supervision.alone = False, True
            supervision.woken.set()

    def at(self, channel: str) -> list[str]:
        """The telephones that are to hear this channel."""
        there = [each for each in self._by_id.values() if each.line.agent == channel and not each.gone.is_set()]
        return [each.phone for each in there if each.mode is not Mode.TAKE_OVER]

    def mode_pressed(self, phone: str, mode: Mode) -> None:
        """The supervisor chose a mode on the telephone's keys."""
        supervision = self._on(phone)
        if supervision is not None and supervision.is_in and supervision.mode is not mode:
            supervision.mode = mode
            self._news.mode_is(supervision.supervision_id, mode)

    @property
    def rung(self) -> frozenset[str]:
        """The telephones that the PBX has taken; ask before its channels are listed."""
        return frozenset(each.phone for each in self._by_id.values() if each.supervision_id in self._tasks)

    def phones_there(self, up: Iterable[str], ringing: Iterable[str], rung: frozenset[str]) -> None:
        """What the PBX has after the link was made (again); of those `rung` before, the others are gone."""
        up, ringing = set(up), set(ringing)
        for supervision in list(self._by_id.values()):
            if supervision.phone in up:
                supervision.answered.set()
                self.phone_attached(supervision.phone)  # for all that can be known
            elif supervision.phone in rung and supervision.phone not in ringing:
                supervision.gone.set()

    # --- inside ------------------------------------------------------------------------------------------------

    async def _run(self, supervision: Supervision) -> None:
        why = None
        try:
            if await self._picked_up(supervision):
                if supervision.mode is Mode.TAKE_OVER:
                    supervision.is_in = True  # the PBX joins the two by itself: it is the supervisor's call now
                else:
                    async with supervision.lock:
                        await self._hands.let_in(supervision)
                        supervision.is_in = True
                    self._news.answered(supervision.supervision_id)
                    await self._stay(supervision)
        except (LinkError, ControlFailedError, UnableError) as error:
            why = str(error)
            _log.warning("a supervisor could not be let into a call, or kept in it", feed=self._feed, reason=why)
        finally:
            self._forget(supervision)
            self._hands.drop(supervision)
            self._news.over(supervision.supervision_id, why)

    async def _picked_up(self, supervision: Supervision) -> bool:
        await first_of(supervision.answered, supervision.gone, within_s=self._ring_s + _RING_GRACE_S)
        return supervision.answered.is_set() and not supervision.gone.is_set()

    async def _stay(self, supervision: Supervision) -> None:
        while not supervision.gone.is_set():
            waits_for_pbx = supervision.alone and supervision.line.agent
            await first_of(supervision.woken, supervision.gone, within_s=self._alone_s if waits_for_pbx else None)
            if supervision.gone.is_set():
                return
            if not supervision.woken.is_set():
                raise ControlFailedError(_LEFT_ALONE)
            supervision.woken.clear()
            async with supervision.lock:
                if supervision.moved:
                    await self._follow(supervision)
                if supervision.attached:
                    supervision.attached = False
                    await self._insist(supervision, self._hands.settle)

    async def _follow(self, supervision: Supervision) -> None:
        """A channel that was gone before it was reached is no failure when the call has moved on, or ends."""
        while supervision.moved and not supervision.gone.is_set():
            if not supervision.line.agent:
                await first_of(supervision.gone, within_s=_NEXT_S)
            supervision.moved = False
            try:
                await self._insist(supervision, self._hands.follow)
            except ControlFailedError:
                await first_of(supervision.woken, supervision.gone, within_s=_AGAIN_S)
                if not supervision.moved and not supervision.gone.is_set():
                    raise

    @staticmethod
    async def _insist(supervision: Supervision, act: Callable[[Supervision], Awaitable[None]]) -> None:
        """Try again while the link is away, for a while."""
        for left in range(_TRIES, 0, -1):
            if supervision.gone.is_set():
                return
            try:
                await act(supervision)
            except LinkError:
                if left == 1:
                    raise
                await first_of(supervision.gone, within_s=_AGAIN_S)
            else:
                return

    @staticmethod
    def _move(supervision: Supervision, line: CallLine) -> None:
        supervision.line, supervision.moved = line, True
        supervision.woken.set()

    def _finish(self, supervision: Supervision) -> None:
        task = self._tasks.get(supervision.supervision_id)
        if task is None:
            self._forget(supervision)  # it is being rung: `begin` sees it
        else:
            supervision.gone.set()

    def _forget(self, supervision: Supervision) -> None:
        if self._by_id.get(supervision.supervision_id) is supervision:
            del self._by_id[supervision.supervision_id]
        self._tasks.pop(supervision.supervision_id, None)

    def _of(self, call_id: str) -> list[Supervision]:
        return [each for each in self._by_id.values() if each.line.call_id == call_id]

    def _on(self, phone: str) -> Supervision | None:
        return next((each for each in self._by_id.values() if each.phone == phone), None)
