"""Supervisors by telephone: each call's own PBX does it."""

from collections.abc import Callable

from service.control.pbx_control import CallLine, PbxControl
from web.supervision import LASTING, NOT_FOLLOWED, Able, ControlFailedError, Mode, SupervisionView, UnableError

_WAITS = "the agent has handed the call over and nobody has taken it yet"
Placed = tuple[PbxControl, CallLine]


class PhoneWay:
    """Fills `Way`. `place` finds the PBX that has the call, and the call's channels there."""

    def __init__(
        self,
        place: Callable[[str], Placed | None],
        keeps_apart: Callable[[str, Mode], bool],
        waits: Callable[[str], bool] = lambda _call_id: False,
        call_over: Callable[[str], None] = lambda _call_id: None,
    ) -> None:
        """`waits` for an agent is a call that has no place now; `call_over` hears the end of calls no feed tells of."""
        self._place, self._keeps_apart, self._waits, self._call_over = place, keeps_apart, waits, call_over
        self._control_of: dict[str, PbxControl] = {}  # by supervision

    def ability(self, call_id: str, mode: Mode) -> Able:
        """Whether the call's PBX can."""
        placed = self._place(call_id)
        return self._why_not(call_id) if placed is None else placed[0].ability(mode)

    async def begin(self, view: SupervisionView) -> None:
        """Ring the supervisor."""
        control, line = self._placed(view.call_id)
        if view.extension is None:
            raise UnableError("say which telephone is to ring: an extension")
        if view.mode in LASTING:
            self._control_of[view.supervision_id] = control
        try:
            await control.begin(view.supervision_id, view.mode, view.extension, line)
        except BaseException:
            self.forget(view.supervision_id)
            raise

    async def change(self, view: SupervisionView, mode: Mode) -> None:
        """Another mode."""
        if (control := self._control_of.get(view.supervision_id)) is None:
            raise ControlFailedError("the supervisor has just left the call")
        await control.change(view.supervision_id, mode)

    async def end(self, view: SupervisionView) -> None:
        """The supervisor leaves."""
        if (control := self._control_of.pop(view.supervision_id, None)) is not None:
            await control.end(view.supervision_id)

    async def hang_up(self, call_id: str) -> None:
        """End the call."""
        control, line = self._placed(call_id)
        await control.hang_up(line)

    def keeps_apart(self, call_id: str, mode: Mode) -> bool:
        """Whether the call's streams cannot hold the supervisor's voice."""
        return self._keeps_apart(call_id, mode)

    def call_over(self, call_id: str) -> None:
        """A PBX that is followed knows it by its feed."""
        self._call_over(call_id)

    def forget(self, supervision_id: str) -> None:
        """It is over."""
        self._control_of.pop(supervision_id, None)

    def _placed(self, call_id: str) -> Placed:
        if (placed := self._place(call_id)) is None:
            raise UnableError(self._why_not(call_id))
        return placed

    def _why_not(self, call_id: str) -> str:
        return _WAITS if self._waits(call_id) else NOT_FOLLOWED
