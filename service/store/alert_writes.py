"""Changes of alerts, each with its sequence: what calls find and what people do, never one over the other."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

from alerts.alert import Alert
from alerts.merging import merged
from service.clock import Clock
from service.store.database import writing
from service.store.desk_tables import alert_acts
from service.store.figure_days import forget_days
from service.store.rows import act_row, alert_columns, alert_content, alert_of, newest_columns
from service.store.tables import alert_changes, alerts
from web.sources import AlertChange

_SEQUENCE_LOCK = 0x6561_7273_686F_7401  # "earshot", 1: held while sequences are given on a server


Also = Callable[[Connection, AlertChange, Alert | None], None]
"""What else is written in the transaction of a change; the alert is how it stood before, None when it is new."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A change as it was committed, and the sequence before it: nothing lies between the two."""

    change: AlertChange
    after: int


def in_sequence(connection: Connection) -> None:
    """From here to the commit nobody else gives sequences, so that they appear in the order of their numbers."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SEQUENCE_LOCK})


def newest_sequence(connection: Connection) -> int:
    """The sequence of the newest change; 0 before the first."""
    newest: int = connection.execute(select(func.coalesce(func.max(alert_changes.c.sequence), 0))).scalar_one()
    return newest


def add_found(connection: Connection, found: Alert, also: Also) -> AlertChange:
    """What listening found, laid on what is stored of the alert. Storing it again changes nothing.

    Needs `in_sequence`. The answer holds the alert as stored: its version may be higher than the one it came with.
    """
    known = select(alert_changes.c.sequence, alert_changes.c.content).where(
        alert_changes.c.alert_id == found.alert_id, alert_changes.c.found_version == found.version
    )
    if (row := connection.execute(known).one_or_none()) is not None:  # stored by a try whose answer got lost
        return AlertChange(row.sequence, alert_of(row.content))
    stored = newest_of(connection, found.alert_id)
    if stored is None:
        return _insert(connection, found, found.version, also, None)
    latest = select(func.max(alert_changes.c.found_version)).where(alert_changes.c.alert_id == found.alert_id)
    if (connection.execute(latest).scalar() or 0) > found.version:  # comes late: a part of the history, no more
        return _insert(connection, found, found.version, also, stored, is_newest=False)
    return _insert(connection, merged(stored, found), found.version, also, stored)


def amend_alert(
    engine: Engine, alert_id: str, change: Callable[[Alert], Alert | None], clock: Clock, also: Also
) -> Stored | Alert | None:
    """One person's or timer's change: `change` gets the newest version and answers the next, all in one transaction.

    Answers the stored change; the newest alert when `change` wants nothing done; None when the alert is unknown.
    What `change` raises leaves everything as it was.
    """
    with writing(engine).begin() as connection:
        in_sequence(connection)
        newest = newest_of(connection, alert_id)
        if newest is None:
            return None
        changed = change(newest)
        if changed is None:
            return newest
        after = newest_sequence(connection)
        timing = replace(changed.timing, published_at=changed.timing.published_at or clock.now_at())
        changed = replace(changed, version=newest.version + 1, timing=timing)
        connection.execute(alert_acts.insert(), act_row(newest, changed))
        forget_days(connection, [changed.opened_at], clock.now_at())
        return Stored(_insert(connection, changed, None, also, newest), after)


def newest_of(connection: Connection, alert_id: str) -> Alert | None:
    """An alert in its newest stored version."""
    question = select(alert_changes.c.content).join(alerts, alerts.c.sequence == alert_changes.c.sequence)
    content = connection.execute(question.where(alerts.c.alert_id == alert_id)).scalar_one_or_none()
    return None if content is None else alert_of(content)


def stamped(alert: Alert, published_at: datetime) -> Alert:
    """The alert with the moment it is published at; one that has such a moment keeps it."""
    if alert.timing.published_at is not None:
        return alert
    return replace(alert, timing=replace(alert.timing, published_at=published_at))


def insert_of(connection: Connection) -> type[sqlite.Insert] | type[postgresql.Insert]:
    """The INSERT of this database that knows what to do about conflicts."""
    return sqlite.Insert if connection.dialect.name == "sqlite" else postgresql.Insert


def _insert(
    connection: Connection,
    alert: Alert,
    found_version: int | None,
    also: Also,
    before: Alert | None,
    *,
    is_newest: bool = True,
) -> AlertChange:
    insert, columns = insert_of(connection), alert_columns(alert)
    content = alert_content(alert)
    added = insert(alert_changes).values(**columns, content=content, found_version=found_version)
    sequence = connection.execute(added.returning(alert_changes.c.sequence)).scalar_one()
    if not is_newest:
        return AlertChange(sequence, alert)
    newest = insert(alerts).values(**columns, **newest_columns(alert), sequence=sequence)
    others = {column.name: newest.excluded[column.name] for column in alerts.c if column.name != "alert_id"}
    connection.execute(newest.on_conflict_do_update(index_elements=["alert_id"], set_=others))
    change = AlertChange(sequence, alert)
    also(connection, change, before)
    return change
