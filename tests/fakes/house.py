"""A house in which nobody has to log in, with users, keys and rows to look at; nothing of it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from config.trust import TrustSettings
from tests.fakes.desk import NOON
from web.trust.people import Key, KeyFields, ScopeFields, User, UserFields
from web.trust.rights import KeyKind, Right, Role
from web.trust.sources import (
    Deed,
    LedgerQuestion,
    LedgerRow,
    LoggedIn,
    OpenHouse,
    WrongError,
)
from web.trust.who import Principal, Scope


def a_user(name: str = "li", *roles: Role, **changed: object) -> User:
    """A supervisor of team east, where nothing else is said."""
    fields: dict[str, object] = {
        "user_id": f"id{name}",
        "name": name,
        "roles": roles or (Role.SUPERVISOR,),
        "scope": ScopeFields(teams=("east",)),
        "created_at": NOON,
        "changed_at": NOON,
        **changed,
    }
    return User.model_validate(fields)


def a_key(label: str = "PBX 7", kind: KeyKind = KeyKind.INGEST, /, **changed: object) -> Key:
    """A key of a PBX."""
    fields = {"key_id": "K1", "kind": kind, "label": label, "created_at": NOON, "created_by": "root", **changed}
    return Key.model_validate(fields)


def a_row(sequence: int = 1, act: str = "listen", **changed: object) -> LedgerRow:
    """Li listened to ten seconds of call-1."""
    fields: dict[str, object] = {
        "sequence": sequence,
        "hash": "ab" * 32,
        "at": NOON,
        "act": act,
        "phase": "ended",
        "who": "li",
        "name": "Li",
        "user_id": "idli",
        "key_id": None,
        "session_id": "S1",
        "address": "127.0.0.1",
        "call_id": "call-1",
        "legs": ["agent", "customer"],
        "from_ms": 8_000,
        "to_ms": 18_000,
        "agent_id": "1007",
        "site": None,
        "team": "east",
        "queue": "billing",
        "why": None,
        "about": None,
        **changed,
    }
    return LedgerRow(**fields)  # type: ignore[arg-type]  # a test names the fields it changes


@dataclass
class FakeHouse(OpenHouse):
    """Fills `LogIns`, `People` and `LedgerBook`."""

    registered: list[User] = field(
        default_factory=lambda: [a_user(), a_user("root", Role.ADMIN, scope=ScopeFields(), granted=(Right.METRICS,))]
    )
    opened: list[Key] = field(default_factory=lambda: [a_key(), a_key("Wall 2", KeyKind.WALLBOARD, key_id="K2")])
    rows: list[LedgerRow] = field(default_factory=lambda: [a_row(2, "clip", phase="whole"), a_row()])
    written: list[tuple[Principal, Deed]] = field(default_factory=list)
    needs_first: bool = False
    provider: str | None = None
    settings: TrustSettings = field(default_factory=TrustSettings)

    async def log_in(self, name: str, password: str, address: str) -> LoggedIn:
        raise WrongError

    async def log_in_by_key(self, key: str, address: str) -> LoggedIn:
        raise WrongError

    async def first_admin(self, token: str, name: str, password: str, address: str) -> LoggedIn:
        raise WrongError

    async def to_provider(self, then: str, own_address: str) -> tuple[str, str]:
        raise WrongError

    async def from_provider(self, state: str, code: str, own_address: str, address: str) -> tuple[LoggedIn, str]:
        raise WrongError

    async def log_out(self, principal: Principal) -> str | None:
        return None

    async def new_password(self, principal: Principal, old: str, new: str, address: str) -> LoggedIn:
        raise WrongError

    def users(self) -> Sequence[User]:
        return self.registered

    async def add_user(self, name: str, fields: UserFields, password: str | None, who: Principal) -> User:
        self.registered.append(a_user(name, **dict(fields)))
        return self.registered[-1]

    async def change_user(self, user_id: str, fields: UserFields, who: Principal) -> User:
        raise NotImplementedError

    async def give_password(self, user_id: str, password: str | None, who: Principal) -> User:
        raise NotImplementedError

    def keys(self) -> Sequence[Key]:
        return self.opened

    async def add_key(self, fields: KeyFields, who: Principal) -> tuple[Key, str]:
        self.opened.append(a_key(**dict(fields)))
        return self.opened[-1], "esk_K1_secret"

    async def rotate_key(self, key_id: str, overlap_s: float, who: Principal) -> tuple[Key, str]:
        raise NotImplementedError

    async def revoke_key(self, key_id: str, who: Principal) -> Key:
        raise NotImplementedError

    async def write(self, who: Principal, deed: Deed) -> None:
        self.written.append((who, deed))

    async def find(self, scope: Scope, question: LedgerQuestion) -> Sequence[LedgerRow]:
        return self.rows

    async def head(self) -> tuple[int, str]:
        return len(self.rows), "ab" * 32

    async def breaks(self) -> Sequence[tuple[int, str]]:
        return []
