"""Stepping into calls with the right for it, and a row in the ledger before anybody is let in."""

from collections.abc import Sequence

from streaming.frames import Leg
from web.problems import ProblemError
from web.sources import Calls, CallView
from web.supervision import Mode, Supervising, SupervisionView, UnableError, Wish
from web.trust.rights import Right
from web.trust.sources import Act, Deed, Ledger
from web.trust.who import Principal, who_asks

_NEEDED = {
    Mode.LISTEN: Right.LISTEN,
    Mode.WHISPER: Right.WHISPER,
    Mode.BARGE: Right.BARGE,
    Mode.TAKE_OVER: Right.TAKE_OVER,
    Mode.END: Right.END,
}


class ScopedSupervising:
    """Fills `web.supervision.Supervising`. The gate has looked at the call; here it is about the mode."""

    def __init__(self, supervising: Supervising, calls: Calls, ledger: Ledger) -> None:
        self._supervising, self._calls, self._ledger = supervising, calls, ledger

    async def supervise(self, call_id: str, wish: Wish) -> SupervisionView:
        """Needs the mode's own right; a telephone gives both parties, so it is not for ears of one leg."""
        who, needed = who_asks(), _NEEDED[wish.mode]
        if not who.may(needed):
            raise ProblemError(403, "no-right", f"Needs the right {needed}.")
        if who.legs != "both" and wish.mode is not Mode.END:
            raise ProblemError(403, "one-leg", "By telephone both parties are heard; you may hear one of them.")
        call = await self._calls.get(call_id)
        by = "browser" if wish.browser else "telephone"
        await self._ledger.write(who, supervision_deed(wish.mode, call, "begun", about=by))
        try:
            return await self._supervising.supervise(call_id, wish)
        except UnableError:
            at_ms, about = call.duration_ms, f"not possible by {by}"
            await self._ledger.write(who, supervision_deed(wish.mode, call, "ended", to_ms=at_ms, about=about))
            raise

    async def release(self, call_id: str, supervision_id: str, by: str) -> None:
        """One's own; or anybody's, for whoever may end calls."""
        if not self._may_release(who_asks(), by, await self._supervising.running(call_id), supervision_id):
            raise ProblemError(403, "no-right", f"Another's supervision is ended with the right {Right.END}.")
        await self._supervising.release(call_id, supervision_id, by)

    async def running(self, call_id: str) -> Sequence[SupervisionView]:
        """Who is in the call."""
        return await self._supervising.running(call_id)

    @staticmethod
    def _may_release(who: Principal, by: str, running: Sequence[SupervisionView], supervision_id: str) -> bool:
        mine = all(view.by == by for view in running if view.supervision_id == supervision_id)
        return mine or who.may(Right.END)


def supervision_deed(
    mode: Mode, call: CallView, phase: str, *, from_ms: int | None = None, to_ms: int | None = None, about: str
) -> Deed:
    """The row of a supervision of this call; where no place is said, it is about now."""
    return Deed(
        Act(mode.value),
        phase=phase,  # type: ignore[arg-type]  # one of the four words
        call_id=call.call_id,
        legs=(Leg.AGENT, Leg.CUSTOMER),
        from_ms=call.duration_ms if from_ms is None else from_ms,
        to_ms=to_ms,
        agent_id=call.agent.id if call.agent is not None else None,
        site=call.site,
        team=call.team,
        queue=call.queue,
        about=about,
    )
