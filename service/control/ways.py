"""How a supervisor's ear and voice get into a call: by a telephone through the PBX, or by the browser."""

from typing import Protocol

from web.supervision import NO_WAY_BACK, Able, Mode, SupervisionView, UnableError


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


class BrowserEars:
    """Listening in the browser, which has its own socket (`/ws/listen`); nobody can be heard from there."""

    def __init__(self, phone: Way) -> None:
        self._phone = phone

    def ability(self, call_id: str, mode: Mode) -> Able:
        """Listening always; ending where the PBX can."""
        match mode:
            case Mode.LISTEN:
                return True
            case Mode.END:
                return self._phone.ability(call_id, mode)
            case Mode.TAKE_OVER:
                return "a call is taken over by telephone: say an extension"
            case _:
                return NO_WAY_BACK

    async def begin(self, view: SupervisionView) -> None:
        """Nothing is to be prepared."""

    async def change(self, view: SupervisionView, mode: Mode) -> None:
        """From listening to listening; all else is refused before."""
        if mode is not Mode.LISTEN:
            raise UnableError(NO_WAY_BACK)

    async def end(self, view: SupervisionView) -> None:
        """Nothing is to be taken down."""

    async def hang_up(self, call_id: str) -> None:
        """As the telephone would."""
        await self._phone.hang_up(call_id)

    def forget(self, supervision_id: str) -> None:
        """Nothing is remembered."""

    def keeps_apart(self, call_id: str, mode: Mode) -> bool:
        """Who only listens is not heard."""
        return True

    def call_over(self, call_id: str) -> None:
        """Nothing is to be taken down."""
