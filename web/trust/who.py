"""Who asks: a person, a key, or anybody at all on a machine where nobody has been registered yet."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

from streaming.frames import Leg
from web.trust.rights import Right

Legs = Literal["both", "agent", "customer"]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which calls somebody's rights are about. Nothing named is nothing allowed, unless `everywhere` is said."""

    everywhere: bool = False
    sites: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()

    def covers(self, site: str | None, team: str | None, queue: str | None) -> bool:
        """Whether a call of this place lies within: in one of the sites and teams and queues, of each that is named."""
        if self.everywhere:
            return True
        if not (self.sites or self.teams or self.queues):
            return False
        return (
            (not self.sites or site in self.sites)
            and (not self.teams or team in self.teams)
            and (not self.queues or queue in self.queues)
        )


EVERYWHERE = Scope(everywhere=True)


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who asks, with what may be done and where. `acts_as` is the name on what they leave behind."""

    name: str
    acts_as: str
    rights: frozenset[Right]
    scope: Scope
    legs: Legs = "both"
    user_id: str | None = None
    key_id: str | None = None
    session_id: str | None = None  # never the secret: what the store knows the session by
    calls_prefix: str = ""  # of a key: call ids begin so
    is_open: bool = False  # nobody is registered: everybody on this machine may do everything
    address: str | None = None

    def may(self, right: Right) -> bool:
        """Whether the right is given; where, says the scope."""
        return right in self.rights

    def hears(self, leg: Leg) -> bool:
        """Whether sound and words of the leg are for these ears. A mixed leg holds both parties."""
        return self.legs == "both" or leg.value == self.legs


LOCAL = Principal(name="local", acts_as="local", rights=frozenset(Right), scope=EVERYWHERE, is_open=True)
NOBODY = Principal(name="nobody", acts_as="nobody", rights=frozenset(), scope=Scope())

_asking: ContextVar[Principal] = ContextVar("who_asks", default=NOBODY)
"""Set by the gate for each request and by a socket's hello; nothing is shown to what neither has set it for."""


def who_asks() -> Principal:
    """The one the running request or socket belongs to."""
    return _asking.get()


def now_asks(principal: Principal) -> None:
    """From here on this task, and the tasks it starts, run for `principal`."""
    _asking.set(principal)
