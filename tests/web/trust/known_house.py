"""A closed house in memory: principals by cookie and key, tickets that work once, and a ledger to look at."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from tests.fakes.house import a_key, a_user
from web.trust.people import ScopeFields
from web.trust.rights import KeyKind, Role
from web.trust.sources import Deed, Purpose, Unfit
from web.trust.who import LOCAL, Principal

EAST, WEST = ScopeFields(teams=("east",)), ScopeFields(teams=("west",))
EVERYWHERE = ScopeFields(everywhere=True)


def somebody(role: Role, scope: ScopeFields = EAST, **changed: object) -> Principal:
    """A user of this role, asking by a session."""
    named = ScopeFields() if role is Role.ADMIN else scope
    return a_user("li", role, scope=named, **changed).principal(f"S-{role}", "127.0.0.1")


def some_key(kind: KeyKind, **changed: object) -> Principal:
    """A key, asking."""
    return a_key("PBX 7", kind, **changed).principal()


@dataclass
class KnownHouse:
    """Fills `House` and `Ledger`; `sessions` and `keys` say who is who."""

    sessions: dict[str, Principal] = field(default_factory=dict)
    opened: dict[str, Principal] = field(default_factory=dict)
    is_open: bool = False
    written: list[tuple[Principal, Deed]] = field(default_factory=list)
    waiting: dict[str, tuple[Principal, Purpose, str | None]] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=count)

    async def of_session(self, secret: str, address: str | None) -> Principal | None:
        return self.sessions.get(secret)

    def of_key(self, secret: str) -> Principal | None:
        return self.opened.get(secret)

    async def ticket(self, principal: Principal, purpose: Purpose, call_id: str | None) -> tuple[str, datetime]:
        ticket = f"ticket-{next(self.numbers)}"
        self.waiting[ticket] = principal, purpose, call_id
        return ticket, datetime.now(UTC) + timedelta(seconds=30)

    async def redeem(self, ticket: str, purposes: Sequence[Purpose], call_id: str | None) -> Principal | None:
        kept = self.waiting.pop(ticket, None)
        if self.is_open:
            return LOCAL
        return kept[0] if kept is not None and kept[1] in purposes and kept[2] == call_id else None

    async def until_unfit(self, principal: Principal) -> Unfit:
        raise NotImplementedError

    async def write(self, who: Principal, deed: Deed) -> None:
        self.written.append((who, deed))
