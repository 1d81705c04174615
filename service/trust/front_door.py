"""Who comes in: by password, by key, from a provider, by the first link; sessions, tickets, and when they are over."""

import asyncio
import contextlib
import hmac
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from ulid import ULID

from config.settings import Settings
from config.trust import TrustSettings
from service.clock import Clock
from service.store import trust_writes
from service.store.store import Store
from service.store.trust_writes import KeptSession, KeptTicket, NotFirstError
from service.trust.groups import by_groups
from service.trust.passwords import Passwords, TooManyError
from service.trust.people_book import PeopleBook
from service.trust.provider import Provider
from service.trust.secrets import hashed, new_secret, new_ticket
from service.trust.throttle import Throttle
from web.guard import is_loopback
from web.sources import StoreUnavailableError
from web.trust.people import Key, KeyFields, ScopeFields, User, UserFields
from web.trust.rights import KeyKind, Role
from web.trust.sources import (
    Act,
    Deed,
    Ledger,
    LoggedIn,
    Purpose,
    ThrottledError,
    Unfit,
    WrongError,
)
from web.trust.who import LOCAL, NOBODY, Principal

_log = structlog.get_logger(__name__)
_LOOK_EVERY_S = 1.0  # what another process changed is known here within this time
_FORGET_EVERY_S = 600.0
_TOUCH_AFTER_S = 60.0  # a session's last use is written down at most this often
_REMEMBER_S = 5.0  # a session is asked of the store at least this often; changes are seen at once all the same
_MOST_REMEMBERED = 10_000
_MOST_TICKETS = 200  # of one session, not used yet
_BUSY_S = 2.0


@dataclass(slots=True)
class _Remembered:
    session: KeptSession
    read_s: float
    version: int  # of the book: a log-out anywhere makes it another


