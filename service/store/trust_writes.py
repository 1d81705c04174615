"""Users, keys, sessions and tickets as kept. What is changed and its row in the ledger are one transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from service.store.alert_writes import insert_of
from service.store.database import writing
from service.store.ledger_rows import add_row
from service.store.tables import marks
from service.store.trust_tables import keys, log_ins, sessions, tickets, users
from web.trust.people import Key, User
from web.trust.sources import Deed
from web.trust.who import Principal

_CHANGED = "trust"  # the mark that rises with every change: other processes look at it


class TakenError(Exception):
    """The name, or the id at the provider, is another user's."""


class NotFirstError(Exception):
    """Somebody is registered already."""


@dataclass(frozen=True, slots=True)
class KeptSession:
    """A log-in."""

    secret_hash: str
    session_id: str
    user_id: str | None
    key_id: str | None
    address: str | None
    created_at: datetime
    seen_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class KeptTicket:
    """A ticket that was given and not used yet."""

    ticket_hash: str
    session_id: str | None
    key_id: str | None
    purpose: str
    call_id: str | None
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class KeptLogIn:
    """A log-in at the provider that is on its way."""

    state_hash: str
    nonce: str
    verifier: str
    page: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """Everybody and every key, with their hashes, at one moment."""

    version: int
    users: tuple[tuple[User, str | None], ...]
    keys: tuple[tuple[Key, str, str | None], ...]


def version(engine: Engine) -> int:
    """Rises with every change."""
    with engine.begin() as connection:
        return connection.execute(select(marks.c.number).where(marks.c.name == _CHANGED)).scalar() or 0


def known(engine: Engine) -> Known:
    """Read all."""
    with engine.begin() as connection:
        number = connection.execute(select(marks.c.number).where(marks.c.name == _CHANGED)).scalar() or 0
        people = connection.execute(select(users).order_by(users.c.name)).mappings().all()
        opened = connection.execute(select(keys).order_by(keys.c.key_id)).mappings().all()
    return Known(
        number,
        tuple((User.model_validate(row["content"]), row["password_hash"]) for row in people),
        tuple((Key.model_validate(row["content"]), row["secret_hash"], row["former_hash"]) for row in opened),
    )


def put_user(
    engine: Engine,
    user: User,
    password_hash: str | None,
    who: Principal,
    deed: Deed,
    at: datetime,
    *,
    first: bool = False,
) -> None:
    """Add or change a user. `first`: only while nobody is registered. Raises TakenError, NotFirstError."""
    row = {
        "user_id": user.user_id,
        "name": user.name,
        "oidc_id": user.oidc_id,
        "disabled": user.disabled,
        "password_hash": password_hash,
        "content": user.model_dump(mode="json"),
    }
    try:
        with writing(engine).begin() as connection:
            _changed(connection)  # before looking: of two at once on two nodes the second waits here
            if first and connection.execute(select(func.count()).select_from(users)).scalar_one():
                raise NotFirstError
            insert = insert_of(connection)(users).values(row)
            connection.execute(insert.on_conflict_do_update(index_elements=["user_id"], set_=row))
            if user.disabled:
                connection.execute(delete(sessions).where(sessions.c.user_id == user.user_id))
            add_row(connection, who, deed, at)
    except IntegrityError:
        raise TakenError from None


def put_key(
    engine: Engine, key: Key, secret_hash: str, former_hash: str | None, who: Principal, deed: Deed, at: datetime
) -> None:
    """Add or change a key."""
    row = {
        "key_id": key.key_id,
        "secret_hash": secret_hash,
        "former_hash": former_hash,
        "content": key.model_dump(mode="json"),
    }
    with writing(engine).begin() as connection:
        insert = insert_of(connection)(keys).values(row)
        connection.execute(insert.on_conflict_do_update(index_elements=["key_id"], set_=row))
        if key.revoked_at is not None:
            connection.execute(delete(sessions).where(sessions.c.key_id == key.key_id))
        _changed(connection)
        add_row(connection, who, deed, at)


def begin_session(
    engine: Engine, session: KeptSession, who: Principal, deed: Deed, id_token: str | None = None
) -> None:
    """Somebody has logged in; by the provider if there is an id token."""
    with writing(engine).begin() as connection:
        connection.execute(sessions.insert().values(**_values(session), id_token=id_token))
        add_row(connection, who, deed, session.created_at)


