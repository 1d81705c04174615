"""Everybody and every key, known in memory, changed through the store, and looked at anew when others change them."""

import asyncio
from datetime import datetime, timedelta

from ulid import ULID

from service.clock import Clock
from service.store import trust_writes
from service.store.store import Store
from service.store.trust_writes import Known, TakenError
from service.trust.secrets import fits, hashed, key_of, new_secret, parts_of_key
from web.trust.people import Key, KeyFields, User, UserFields
from web.trust.rights import Right
from web.trust.sources import Act, Deed, NameTakenError, UnknownKeyError, UnknownUserError, UnwiseError
from web.trust.who import Principal

_EMPTY = Known(-1, (), ())


class PeopleBook:
    """Users and keys. `changed` is set, and made anew, whenever what somebody may do could be another."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._known = _EMPTY
        self._users: dict[str, User] = {}
        self._keys: dict[str, tuple[Key, str, str | None]] = {}
        self.changed = asyncio.Event()

    @property
    def is_empty(self) -> bool:
        """Whether nobody is registered."""
        return not self._users

    @property
    def version(self) -> int:
        """Rises with every change of users, keys and sessions, of this node or another, that is known here."""
        return self._known.version

    async def refresh(self) -> None:
        """Read all, if anything has changed since. Raises StoreUnavailableError."""
        if await self._store.read(trust_writes.version) == self._known.version:
            return
        self._known = await self._store.read(trust_writes.known)
        self._users = {user.user_id: user for user, _ in self._known.users}
        self._keys = {entry[0].key_id: entry for entry in self._known.keys}
        self.changed.set()
        self.changed = asyncio.Event()

    # --- users -------------------------------------------------------------------------------------------------

    def users(self) -> list[User]:
        """Everybody, by name."""
        return [user for user, _ in self._known.users]

    def user(self, user_id: str) -> User | None:
        """Somebody."""
        return self._users.get(user_id)

    def by_name(self, name: str) -> tuple[User, str | None] | None:
        """Somebody by log-in name, with the password's hash."""
        return next((entry for entry in self._known.users if entry[0].name == name.lower()), None)

    def by_oidc_id(self, oidc_id: str) -> User | None:
        """Somebody by the id at the provider."""
        return next((user for user, _ in self._known.users if user.oidc_id == oidc_id), None)

    async def add_user(
        self, name: str, fields: UserFields, password_hash: str | None, who: Principal, *, first: bool = False
    ) -> User:
        """Register somebody. Raises NameTakenError, NotFirstError."""
        now_at = self._clock.now_at()
        user = new_user(name, fields, password_hash, now_at)
        await self._put(user, password_hash, who, f"added {user.name}: {in_words(fields)}", first=first)
        return user

    async def change_user(self, user_id: str, fields: UserFields, who: Principal) -> User:
        """Other roles, scope, links. Raises UnknownUserError, NameTakenError, UnwiseError."""
        user, password_hash = self._entry(user_id)
        changed = user.model_copy(update={**dict(fields), "changed_at": self._clock.now_at()})
        self._keep_an_admin(user, changed)
        await self._put(changed, password_hash, who, f"changed {user.name}: {in_words(fields)}")
        return changed

    async def set_password(self, user_id: str, password_hash: str | None, who: Principal) -> User:
        """Another password, or none; logged out everywhere. Raises UnknownUserError."""
        user, _ = self._entry(user_id)
        now_at = self._clock.now_at()
        changed = user.model_copy(update={"has_password": password_hash is not None, "changed_at": now_at})
        await self._put(changed, password_hash, who, f"password of {user.name}")
        deed = Deed(Act.LOG_OUT, why="new password", about=user.name)
        await self._store.write(lambda engine: trust_writes.end_sessions_of(engine, user_id, who, deed, now_at))
        return changed

    async def rehash(self, user: User, password_hash: str, who: Principal) -> None:
        """The same password under a stronger hash."""
        await self._put(user, password_hash, who, f"password of {user.name}: stronger hash")

    async def _put(
        self, user: User, password_hash: str | None, who: Principal, about: str, *, first: bool = False
    ) -> None:
        deed, now_at = Deed(Act.USER_CHANGE, about=about), self._clock.now_at()
        try:
            await self._store.write(
                lambda engine: trust_writes.put_user(engine, user, password_hash, who, deed, now_at, first=first)
            )
        except TakenError:
            raise NameTakenError from None
        await self.refresh()

    def _entry(self, user_id: str) -> tuple[User, str | None]:
        for user, password_hash in self._known.users:
            if user.user_id == user_id:
                return user, password_hash
        raise UnknownUserError

    def _keep_an_admin(self, before: User, after: User) -> None:
        others = [each for each in self.users() if each.user_id != before.user_id]
        if gives_rights(before) and not any(gives_rights(each) for each in (*others, after)):
            raise UnwiseError("somebody must be able to give rights: this is the last admin")

    # --- keys --------------------------------------------------------------------------------------------------

    def keys(self) -> list[Key]:
        """All keys, the oldest first; revoked ones too."""
        return [entry[0] for entry in self._known.keys]

    def key(self, key_id: str) -> Key | None:
        """A key that is not revoked."""
        entry = self._keys.get(key_id)
        return entry[0] if entry is not None and entry[0].revoked_at is None else None

    def of_secret(self, shown: str) -> Key | None:
        """The key that was shown, if it is good."""
        parts = parts_of_key(shown)
        entry = self._keys.get(parts[0]) if parts is not None else None
        if parts is None or entry is None or entry[0].revoked_at is not None:
            return None
        key, secret_hash, former_hash = entry
        former = key.former_until is not None and self._clock.now_at() < key.former_until
        return key if fits(parts[1], secret_hash) or (former and fits(parts[1], former_hash)) else None

    async def add_key(self, fields: KeyFields, who: Principal) -> tuple[Key, str]:
        """A new key and what is shown of it once."""
        now_at, secret = self._clock.now_at(), new_secret()
        key = new_key(fields, now_at, who.acts_as)
        await self._put_key(key, hashed(secret), None, who, f"added {key.kind} {key.label}")
        return key, key_of(key.key_id, secret)

    async def rotate_key(self, key_id: str, overlap_s: float, who: Principal) -> tuple[Key, str]:
        """Another secret; the one before works on for a while. Raises UnknownKeyError."""
        key, secret_hash, _ = self._key_entry(key_id)
        secret, until = new_secret(), self._clock.now_at() + timedelta(seconds=overlap_s)
        changed = key.model_copy(update={"former_until": until if overlap_s > 0 else None})
        await self._put_key(changed, hashed(secret), secret_hash, who, f"rotated {key.kind} {key.label}")
        return changed, key_of(key_id, secret)

    async def revoke_key(self, key_id: str, who: Principal) -> Key:
        """From now on it opens nothing. Raises UnknownKeyError."""
        key, secret_hash, _ = self._key_entry(key_id)
        changed = key.model_copy(update={"revoked_at": self._clock.now_at(), "former_until": None})
        await self._put_key(changed, secret_hash, None, who, f"revoked {key.kind} {key.label}")
        return changed

    async def _put_key(self, key: Key, secret_hash: str, former_hash: str | None, who: Principal, about: str) -> None:
        deed, now_at = Deed(Act.KEY_CHANGE, about=f"{about} ({key.key_id})"), self._clock.now_at()
        await self._store.write(
            lambda engine: trust_writes.put_key(engine, key, secret_hash, former_hash, who, deed, now_at)
        )
        await self.refresh()

    def _key_entry(self, key_id: str) -> tuple[Key, str, str | None]:
        entry = self._keys.get(key_id)
        if entry is None or entry[0].revoked_at is not None:
            raise UnknownKeyError
        return entry


def new_user(name: str, fields: UserFields, password_hash: str | None, at: datetime) -> User:
    """A user as kept from now on."""
    return User(
        **dict(fields),
        user_id=str(ULID.from_datetime(at)),
        name=name,
        has_password=password_hash is not None,
        created_at=at,
        changed_at=at,
    )


def new_key(fields: KeyFields, at: datetime, by: str) -> Key:
    """A key as kept from now on."""
    return Key(**dict(fields), key_id=str(ULID.from_datetime(at)), created_at=at, created_by=by)


def gives_rights(user: User) -> bool:
    """Whether this user can give rights to others."""
    return not user.disabled and Right.PEOPLE in user.rights()


def in_words(fields: UserFields) -> str:
    """What the ledger says of a change: no name of a person, only what may be done and where."""
    said = fields.model_dump(mode="json", exclude={"full_name", "oidc_id"}, exclude_defaults=True)
    return ", ".join(f"{name} {value}" for name, value in said.items()) or "no right"
