"""One transaction of writes: calls put in place, changes of alerts added in order, each with its sequence."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError

from alerts.alert import Alert
from service.clock import Clock
from service.store.database import writing
from service.store.rows import alert_columns, alert_content, call_of, call_row
from service.store.tables import alert_changes, alerts, calls
from service.store.waiting import Batch
from web.sources import AlertChange, CallState

SERVICE_STOPPED = "service_stopped"  # cause of missing coverage: the process that heard the call ended before it


def write(engine: Engine, batch: Batch, clock: Clock) -> list[AlertChange]:
    """Commit the batch; its changes come back with their sequences, stamped as published where they were not.

    Writing what is stored already changes nothing and answers the sequence it has.
    """
    with writing(engine).begin() as connection:
        published_at = clock.now_at()  # taken with the lock in hand: only the commit itself is still to come
        if batch.calls:
            rows = [call_row(call) for call in batch.calls]
            insert = _insert_of(connection)(calls)
            others = {column.name: insert.excluded[column.name] for column in calls.c if column.name != "call_id"}
            connection.execute(insert.on_conflict_do_update(index_elements=["call_id"], set_=others), rows)
        return [_add(connection, stamped(waiting.alert, published_at)) for waiting in batch.alerts]


def close_abandoned_calls(engine: Engine) -> int:
    """End the calls that a killed process left running, at the last moment it heard of them. Answers how many."""
    running = select(calls).where(calls.c.state != CallState.ENDED.value)
    with writing(engine).begin() as connection:
        left = [call_of(row) for row in connection.execute(running).mappings()]
        for call in left:
            connection.execute(
                calls.update().where(calls.c.call_id == call.call_id),
                {
                    "state": CallState.ENDED.value,
                    "ended_at": call.started_at + timedelta(milliseconds=call.duration_ms),
                    "coverage_causes": [*call.coverage_causes, SERVICE_STOPPED],
                },
            )
    return len(left)


def is_rows_fault(error: Exception) -> bool:
    """Whether a row could never be written, so trying again is of no use; otherwise the database is in trouble."""
    if isinstance(error, DBAPIError):
        return isinstance(error, IntegrityError | DataError)
    return isinstance(error, StatementError | ValueError | ArithmeticError)


def stamped(alert: Alert, published_at: datetime) -> Alert:
    """The alert with the moment it is published at; one that has such a moment keeps it."""
    if alert.timing.published_at is not None:
        return alert
    return replace(alert, timing=replace(alert.timing, published_at=published_at))


def _insert_of(connection: Connection) -> type[sqlite.Insert] | type[postgresql.Insert]:
    return sqlite.Insert if connection.dialect.name == "sqlite" else postgresql.Insert


def _add(connection: Connection, alert: Alert) -> AlertChange:
    insert = _insert_of(connection)
    columns = alert_columns(alert)
    added = (
        insert(alert_changes)
        .values(**columns, content=alert_content(alert))
        .on_conflict_do_nothing(index_elements=["alert_id", "version"])
        .returning(alert_changes.c.sequence)
    )
    sequence = connection.execute(added).scalar_one_or_none()
    if sequence is None:  # stored by an earlier try whose answer got lost
        same = (alert_changes.c.alert_id == alert.alert_id) & (alert_changes.c.version == alert.version)
        return AlertChange(connection.execute(select(alert_changes.c.sequence).where(same)).scalar_one(), alert)
    newest = insert(alerts).values(**columns, sequence=sequence)
    others = {column.name: newest.excluded[column.name] for column in alerts.c if column.name != "alert_id"}
    connection.execute(
        newest.on_conflict_do_update(
            index_elements=["alert_id"], set_=others, where=newest.excluded.version > alerts.c.version
        )
    )
    return AlertChange(sequence, alert)