def find_session(engine: Engine, secret_hash: str) -> KeptSession | None:
    """A log-in by its secret's hash."""
    return _session(engine, sessions.c.secret_hash == secret_hash)


def session_by_id(engine: Engine, session_id: str) -> KeptSession | None:
    """A log-in by its public id."""
    return _session(engine, sessions.c.session_id == session_id)


def touch_session(engine: Engine, secret_hash: str, at: datetime) -> None:
    """Something was done."""
    with writing(engine).begin() as connection:
        connection.execute(update(sessions).where(sessions.c.secret_hash == secret_hash).values(seen_at=at))


def end_session(engine: Engine, session_id: str, who: Principal, deed: Deed, at: datetime) -> str | None:
    """Log out: nobody can use the cookie or its tickets any more. Answers the id token of who came by the provider."""
    with writing(engine).begin() as connection:
        ended = delete(sessions).where(sessions.c.session_id == session_id).returning(sessions.c.id_token)
        id_token = connection.execute(ended).scalar()
        connection.execute(delete(tickets).where(tickets.c.session_id == session_id))
        _changed(connection)
        add_row(connection, who, deed, at)
    return id_token


def end_sessions_of(engine: Engine, user_id: str, who: Principal, deed: Deed, at: datetime) -> None:
    """Log a user out everywhere, as after a new password."""
    with writing(engine).begin() as connection:
        connection.execute(delete(sessions).where(sessions.c.user_id == user_id))
        _changed(connection)
        add_row(connection, who, deed, at)


def add_ticket(engine: Engine, ticket: KeptTicket) -> None:
    """Give a ticket."""
    with writing(engine).begin() as connection:
        connection.execute(tickets.insert().values(**_values(ticket)))


def take_ticket(engine: Engine, ticket_hash: str) -> KeptTicket | None:
    """Use a ticket up; of two at once one gets it."""
    with writing(engine).begin() as connection:
        row = (
            connection.execute(delete(tickets).where(tickets.c.ticket_hash == ticket_hash).returning(*tickets.c))
            .mappings()
            .one_or_none()
        )
    return None if row is None else KeptTicket(**row)


def add_log_in(engine: Engine, log_in: KeptLogIn) -> None:
    """Somebody is on the way to the provider."""
    with writing(engine).begin() as connection:
        connection.execute(log_ins.insert().values(**_values(log_in)))


def take_log_in(engine: Engine, state_hash: str) -> KeptLogIn | None:
    """Somebody comes back from the provider, once."""
    with writing(engine).begin() as connection:
        row = (
            connection.execute(delete(log_ins).where(log_ins.c.state_hash == state_hash).returning(*log_ins.c))
            .mappings()
            .one_or_none()
        )
    return None if row is None else KeptLogIn(**row)


def forget_late(engine: Engine, now_at: datetime, idle_since: datetime) -> None:
    """Take away what is over: sessions, tickets and log-ins of before."""
    with writing(engine).begin() as connection:
        late = or_(sessions.c.ends_at < now_at, (sessions.c.seen_at < idle_since) & sessions.c.key_id.is_(None))
        connection.execute(delete(sessions).where(late))
        connection.execute(delete(tickets).where(tickets.c.ends_at < now_at))
        connection.execute(delete(log_ins).where(log_ins.c.ends_at < now_at))


def count_tickets(engine: Engine, session_id: str) -> int:
    """How many tickets of a session wait to be used."""
    with engine.begin() as connection:
        return connection.execute(
            select(func.count()).select_from(tickets).where(tickets.c.session_id == session_id)
        ).scalar_one()


def _session(engine: Engine, whose: ColumnElement[bool]) -> KeptSession | None:
    columns = [sessions.c[name] for name in KeptSession.__slots__]
    with engine.begin() as connection:
        row = connection.execute(select(*columns).where(whose)).mappings().one_or_none()
    return None if row is None else KeptSession(**row)


def _values(kept: KeptSession | KeptTicket | KeptLogIn) -> dict[str, object]:
    return {name: getattr(kept, name) for name in kept.__slots__}


def _changed(connection: Connection) -> None:
    insert = insert_of(connection)(marks).values(name=_CHANGED, number=1)
    connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"number": marks.c.number + 1}))
