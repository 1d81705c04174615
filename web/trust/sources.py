"""What web/ needs from whoever keeps users, sessions, keys and the ledger: the Protocols that service/ fills."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from streaming.frames import Leg
from web.trust.who import LOCAL, Principal

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
        raise NotImplementedError


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
