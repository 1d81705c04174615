"""A hand on the call: the ways a supervisor can step in, whether each is possible now, and who does so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol


class Mode(StrEnum):
    """What a supervisor does with a call."""

    LISTEN = "listen"
    WHISPER = "whisper"  # the agent hears the supervisor
    BARGE = "barge"  # agent and customer hear the supervisor
    TAKE_OVER = "take_over"  # the customer speaks with the supervisor, the agent is out
    END = "end"


SPOKEN = (Mode.WHISPER, Mode.BARGE)
LASTING = (Mode.LISTEN, *SPOKEN)  # those that go on until somebody ends them; the others are done at once

Able = Literal[True] | str
"""True, or what is missing, as a sentence."""


@dataclass(frozen=True, slots=True)
class ModeAbility:
    """Whether a mode is possible for a call by the supervisor's telephone, and by the browser."""

    mode: Mode
    phone: Able
    browser: Able


Abilities = tuple[ModeAbility, ...]

NOT_FOLLOWED = "no telephone system of the settings (pbx.feeds) follows this call"
NO_WAY_BACK = "nothing leads from the browser's microphone into this call"
_LISTENED_IN_BROWSER = (Mode.LISTEN,)
NO_ABILITIES: Abilities = tuple(
    ModeAbility(mode, NOT_FOLLOWED, True if mode in _LISTENED_IN_BROWSER else NO_WAY_BACK) for mode in Mode
)
"""Of a call that came without a telephone system: its sound can be listened to, and nothing more."""


@dataclass(frozen=True, slots=True)
class SupervisionView:
    """One supervisor in one call. `starting`: the telephone rings, or the microphone is being let in."""

    supervision_id: str
    call_id: str
    mode: Mode
    state: Literal["starting", "running", "over"]
    by: str
    extension: str | None
    browser: bool
    since: datetime
    why: str | None = None  # of one that is over: what ended it, where nobody wanted its end


Attendance = tuple[Abilities, tuple[SupervisionView, ...]]
"""How a call can be stepped into, and who is in."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for: by a telephone's extension, or by the browser; `end` needs neither."""

    mode: Mode
    by: str
    extension: str | None = None
    browser: bool = False


class UnableError(Exception):
    """This cannot be done; the text names what is missing."""


class ControlFailedError(Exception):
    """The telephone system was asked and refused, or did not answer; the text says which."""


class SilentNodesError(Exception):
    """Another node would have to do this and did not answer in time; the text says whether it may be done yet."""


class UnknownSupervisionError(Exception):
    """No such supervision runs in this call."""


class Supervising(Protocol):
    """Who lets supervisors into calls."""

    async def supervise(self, call_id: str, wish: Wish) -> SupervisionView:
        """Begin, or change the mode of the same supervisor's running one.

        Raises UnknownCallError, CallOverError, UnableError, ControlFailedError, SilentNodesError.
        """
        ...

    async def release(self, call_id: str, supervision_id: str, by: str) -> None:
        """End one; the call goes on. Raises UnknownCallError, UnknownSupervisionError, SilentNodesError."""
        ...

    async def running(self, call_id: str) -> Sequence[SupervisionView]:
        """Those that are not over, oldest first. Raises UnknownCallError, SilentNodesError."""
        ...
