"""One transaction of writes: calls put in place, changes of alerts added in order, each with its sequence."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError

from alerts.alert import Alert
from service.clock import Clock
from service.store.alert_writes import Also, Stored, add_found, in_sequence, insert_of, newest_sequence, stamped
from service.store.database import writing
from service.store.figure_days import forget_days
from service.store.rows import call_of, call_row
from service.store.tables import KEY, calls
from service.store.waiting import Batch, Row
from web.sources import AlertChange, CallState, CallView

SERVICE_STOPPED = "service_stopped"  # cause of missing coverage: the process that heard the call ended before it


def nothing_else(connection: Connection, change: AlertChange, before: Alert | None) -> None:
    """The change alone."""


def write(
    engine: Engine, batch: Batch, clock: Clock, node_id: str | None = None, also: Also = nothing_else
) -> list[Stored]:
    """Commit the batch; its changes come back with their sequences, stamped as published where they were not.

    Writing what is stored already changes nothing and answers the sequence it has.
    """
    with writing(engine).begin() as connection:
        if batch.alerts:
            in_sequence(connection)
        published_at = clock.now_at()  # taken with the lock in hand: only the commit itself is still to come
        if batch.calls:
            rows = [{**call_row(call), "node_id": node_id} for call in batch.calls]
            insert = insert_of(connection)(calls)
            others = {column.name: insert.excluded[column.name] for column in calls.c if column.name != "call_id"}
            connection.execute(insert.on_conflict_do_update(index_elements=["call_id"], set_=others), rows)
        _put_rows(connection, batch.rows)
        stored: list[Stored] = []
        after = newest_sequence(connection) if batch.alerts else 0
        for waiting in batch.alerts:
            change = add_found(connection, stamped(waiting.alert, published_at), also)
            stored.append(Stored(change, after))
            after = max(after, change.sequence or 0)
        moments = [call.started_at for call in batch.calls] + [waiting.alert.opened_at for waiting in batch.alerts]
        forget_days(connection, moments, published_at)
        return stored


def _put_rows(connection: Connection, rows: Sequence[Row]) -> None:
    """Rows of other tables, many of one table in one statement; the same primary key is replaced."""
    for table, several in groupby(rows, key=lambda row: row.table):
        insert = insert_of(connection)(table)
        keys = list(table.info.get(KEY) or (column.name for column in table.primary_key))
        values = [row.values for row in several]
        others = {name: insert.excluded[name] for name in values[0] if name not in keys}
        connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=others), values)


def close_abandoned_calls(engine: Engine) -> int:
    """End the calls that a killed process left running, at the last moment it heard of them. Answers how many."""
    running = select(calls).where(calls.c.state != CallState.ENDED.value)
    with writing(engine).begin() as connection:
        left = [call_of(row) for row in connection.execute(running).mappings()]
        for call in left:
            _end(connection, call)
    return len(left)


def end_lost_calls(engine: Engine, lost: Sequence[tuple[str, str | None]]) -> None:
    """End calls whose node is gone, unless another node has taken them meanwhile: (call_id, the node that is gone)."""
    with writing(engine).begin() as connection:
        for call_id, node_id in lost:
            same = calls.c.node_id.is_(None) if node_id is None else calls.c.node_id == node_id
            row = connection.execute(select(calls).where(calls.c.call_id == call_id, same)).mappings().one_or_none()
            if row is not None and row["state"] != CallState.ENDED.value:
                _end(connection, call_of(row))


def _end(connection: Connection, call: CallView) -> None:
    connection.execute(
        calls.update().where(calls.c.call_id == call.call_id),
        {
            "state": CallState.ENDED.value,
            "ended_at": call.started_at + timedelta(milliseconds=call.duration_ms),
            "coverage_causes": [*call.coverage_causes, SERVICE_STOPPED],
        },
    )


def is_rows_fault(error: Exception) -> bool:
    """Whether a row could never be written, so trying again is of no use; otherwise the database is in trouble."""
    if isinstance(error, DBAPIError):
        return isinstance(error, IntegrityError | DataError)
    return isinstance(error, StatementError | ValueError | ArithmeticError)
