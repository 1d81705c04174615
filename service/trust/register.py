"""Users and keys for commands: the same changes as by the API, on the store itself, with their ledger rows."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from config.settings import Settings
from service.store import trust_writes
from service.store.database import StoreError
from service.store.people_beside import StoreBeside
from service.store.trust_writes import Known, TakenError
from service.trust.passwords import Passwords
from service.trust.people_book import gives_rights, in_words, new_key, new_user
from service.trust.secrets import hashed, key_of, new_secret
from web.trust.people import Key, KeyFields, User, UserFields
from web.trust.sources import Act, Deed
from web.trust.who import Principal, Scope


class RegisterError(Exception):
    """It cannot be done; the text says why."""


class Register:
    """For one command: reads, changes, is left. A running service sees the change within a second."""

    def __init__(self, store: StoreBeside, shortest_password: int, who: Principal) -> None:
        self._store, self._who = store, who
        self.shortest_password = shortest_password

    @classmethod
    def open(cls, settings: Settings, who: str) -> Self:
        """The store that the settings name, made where there is none. Raises RegisterError."""
        try:
            store = StoreBeside.made(settings)
        except StoreError as error:
            raise RegisterError(str(error)) from None
        return cls(store, settings.trust.shortest_password, Principal(who, who, frozenset(), Scope()))

    def users(self) -> list[User]:
        """Everybody, by name."""
        return [user for user, _ in self._known().users]

    def add_user(self, name: str, fields: UserFields, password: str | None) -> User:
        """Register somebody."""
        password_hash = Passwords().hash_now(password) if password is not None else None
        user = new_user(name, fields, password_hash, _now())
        self._put(user, password_hash, f"added {user.name}: {in_words(fields)}")
        return user

    def change_user(self, name: str, said: Mapping[str, object]) -> User:
        """Change what is said; the rest stays."""
        user, password_hash = self._entry(name)
        before = user.model_dump(include=set(UserFields.model_fields))
        fields = UserFields.model_validate({**before, **said})
        changed = user.model_copy(update={**dict(fields), "changed_at": _now()})
        others = [each for each in self.users() if each.user_id != user.user_id]
        if gives_rights(user) and not any(gives_rights(each) for each in (*others, changed)):
            raise RegisterError("somebody must be able to give rights: this is the last admin")
        self._put(changed, password_hash, f"changed {user.name}: {in_words(fields)}")
        return changed

    def set_password(self, name: str, password: str) -> None:
        """Another password; logged out everywhere."""
        user, _ = self._entry(name)
        changed = user.model_copy(update={"has_password": True, "changed_at": _now()})
        self._put(changed, Passwords().hash_now(password), f"password of {user.name}")
        deed = Deed(Act.LOG_OUT, why="new password", about=user.name)
        self._do(lambda engine: trust_writes.end_sessions_of(engine, user.user_id, self._who, deed, _now()))

    def keys(self) -> list[Key]:
        """All keys."""
        return [entry[0] for entry in self._known().keys]

    def add_key(self, fields: KeyFields) -> tuple[Key, str]:
        """A new key and what is shown of it once."""
        key, secret = new_key(fields, _now(), self._who.acts_as), new_secret()
        self._put_key(key, hashed(secret), None, "added")
        return key, key_of(key.key_id, secret)

    def rotate_key(self, key_id: str, overlap_s: float) -> tuple[Key, str]:
        """Another secret; the one before works on for the overlap."""
        key, secret_hash = self._key(key_id)
        until = _now() + timedelta(seconds=overlap_s) if overlap_s > 0 else None
        changed, secret = key.model_copy(update={"former_until": until}), new_secret()
        self._put_key(changed, hashed(secret), secret_hash, "rotated")
        return changed, key_of(key_id, secret)

    def revoke_key(self, key_id: str) -> Key:
        """It opens nothing any more."""
        key, secret_hash = self._key(key_id)
        changed = key.model_copy(update={"revoked_at": _now(), "former_until": None})
        self._put_key(changed, secret_hash, None, "revoked")
        return changed

    def _entry(self, name: str) -> tuple[User, str | None]:
        for user, password_hash in self._known().users:
            if user.name == name.lower():
                return user, password_hash
        raise RegisterError(f"{name}: no such user; see earshot users list")

    def _key(self, key_id: str) -> tuple[Key, str]:
        for key, secret_hash, _ in self._known().keys:
            if key.key_id == key_id and key.revoked_at is None:
                return key, secret_hash
        raise RegisterError(f"{key_id}: no such key, or it is revoked; see earshot keys list")

    def _put(self, user: User, password_hash: str | None, about: str) -> None:
        deed = Deed(Act.USER_CHANGE, about=about)
        try:
            self._do(lambda engine: trust_writes.put_user(engine, user, password_hash, self._who, deed, _now()))
        except TakenError:
            raise RegisterError(f"{user.name}: the name, or the id at the provider, is another user's") from None

    def _put_key(self, key: Key, secret_hash: str, former_hash: str | None, what: str) -> None:
        deed = Deed(Act.KEY_CHANGE, about=f"{what} {key.kind} {key.label} ({key.key_id})")
        self._do(lambda engine: trust_writes.put_key(engine, key, secret_hash, former_hash, self._who, deed, _now()))

    def _known(self) -> Known:
        try:
            return self._store.do(trust_writes.known)
        except StoreError as error:
            raise RegisterError(str(error)) from None

    def _do(self, work: Callable[[Any], None]) -> None:
        try:
            self._store.do(work)
        except StoreError as error:
            raise RegisterError(str(error)) from None


def _now() -> datetime:
    return datetime.now(UTC)