class FrontDoor:
    """Fills `web.trust.sources.LogIns` and `People`. Order of life: `start` (the store is open), `run`, cancelled."""

    def __init__(self, settings: Settings, store: Store, clock: Clock, ledger: Ledger) -> None:
        self._store, self._clock, self._ledger = store, clock, ledger
        self._trust = settings.trust
        self._loopback = is_loopback(settings.http_host)
        self.book = PeopleBook(store, clock)
        self._passwords = Passwords()
        self._throttle = Throttle(settings.trust, lambda: clock.monotonic_ms() / 1000)
        self._provider = Provider(settings.trust.oidc, store, clock) if settings.trust.oidc.issuer else None
        self._remembered: OrderedDict[str, _Remembered] = OrderedDict()
        self.first_token = new_secret()

    async def start(self) -> None:
        """Know everybody. Raises StoreUnavailableError."""
        await self.book.refresh()

    async def run(self) -> None:
        """Look at what other processes change, and forget what is over, until cancelled."""
        forgotten_s = 0.0
        try:
            while True:
                await asyncio.sleep(_LOOK_EVERY_S)
                try:
                    await self.book.refresh()
                    if self._now_s() - forgotten_s > _FORGET_EVERY_S:
                        forgotten_s, now_at = self._now_s(), self._clock.now_at()
                        idle_since = now_at - timedelta(minutes=self._trust.idle_min)
                        await self._store.write(
                            lambda engine, now=now_at, since=idle_since: trust_writes.forget_late(engine, now, since)  # type: ignore[misc]
                        )
                except StoreUnavailableError:
                    _log.warning("users and keys cannot be read now; those known before count")
        finally:
            self._passwords.close()

    # --- who asks ----------------------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Nobody is registered, and nobody but this machine can come."""
        return self._loopback and self.book.is_empty

    @property
    def needs_first(self) -> bool:
        """Nobody is registered yet."""
        return self.book.is_empty

    @property
    def provider(self) -> str | None:
        """The button's words."""
        return self._trust.oidc.label if self._provider is not None else None

    @property
    def settings(self) -> TrustSettings:
        """As configured."""
        return self._trust

    async def of_session(self, secret: str, address: str | None) -> Principal | None:
        """Whose session it is, if it is not over; its last use is noted."""
        session = await self._session(hashed(secret))
        if session is None:
            return None
        now_at = self._clock.now_at()
        if (now_at - session.seen_at).total_seconds() > _TOUCH_AFTER_S:
            secret_hash = session.secret_hash
            await self._store.write(lambda engine: trust_writes.touch_session(engine, secret_hash, now_at))
            self._remembered.pop(secret_hash, None)
        return self._principal(session, address)

    def of_key(self, secret: str) -> Principal | None:
        """Whose key it is. A screen's key logs a screen in; it is not shown with each request."""
        key = self.book.of_secret(secret)
        return key.principal() if key is not None and key.kind is not KeyKind.WALLBOARD else None

    async def until_unfit(self, principal: Principal) -> Unfit:
        """Asks anew whenever anything has changed, and every so often for what time alone ends."""
        while True:
            changed = self.book.changed
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._trust.check_s):
                    await changed.wait()
            try:
                now = await self._again(principal)
            except StoreUnavailableError:
                continue  # who was let in stays until the store can say otherwise; sound stops with its ledger
            if now is None:
                return Unfit.OVER
            if (now.rights, now.scope, now.legs) != (principal.rights, principal.scope, principal.legs):
                return Unfit.CHANGED

    # --- tickets -----------------------------------------------------------------------------------------------

    async def ticket(self, principal: Principal, purpose: Purpose, call_id: str | None) -> tuple[str, datetime]:
        """Bound to the session, the purpose and the call. Raises ThrottledError."""
        session_id = principal.session_id
        if session_id is not None:
            waiting = await self._store.read(lambda engine: trust_writes.count_tickets(engine, session_id))
            if waiting >= _MOST_TICKETS:
                raise ThrottledError(self._trust.ticket_s)
        ticket, ends_at = new_ticket(), self._clock.now_at() + timedelta(seconds=self._trust.ticket_s)
        kept = KeptTicket(hashed(ticket), session_id, principal.key_id, purpose, call_id, ends_at)
        await self._store.write(lambda engine: trust_writes.add_ticket(engine, kept))
        return ticket, ends_at

    async def redeem(self, ticket: str, purposes: Sequence[Purpose], call_id: str | None) -> Principal | None:
        """Used up by being looked at, whatever comes of it."""
        kept = await self._store.write(lambda engine: trust_writes.take_ticket(engine, hashed(ticket)))
        if self.is_open:
            return LOCAL
        if kept is None or kept.ends_at < self._clock.now_at():
            return None
        if kept.purpose not in purposes or kept.call_id != call_id or kept.session_id is None:
            return None
        session_id = kept.session_id
        session = await self._store.read(lambda engine: trust_writes.session_by_id(engine, session_id))
        return self._principal(session, session.address) if session is not None and self._is_good(session) else None

    # --- coming in ---------------------------------------------------------------------------------------------

    async def log_in(self, name: str, password: str, address: str) -> LoggedIn:
        """By password."""
        entry = self.book.by_name(name)
        await self._judge(name.lower(), password, entry[1] if entry is not None else None, address)
        if entry is None or entry[0].disabled:
            raise await self._wrong(name.lower(), address, "disabled")
        user, password_hash = entry
        if password_hash is not None and self._passwords.is_old(password_hash):
            await self.book.rehash(user, await self._hashed(password), user.principal(None, address))
        return await self._begin(user, None, address, "password")

    async def log_in_by_key(self, key: str, address: str) -> LoggedIn:
        """A screen's key."""
        self._wait("key", address)
        found = self.book.of_secret(key)
        if found is None or found.kind is not KeyKind.WALLBOARD:
            raise await self._wrong("key", address, "key")
        return await self._begin(None, found, address, "key")

    async def first_admin(self, token: str, name: str, password: str, address: str) -> LoggedIn:
        """Only while nobody is registered, and only with what was printed at the start."""
        self._wait("first admin", address)
        if not self.needs_first or not hmac.compare_digest(token.encode(), self.first_token.encode()):
            raise await self._wrong("first admin", address, "first link")
        fields = UserFields(roles=(Role.ADMIN,), scope=ScopeFields())
        password_hash = await self._hashed(password)
        try:
            user = await self.book.add_user(name, fields, password_hash, NOBODY, first=True)
        except NotFirstError:
            raise WrongError from None
        return await self._begin(user, None, address, "first link")

    async def to_provider(self, then: str, own_address: str) -> tuple[str, str]:
        """Where to go."""
        if self._provider is None:
            raise WrongError
        return await self._provider.way(then, own_address)

    async def from_provider(self, state: str, code: str, own_address: str, address: str) -> tuple[LoggedIn, str]:
        """Who has come back."""
        self._wait("provider", address)
        if self._provider is None:
            raise WrongError
        try:
            arrived = await self._provider.who(state, code, own_address)
        except WrongError:
            raise await self._wrong("provider", address, "provider") from None
        user = self.book.by_oidc_id(arrived.oidc_id)
        if self._trust.oidc.groups and not (user is not None and user.disabled):
            user = await by_groups(self.book, self._trust.oidc.groups, user, arrived)
        if user is None or user.disabled:
            raise await self._wrong("provider", address, "unknown here")
        return await self._begin(user, None, address, "provider", arrived.id_token), arrived.page

    async def log_out(self, principal: Principal) -> str | None:
        """One session; over before the provider is asked for anything."""
        session_id = principal.session_id
        if session_id is None:
            return None
        now_at, deed = self._clock.now_at(), Deed(Act.LOG_OUT)
        id_token = await self._store.write(
            lambda engine: trust_writes.end_session(engine, session_id, principal, deed, now_at)
        )
        self._remembered.clear()
        await self.book.refresh()
        return await self._provider.way_out(id_token) if self._provider is not None and id_token is not None else None

    async def new_password(self, principal: Principal, old: str, new: str, address: str) -> LoggedIn:
        """One's own."""
        user = self.book.user(principal.user_id or "")
        entry = self.book.by_name(user.name) if user is not None else None
        if user is None or entry is None:
            raise WrongError
        await self._judge(user.name, old, entry[1], address)
        changed = await self.book.set_password(user.user_id, await self._hashed(new), principal)
        self._remembered.clear()
        return await self._begin(changed, None, address, "new password")

    # --- users and keys ----------------------------------------------------------------------------------------

    def users(self) -> list[User]:
        """Everybody."""
        return self.book.users()

    async def add_user(self, name: str, fields: UserFields, password: str | None, who: Principal) -> User:
        """Register somebody."""
        password_hash = await self._hashed(password) if password is not None else None
        return await self.book.add_user(name, fields, password_hash, who)

    async def change_user(self, user_id: str, fields: UserFields, who: Principal) -> User:
        """Counts at once, for running sockets too."""
        return await self.book.change_user(user_id, fields, who)

    async def give_password(self, user_id: str, password: str | None, who: Principal) -> User:
        """Another password, or none."""
        password_hash = await self._hashed(password) if password is not None else None
        changed = await self.book.set_password(user_id, password_hash, who)
        self._remembered.clear()
        return changed

    def keys(self) -> list[Key]:
        """All keys."""
        return self.book.keys()

    async def add_key(self, fields: KeyFields, who: Principal) -> tuple[Key, str]:
        """A new key."""
        return await self.book.add_key(fields, who)

    async def rotate_key(self, key_id: str, overlap_s: float, who: Principal) -> tuple[Key, str]:
        """Another secret."""
        return await self.book.rotate_key(key_id, overlap_s, who)

    async def revoke_key(self, key_id: str, who: Principal) -> Key:
        """No more."""
        return await self.book.revoke_key(key_id, who)

    # --- inside ------------------------------------------------------------------------------------------------

    async def _begin(
        self, user: User | None, key: Key | None, address: str, how: str, id_token: str | None = None
    ) -> LoggedIn:
        now_at, secret = self._clock.now_at(), new_secret()
        lasts = timedelta(days=self._trust.kiosk_days) if key is not None else timedelta(hours=self._trust.session_h)
        session = KeptSession(
            secret_hash=hashed(secret),
            session_id=str(ULID.from_datetime(now_at)),
            user_id=user.user_id if user is not None else None,
            key_id=key.key_id if key is not None else None,
            address=address[:64],
            created_at=now_at,
            seen_at=now_at,
            ends_at=now_at + lasts,
        )
        principal = self._principal(session, address)
        if principal is None:
            raise WrongError
        deed = Deed(Act.LOG_IN, about=how)
        await self._store.write(lambda engine: trust_writes.begin_session(engine, session, principal, deed, id_token))
        return LoggedIn(secret, principal, session.ends_at)

    async def _session(self, secret_hash: str) -> KeptSession | None:
        known, version = self._remembered.get(secret_hash), self.book.version
        if known is None or known.version != version or self._now_s() - known.read_s > _REMEMBER_S:
            self._remembered.pop(secret_hash, None)
            found = await self._store.read(lambda engine: trust_writes.find_session(engine, secret_hash))
            if found is None:
                return None
            known = self._remembered[secret_hash] = _Remembered(found, self._now_s(), version)
            if len(self._remembered) > _MOST_REMEMBERED:
                self._remembered.popitem(last=False)
        return known.session if self._is_good(known.session) else None

    async def _again(self, principal: Principal) -> Principal | None:
        if principal.is_open:
            return LOCAL if self.is_open else None
        if principal.session_id is None:
            key = self.book.key(principal.key_id or "")
            return key.principal() if key is not None else None
        session_id = principal.session_id
        session = await self._store.read(lambda engine: trust_writes.session_by_id(engine, session_id))
        return self._principal(session, principal.address) if session is not None and self._is_good(session) else None

    def _is_good(self, session: KeptSession) -> bool:
        now_at = self._clock.now_at()
        idle = session.key_id is None and now_at - session.seen_at > timedelta(minutes=self._trust.idle_min)
        return not idle and now_at < session.ends_at

    def _principal(self, session: KeptSession, address: str | None) -> Principal | None:
        if session.key_id is not None:
            key = self.book.key(session.key_id)
            return key.principal(session.session_id, address) if key is not None else None
        user = self.book.user(session.user_id or "")
        return user.principal(session.session_id, address) if user is not None and not user.disabled else None

    async def _judge(self, name: str, password: str, kept_hash: str | None, address: str) -> None:
        """Raises WrongError or ThrottledError unless the password fits."""
        self._wait(name, address)
        try:
            fits = await self._passwords.fits(password, kept_hash)
        except TooManyError:
            raise ThrottledError(_BUSY_S) from None
        if not fits:
            raise await self._wrong(name, address, "password")
        self._throttle.passed(name, address)

    def _wait(self, name: str, address: str) -> None:
        if (wait_s := self._throttle.wait_s(name, address)) > 0:
            raise ThrottledError(wait_s)

    async def _wrong(self, name: str, address: str, how: str) -> WrongError:
        self._throttle.failed(name, address)
        who = Principal(name=name[:128], acts_as=name[:128], rights=frozenset(), scope=NOBODY.scope, address=address)
        with contextlib.suppress(StoreUnavailableError):  # nobody was let in; the count in memory stands
            await self._ledger.write(who, Deed(Act.LOG_IN_FAILED, about=how))
        return WrongError()

    async def _hashed(self, password: str) -> str:
        try:
            return await self._passwords.hash(password)
        except TooManyError:
            raise ThrottledError(_BUSY_S) from None

    def _now_s(self) -> float:
        return self._clock.monotonic_ms() / 1000
