"""What can be done to a telephone system's calls, whatever kind it is; each mode is possible or names what lacks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from service.control.floor_news import FloorNews
from streaming.frames import Leg
from web.supervision import Able, Mode


@dataclass(frozen=True, slots=True)
class Around:
    """Who stands around a link: told of supervisions and of the floor, and where taps may bring their audio."""

    news: "ControlNews"
    doors: "TapDoors"
    tell_floor: Callable[[Sequence[FloorNews]], None] = lambda _news: None


class TapDoors(Protocol):
    """Our own doors for audio that does not find its way by itself."""

    async def rtp_port(self, call_id: str, leg: Leg) -> int:
        """Open a UDP port for a leg. Raises ControlFailedError."""
        ...

    def fetch(self, url: str, call_id: str, leg: Leg, format_name: str) -> None:
        """Fetch a leg's audio from a WebSocket that the PBX serves, until it ends."""
        ...


@dataclass(frozen=True, slots=True)
class CallLine:
    """Where a call is at its PBX: the channels (ids and names) of its two parties now."""

    call_id: str
    agent: str
    agent_name: str
    customer: str
    customer_name: str
    queue: str | None = None
    contexts: tuple[str, ...] = ()  # of the dialplan, as far as known


class ControlNews(Protocol):
    """Who is told what becomes of a supervision. No method waits or raises."""

    def answered(self, supervision_id: str) -> None:
        """The supervisor is in the call."""
        ...

    def mode_is(self, supervision_id: str, mode: Mode) -> None:
        """The supervisor changed the mode at the telephone."""
        ...

    def over(self, supervision_id: str, why: str | None = None) -> None:
        """The supervisor is out: hung up, did not answer, or the call is over; or, against all wishes, for `why`."""
        ...


class PbxControl(Protocol):
    """One PBX. What it made at the PBX it removes, whatever happens in between."""

    def ability(self, mode: Mode) -> Able:
        """Whether the PBX can do this now."""
        ...

    async def begin(self, supervision_id: str, mode: Mode, extension: str, line: CallLine) -> None:
        """Ring the extension and let it into the call; answers when the PBX has taken it.

        Raises UnableError, ControlFailedError. What follows is told to `ControlNews`.
        """
        ...

    async def change(self, supervision_id: str, mode: Mode) -> None:
        """Another of the lasting modes, without dropping the supervisor. Raises ControlFailedError."""
        ...

    async def end(self, supervision_id: str) -> None:
        """The supervisor is to leave; the call goes on. Never raises: it is tried until it is done."""
        ...

    async def hang_up(self, line: CallLine) -> None:
        """End the call. Raises UnableError, ControlFailedError."""
        ...

    def connected(self, line: CallLine, streams: Mapping[Leg, str] | None) -> None:
        """The call is there, or has another agent now; `streams` are the ids of its legs' streams, where known."""
        ...

    def left(self, call_id: str) -> None:
        """The call's agent has handed it over; `connected` follows when somebody has taken it."""
        ...

    def keeps_apart(self, call_id: str, mode: Mode) -> bool:
        """Whether the call's streams come by taps of ours that cannot hold a supervisor's voice in this mode."""
        ...

    def call_over(self, call_id: str) -> None:
        """The call is over: everything that was made for it goes."""
        ...
