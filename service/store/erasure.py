"""One person's calls deleted for good: found by the customer's number or the agent, with all that hangs on them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, Table, delete, func, select

from service.store.alert_writes import insert_of
from service.store.database import writing
from service.store.figure_days import forget_days
from service.store.retention import FORGOTTEN, forgotten_up_to, leave_no_trace
from service.store.sealed_steps import erase_sealed
from service.store.spoken_index import forget_deleted
from service.store.tables import alert_changes, alerts, calls, deliveries, marks, metadata
from web.erasure import Person
from web.sources import CallState

_AT_ONCE = 100
KEPT_TABLES = frozenset({"ledger"})
"""Tables with a `call_id` that stay: who listened must be proved even when the call is gone."""


@dataclass(frozen=True, slots=True)
class FoundCalls:
    """Calls of a person: those that are over, and those that still run and cannot be erased yet."""

    over: tuple[str, ...]
    running: int


def number_hash(number: str) -> str:
    """What a customer's number is known by where it must not be written: SHA-256, in hexadecimal digits."""
    return hashlib.sha256(number.encode()).hexdigest()


def find_calls(engine: Engine, person: Person) -> FoundCalls:
    """Every call of the person."""
    asked = select(calls.c.call_id, calls.c.state, calls.c.customer_number)
    if person.agent_id is not None:
        asked = asked.where(calls.c.agent_id == person.agent_id)
    elif person.customer_number is not None:
        asked = asked.where(calls.c.customer_number == person.customer_number)
    else:
        asked = asked.where(calls.c.customer_number.is_not(None))
    over: list[str] = []
    running = 0
    with engine.connect() as connection:
        for call_id, state, number in connection.execute(asked):
            if person.customer_sha256 is not None and number_hash(number) != person.customer_sha256.lower():
                continue
            if state == CallState.ENDED.value:
                over.append(call_id)
            else:
                running += 1
    return FoundCalls(tuple(over), running)


def alerts_of(engine: Engine, call_ids: Sequence[str]) -> list[str]:
    """The alerts of these calls: their clips go too."""
    found: list[str] = []
    with engine.connect() as connection:
        for several in _in_pieces(call_ids):
            found += connection.execute(select(alerts.c.alert_id).where(alerts.c.call_id.in_(several))).scalars()
    return found


def erase_calls(engine: Engine, call_ids: Sequence[str]) -> int:
    """Delete the calls and every row that is about them; answers how many rows. Each piece is one transaction."""
    rows = 0
    for several in _in_pieces(call_ids):
        with writing(engine).begin() as connection:
            rows += _erase(connection, several)
    return rows


def leave_nothing(engine: Engine) -> None:
    """What was deleted goes from the index of what was said, from free pages and from the log too."""
    more = forget_deleted(engine, anew=True)
    while more:
        more = forget_deleted(engine, anew=False)
    leave_no_trace(engine)


def _erase(connection: Connection, call_ids: Sequence[str]) -> int:
    of_them = alert_changes.c.call_id.in_(call_ids)
    alert_ids = list(connection.execute(select(alert_changes.c.alert_id).where(of_them).distinct()).scalars())
    newest = connection.execute(select(func.max(alert_changes.c.sequence)).where(of_them)).scalar()
    if newest is not None:  # a console whose cursor is older gets a snapshot
        mark = insert_of(connection)(marks).values(name=FORGOTTEN, number=max(newest, forgotten_up_to(connection)))
        mark = mark.on_conflict_do_update(index_elements=["name"], set_={"number": mark.excluded["number"]})
        connection.execute(mark)
    moments = list(connection.execute(select(calls.c.started_at).where(calls.c.call_id.in_(call_ids))).scalars())
    moments += connection.execute(select(alerts.c.opened_at).where(alerts.c.call_id.in_(call_ids))).scalars()
    forget_days(connection, moments, datetime.now(UTC))
    rows = 0
    for alert_id in alert_ids:
        own = deliveries.c.event_id.startswith(f"{alert_id}.", autoescape=True)
        letters = own | (deliveries.c.event_id == alert_id)
        rows += connection.execute(delete(deliveries).where(letters)).rowcount
    rows += erase_sealed(connection, call_ids, datetime.now(UTC))
    for table in _tables_of_calls():
        rows += connection.execute(delete(table).where(table.c.call_id.in_(call_ids))).rowcount
    return rows


def _tables_of_calls() -> list[Table]:
    """Every table that names a call, those that refer to others first."""
    return [
        table for table in reversed(metadata.sorted_tables) if "call_id" in table.c and table.name not in KEPT_TABLES
    ]


def _in_pieces(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]
