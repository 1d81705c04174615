"""What web/ needs from whoever keeps users, sessions, keys and the ledger: the Protocols that service/ fills."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from config.trust import TrustSettings
from streaming.frames import Leg
from web.trust.people import Key, KeyFields, User, UserFields
from web.trust.who import LOCAL, Principal, Scope

Purpose = Literal["console", "listen", "whisper"]


class Unfit(StrEnum):
    """Why somebody may not go on: the session is over, or what may be done has changed."""

    OVER = "over"
    CHANGED = "changed"


class House(Protocol):
    """Who is known. What asks the database raises StoreUnavailableError."""

    @property
    def is_open(self) -> bool:
        """Nobody is registered and the service is on loopback: everybody may do everything, as `LOCAL`."""
        ...

    async def of_session(self, secret: str, address: str | None) -> Principal | None:
        """Whose session this is; None for one that is over, idle for too long, or never was."""
        ...

    def of_key(self, secret: str) -> Principal | None:
        """Whose key this is; None for one that is revoked, or never was."""
        ...

    async def ticket(self, principal: Principal, purpose: Purpose, call_id: str | None) -> tuple[str, datetime]:
        """A ticket for one socket, and until when it is good."""
        ...

    async def redeem(self, ticket: str, purposes: Sequence[Purpose], call_id: str | None) -> Principal | None:
        """Whose ticket this is, once; None for one that is used, late, of another purpose or of another call."""
        ...

    async def until_unfit(self, principal: Principal) -> Unfit:
        """Returns when a running socket must end: log-out, expiry, another role or scope."""
        ...


class OpenHouse:
    """A `House` in which nobody is ever registered: for an application without a store."""

    is_open = True

    async def of_session(self, secret: str, address: str | None) -> Principal | None:
        """Nobody's."""
        return None

    def of_key(self, secret: str) -> Principal | None:
        """Nobody's."""
        return None

    async def ticket(self, principal: Principal, purpose: Purpose, call_id: str | None) -> tuple[str, datetime]:
        """Not needed here."""
        raise NotImplementedError

    async def redeem(self, ticket: str, purposes: Sequence[Purpose], call_id: str | None) -> Principal | None:
        """Whoever comes."""
        return LOCAL

    async def until_unfit(self, principal: Principal) -> Unfit:
        """Never: there is nothing that could change."""
        await asyncio.Event().wait()
        raise AssertionError


class Act(StrEnum):
    """What the ledger knows of."""

    LISTEN = "listen"
    REPLAY = "replay"
    CLIP = "clip"
    DOWNLOAD = "download"
    EXPORT = "export"
    WHISPER = "whisper"
    BARGE = "barge"
    TAKE_OVER = "take_over"
    END = "end"
    RULE_CHANGE = "rule_change"
    ROSTER_CHANGE = "roster_change"
    USER_CHANGE = "user_change"
    KEY_CHANGE = "key_change"
    LOG_IN = "log_in"
    LOG_OUT = "log_out"
    LOG_IN_FAILED = "log_in_failed"
    PRIVACY = "privacy"
    SCORE = "score"
    APPEAL = "appeal"
    IMPROVEMENT = "improvement"
    CALIBRATION = "calibration"
    LIBRARY = "library"
    CALL_BACK = "call_back"
    WORKLIST = "worklist"
    OUTSIDE_FIGURES = "outside_figures"


@dataclass(frozen=True, slots=True)
class Deed:
    """One row to be written: what was done, which seconds of which call and legs, and why."""

    act: Act
    phase: Literal["begun", "running", "ended", "whole"] = "whole"
    call_id: str | None = None
    legs: tuple[Leg, ...] = ()
    from_ms: int | None = None
    to_ms: int | None = None
    agent_id: str | None = None
    site: str | None = None
    team: str | None = None
    queue: str | None = None
    why: str | None = None
    about: str | None = None  # what was changed, served or asked for: an id, never words of a call


class Ledger(Protocol):
    """Who did what. A row that is written is never changed."""

    async def write(self, who: Principal, deed: Deed) -> None:
        """Returns after the commit. Raises StoreUnavailableError: then the deed must not happen."""
        ...


class NoLedger:
    """A `Ledger` for an application without a store: it has nothing to serve either."""

    async def write(self, who: Principal, deed: Deed) -> None:
        """Nothing."""


# --- who is registered -------------------------------------------------------------------------------------------


class NameTakenError(Exception):
    """The log-in name, or the id at the provider, is another user's."""


class UnknownUserError(Exception):
    """Nobody of this id is registered."""


