"""How a supervisor's ear and voice get into a call: by a telephone through the PBX, or by the browser."""

from typing import Protocol

from web.supervision import Able, Mode, SupervisionView


class Way(Protocol):
    """One kind of way. What becomes of a supervision is told to `ControlNews`."""

    def ability(self, call_id: str, mode: Mode) -> Able:
        """Whether this is possible for the call now."""
        ...

    async def begin(self, view: SupervisionView) -> None:
        """Let the supervisor in. Raises UnableError, ControlFailedError."""
        ...

    async def change(self, view: SupervisionView, mode: Mode) -> None:
        """Another of the lasting modes, without dropping the supervisor. Raises UnableError, ControlFailedError."""
        ...

    async def end(self, view: SupervisionView) -> None:
        """The supervisor leaves; the call goes on. Never raises."""
        ...

    async def hang_up(self, call_id: str) -> None:
        """End the call. Raises UnableError, ControlFailedError."""
        ...

    def forget(self, supervision_id: str) -> None:
        """It is over by itself."""
        ...

    def keeps_apart(self, call_id: str, mode: Mode) -> bool:
        """Whether no stream of the call to us can hold the supervisor's voice in this mode."""
        ...

    def call_over(self, call_id: str) -> None:
        """The call is over: whoever is in it is out."""
        ...
