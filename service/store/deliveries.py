"""Web hooks under way and dead ones: written with the change they tell of, so that neither is there alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, select, update

from service.store.alert_writes import insert_of
from service.store.database import writing
from service.store.tables import deliveries

WAITING, DEAD = "waiting", "dead"


@dataclass(frozen=True, slots=True)
class Letter:
    """What one route is to be told."""

    route: str
    event_id: str
    body: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A letter on its way, with what happened so far."""

    delivery_id: int
    route: str
    event_id: str
    body: str
    attempts: int
    created_at: datetime
    failure: str | None


def post(connection: Connection, letters: Sequence[Letter], now_at: datetime) -> None:
    """Put letters in, in the transaction of their change; one that is in already is not put in twice."""
    for letter in letters:
        connection.execute(
            insert_of(connection)(deliveries)
            .values(
                route=letter.route,
                event_id=letter.event_id,
                body=letter.body,
                state=WAITING,
                attempts=0,
                created_at=now_at,
                due_at=now_at,
            )
            .on_conflict_do_nothing(index_elements=["route", "event_id"])
        )


def take_due(engine: Engine, route: str, limit: int, now_at: datetime, again_at: datetime) -> list[Delivery]:
    """The next letters of a route; nobody else gets them before `again_at`."""
    due = (deliveries.c.state == WAITING) & (deliveries.c.route == route) & (deliveries.c.due_at <= now_at)
    question = select(deliveries).where(due).order_by(deliveries.c.due_at, deliveries.c.delivery_id).limit(limit)
    with writing(engine).begin() as connection:
        rows = connection.execute(question.with_for_update(skip_locked=True)).mappings().all()
        taken = [row["delivery_id"] for row in rows]
        if taken:
            mine = deliveries.c.delivery_id.in_(taken)
            connection.execute(update(deliveries).where(mine).values(due_at=again_at))
        return [_delivery(dict(row)) for row in rows]


def delivered(engine: Engine, delivery_id: int) -> None:
    """The receiver has it: nothing more is kept of it."""
    with writing(engine).begin() as connection:
        connection.execute(delete(deliveries).where(deliveries.c.delivery_id == delivery_id))


def failed(engine: Engine, delivery_id: int, attempts: int, reason: str, due_at: datetime | None) -> None:
    """It went wrong; without a moment for the next try the letter is dead."""
    values: dict[str, object] = {"attempts": attempts, "failure": reason[:200]}
    values |= {"state": DEAD} if due_at is None else {"due_at": due_at}
    with writing(engine).begin() as connection:
        connection.execute(update(deliveries).where(deliveries.c.delivery_id == delivery_id).values(**values))


def dead(engine: Engine, route: str | None, limit: int, before: int | None) -> list[Delivery]:
    """Dead letters, newest first; `before` is the last delivery_id of the page before."""
    question = select(deliveries).where(deliveries.c.state == DEAD).order_by(deliveries.c.delivery_id.desc())
    if route is not None:
        question = question.where(deliveries.c.route == route)
    if before is not None:
        question = question.where(deliveries.c.delivery_id < before)
    with engine.begin() as connection:
        return [_delivery(dict(row)) for row in connection.execute(question.limit(limit)).mappings()]


def replay(engine: Engine, delivery_id: int | None, route: str | None, now_at: datetime) -> int:
    """Send dead letters on their way again: one, those of a route, or all. Answers how many."""
    which = deliveries.c.state == DEAD
    if delivery_id is not None:
        which &= deliveries.c.delivery_id == delivery_id
    if route is not None:
        which &= deliveries.c.route == route
    with writing(engine).begin() as connection:
        again = update(deliveries).where(which).values(state=WAITING, attempts=0, due_at=now_at)
        return connection.execute(again).rowcount


def _delivery(row: dict[str, object]) -> Delivery:
    return Delivery(**{name: row[name] for name in Delivery.__slots__})  # type: ignore[arg-type]  # a row of that table