class UnknownKeyError(Exception):
    """No such key, or it is revoked."""


class UnwiseError(Exception):
    """It would leave nobody to repair it. Its text says why."""


class WrongError(Exception):
    """Name, password, key, token or what the provider said: not good. Which of them is not told."""


class ThrottledError(Exception):
    """Too many tries; `wait_s` says for how long."""

    def __init__(self, wait_s: float) -> None:
        super().__init__("too many tries")
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A session that has begun: its secret goes into the cookie and nowhere else."""

    secret: str
    principal: Principal
    ends_at: datetime


class LogIns(House, Protocol):
    """How people come in and go."""

    @property
    def needs_first(self) -> bool:
        """Nobody is registered yet: the printed link makes the first admin."""
        ...

    @property
    def provider(self) -> str | None:
        """What the button for logging in elsewhere says; None where there is no such place."""
        ...

    @property
    def settings(self) -> TrustSettings:
        """How long, how often, how many."""
        ...

    async def log_in(self, name: str, password: str, address: str) -> LoggedIn:
        """By password. Raises WrongError, ThrottledError."""
        ...

    async def log_in_by_key(self, key: str, address: str) -> LoggedIn:
        """A screen, by its key. Raises WrongError, ThrottledError."""
        ...

    async def first_admin(self, token: str, name: str, password: str, address: str) -> LoggedIn:
        """The first user, by the printed link. Raises WrongError, ThrottledError."""
        ...

    async def to_provider(self, then: str, own_address: str) -> tuple[str, str]:
        """The provider's address to go to, and the state that the browser must bring back. Raises WrongError."""
        ...

    async def from_provider(self, state: str, code: str, own_address: str, address: str) -> tuple[LoggedIn, str]:
        """Back from the provider: the session, and the page that was asked for. Raises WrongError."""
        ...

    async def log_out(self, principal: Principal) -> str | None:
        """The session is over, here and on every node, and so are its sockets.

        Answers where the browser logs out of the provider too, if it came by it and that is offered.
        """
        ...

    async def new_password(self, principal: Principal, old: str, new: str, address: str) -> LoggedIn:
        """One's own; every other session of the user ends. Raises WrongError, ThrottledError."""
        ...


class People(Protocol):
    """Users and keys, for whoever gives rights. Changes are answered after their commit, with their ledger row."""

    def users(self) -> Sequence[User]:
        """Everybody, by name."""
        ...

    async def add_user(self, name: str, fields: UserFields, password: str | None, who: Principal) -> User:
        """Raises NameTakenError."""
        ...

    async def change_user(self, user_id: str, fields: UserFields, who: Principal) -> User:
        """Raises UnknownUserError, NameTakenError, UnwiseError."""
        ...

    async def give_password(self, user_id: str, password: str | None, who: Principal) -> User:
        """Raises UnknownUserError."""
        ...

    def keys(self) -> Sequence[Key]:
        """All keys."""
        ...

    async def add_key(self, fields: KeyFields, who: Principal) -> tuple[Key, str]:
        """The key and its secret, which is never shown again."""
        ...

    async def rotate_key(self, key_id: str, overlap_s: float, who: Principal) -> tuple[Key, str]:
        """Another secret; the one before works on for the overlap. Raises UnknownKeyError."""
        ...

    async def revoke_key(self, key_id: str, who: Principal) -> Key:
        """Raises UnknownKeyError."""
        ...


# --- the ledger --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A row as kept."""

    sequence: int
    hash: str
    at: datetime
    act: str
    phase: str
    who: str
    name: str
    user_id: str | None
    key_id: str | None
    session_id: str | None
    address: str | None
    call_id: str | None
    legs: Sequence[str]
    from_ms: int | None
    to_ms: int | None
    agent_id: str | None
    site: str | None
    team: str | None
    queue: str | None
    why: str | None
    about: str | None


@dataclass(frozen=True, slots=True)
class LedgerQuestion:
    """Which rows."""

    call_id: str | None = None
    agent_id: str | None = None
    who: str | None = None
    acts: tuple[str, ...] = ()
    since: datetime | None = None
    before: int | None = None
    limit: int = 100


class LedgerBook(Ledger, Protocol):
    """The ledger, to be read too."""

    async def find(self, scope: Scope, question: LedgerQuestion) -> Sequence[LedgerRow]:
        """Rows within the scope, newest first."""
        ...

    async def head(self) -> tuple[int, str]:
        """The newest sequence and its hash."""
        ...

    async def breaks(self) -> Sequence[tuple[int, str]]:
        """Where the chain does not hold: sequence and what is wrong; at most a hundred."""
        ...
