"""Supervisors in calls: one supervision per supervisor and call, by telephone or browser; every act is noted."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import structlog
from ulid import ULID

from service.clock import Clock
from service.control.ways import Way
from web.sources import CallOverError, CallState, CallView
from web.supervision import (
    LASTING,
    SPOKEN,
    Abilities,
    Attendance,
    Mode,
    ModeAbility,
    SupervisionView,
    UnableError,
    UnknownSupervisionError,
    Wish,
)

_log = structlog.get_logger(__name__)
_MOST_TOLD = 1_000  # supervisions that ended against all wishes and are still shown
NOBODY_NAMED = "local"  # what web.actors calls whoever acts before people log in


@dataclass(frozen=True, slots=True)
class SupervisionAct:
    """Who did what to which call when; ready to be written down. `what`: begun, running, changed, ended, failed."""

    at: datetime
    who: str
    what: str
    mode: Mode
    call_id: str
    supervision_id: str
    extension: str | None
    browser: bool


class AttendedCalls(Protocol):
    """The calls, as far as supervisors change them."""

    async def get(self, call_id: str) -> CallView:
        """One call. Raises UnknownCallError."""
        ...

    async def attend(self, call_id: str, attendance: Attendance) -> None:
        """Show with the call how it can be stepped into and who is in. A call that is over is let be."""
        ...

    async def voice(self, call_id: str, mode: Mode | None, *, clean: bool) -> None:
        """A supervisor's voice is in the call from now on (`whisper`, `barge`), or none is (None).

        `clean`: none of the call's streams to us can hold that voice. A call that is over is let be.
        """
        ...


class SupervisorRoom:
    """Fills `web.supervision.Supervising` and `ControlNews`. Belongs to the event loop's thread."""

    def __init__(self, calls: AttendedCalls, phone: Way, browser: Way, clock: Clock) -> None:
        self.note: Callable[[SupervisionAct], None] = _logged
        self._calls, self._clock = calls, clock
        self._ways = {False: phone, True: browser}
        self._running: dict[str, SupervisionView] = {}  # oldest first
        self._lost: dict[str, SupervisionView] = {}  # ended against all wishes, shown until the call's end or a new one
        self._voices: dict[str, tuple[Mode, bool]] = {}  # by call: what was last said of supervisors' voices in it
        self._changed: dict[str, None] = {}  # calls whose page is to be told, in order
        self._woken = asyncio.Event()

    # --- what people ask ---------------------------------------------------------------------------------------

    async def supervise(self, call_id: str, wish: Wish) -> SupervisionView:
        """Begin, change, or do at once. Raises what `Supervising.supervise` names."""
        call = await self._calls.get(call_id)
        if call.state is CallState.ENDED:
            raise CallOverError
        way = self._ways[wish.browser]
        able = way.ability(call_id, wish.mode)
        if able is not True:
            raise UnableError(able)
        self._lost = {key: view for key, view in self._lost.items() if (view.call_id, view.by) != (call_id, wish.by)}
        if wish.mode not in LASTING:
            return await self._at_once(call_id, wish, way)
        standing = self._standing(call_id, wish)
        if standing is not None and standing.browser == wish.browser and standing.extension == wish.extension:
            return standing if standing.mode is wish.mode else await self._change(standing, wish.mode, way)
        if standing is not None:
            await self._let_go(standing, wish.by)
        return await self._begin(call_id, wish, way)

    async def release(self, call_id: str, supervision_id: str, by: str) -> None:
        """The supervisor leaves."""
        await self._calls.get(call_id)
        view = self._running.get(supervision_id)
        if view is None or view.call_id != call_id:
            raise UnknownSupervisionError
        await self._let_go(view, by)

    async def running(self, call_id: str) -> Sequence[SupervisionView]:
        """Those in the call now."""
        await self._calls.get(call_id)
        return self.inside(call_id)

    def inside(self, call_id: str) -> list[SupervisionView]:
        """The same, of a call that need not be known; oldest first."""
        return [view for view in self._running.values() if view.call_id == call_id]

    def has(self, supervision_id: str) -> bool:
        """Whether the supervision runs here."""
        return supervision_id in self._running

    def calls(self) -> frozenset[str]:
        """The calls that somebody is in."""
        return frozenset(view.call_id for view in self._running.values())

    def abilities(self, call_id: str) -> Abilities:
        """How the call can be stepped into now."""
        return tuple(
            ModeAbility(mode, self._ways[False].ability(call_id, mode), self._ways[True].ability(call_id, mode))
            for mode in Mode
        )

    # --- what the ways tell ------------------------------------------------------------------------------------

    def answered(self, supervision_id: str) -> None:
        """The supervisor is in the call."""
        view = self._running.get(supervision_id)
        if view is not None and view.state == "starting":
            self._running[supervision_id] = replace(view, state="running")
            self._write(view, "running", view.by)
            self._show(view.call_id)

    def mode_is(self, supervision_id: str, mode: Mode) -> None:
        """The supervisor changed the mode at the telephone."""
        view = self._running.get(supervision_id)
        if view is not None and view.mode is not mode:
            self._running[supervision_id] = replace(view, mode=mode)
            self._write(self._running[supervision_id], "changed", view.by)
            self._show(view.call_id)

    def over(self, supervision_id: str, why: str | None = None) -> None:
        """The supervisor is out."""
        view = self._running.pop(supervision_id, None)
        if view is not None:
            if why is not None:
                self._lost[supervision_id] = replace(view, state="over", why=why)
                if len(self._lost) > _MOST_TOLD:
                    del self._lost[next(iter(self._lost))]
            self._ways[view.browser].forget(supervision_id)
            self._write(view, "ended", view.by)
            self._show(view.call_id)

    def call_changed(self, call_id: str) -> None:
        """What can be done to the call has changed: it began, moved, or its PBX came or went."""
        self._show(call_id)

    def tell_again(self, call_id: str) -> None:
        """Whoever hears the call may know nothing of what was said of it."""
        self._voices.pop(call_id, None)
        self._show(call_id)

    def call_over(self, call_id: str) -> None:
        """The call is over, and so is everything in it."""
        for way in self._ways.values():
            way.call_over(call_id)
        for view in self.inside(call_id):
            self.over(view.supervision_id)
        self._lost = {key: view for key, view in self._lost.items() if view.call_id != call_id}

    async def run(self) -> None:
        """Tell the calls who is in them, until cancelled; of many changes of a call the last is told."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            while self._changed:
                call_id = next(iter(self._changed))
                del self._changed[call_id]
                await self._tell(call_id)

    # --- inside ------------------------------------------------------------------------------------------------

    async def _begin(self, call_id: str, wish: Wish, way: Way) -> SupervisionView:
        view = self._new_view(call_id, wish)
        self._running[view.supervision_id] = view
        try:
            await way.begin(view)
        except BaseException:  # whoever asked may have given up
            self._running.pop(view.supervision_id, None)
            self._write(view, "failed", wish.by)
            raise
        self._write(view, "begun", wish.by)
        if wish.browser and wish.mode is Mode.LISTEN:
            self.answered(view.supervision_id)
        self._show(call_id)
        return self._running.get(view.supervision_id, replace(view, state="over"))

    async def _change(self, view: SupervisionView, mode: Mode, way: Way) -> SupervisionView:
        await way.change(view, mode)
        self.mode_is(view.supervision_id, mode)
        return self._running.get(view.supervision_id, replace(view, mode=mode, state="over"))

    async def _at_once(self, call_id: str, wish: Wish, way: Way) -> SupervisionView:
        view = self._new_view(call_id, wish)
        try:
            await (way.hang_up(call_id) if wish.mode is Mode.END else way.begin(view))
        except BaseException:
            self._write(view, "failed", wish.by)
            raise
        self._write(view, "begun", wish.by)
        return replace(view, state="over" if wish.mode is Mode.END else "starting")

    async def _let_go(self, view: SupervisionView, by: str) -> None:
        if self._running.pop(view.supervision_id, None) is None:
            return
        self._write(view, "ended", by)
        await self._ways[view.browser].end(view)
        self._show(view.call_id)

    def _new_view(self, call_id: str, wish: Wish) -> SupervisionView:
        return SupervisionView(
            supervision_id=str(ULID()).lower(),
            call_id=call_id,
            mode=wish.mode,
            state="starting",
            by=wish.by,
            extension=wish.extension,
            browser=wish.browser,
            since=self._clock.now_at(),
        )

    def _standing(self, call_id: str, wish: Wish) -> SupervisionView | None:
        """The running supervision of the same supervisor: the same person, or the same telephone."""
        for view in self.inside(call_id):
            same_place = view.browser == wish.browser and view.extension == wish.extension
            if view.by == wish.by and (same_place or wish.by != NOBODY_NAMED):
                return view
        return None

    def _show(self, call_id: str) -> None:
        self._changed[call_id] = None
        self._woken.set()

    async def _tell(self, call_id: str) -> None:
        views = self.inside(call_id)
        lost = [view for view in self._lost.values() if view.call_id == call_id]
        await self._calls.attend(call_id, (self.abilities(call_id), (*views, *lost)))
        voice = self._voice(call_id, views)
        if voice != self._voices.get(call_id):
            if voice is None:
                del self._voices[call_id]
            else:
                self._voices[call_id] = voice
            await self._calls.voice(call_id, voice[0] if voice else None, clean=voice is None or voice[1])

    def _voice(self, call_id: str, views: Sequence[SupervisionView]) -> tuple[Mode, bool] | None:
        """The farthest that a supervisor's voice reaches in the call now, and whether our streams are free of it."""
        speaking = [view for view in views if view.state == "running" and view.mode in SPOKEN]
        if not speaking:
            return None
        loudest = Mode.BARGE if any(view.mode is Mode.BARGE for view in speaking) else Mode.WHISPER
        return loudest, all(self._ways[view.browser].keeps_apart(call_id, view.mode) for view in speaking)

    def _write(self, view: SupervisionView, what: str, by: str) -> None:
        self.note(
            SupervisionAct(
                at=self._clock.now_at(),
                who=by,
                what=what,
                mode=view.mode,
                call_id=view.call_id,
                supervision_id=view.supervision_id,
                extension=view.extension,
                browser=view.browser,
            )
        )


def _logged(act: SupervisionAct) -> None:
    """Until a ledger takes them: without names and numbers."""
    _log.info("supervision", what=act.what, mode=str(act.mode), call_id=act.call_id, supervision=act.supervision_id)
