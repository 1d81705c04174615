"""One transaction of writes: calls put in place, changes of alerts added in order, each with its sequence."""

from datetime import timedelta

from sqlalchemy import Engine, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError

from service.clock import Clock
from service.store.alert_writes import Stored, add_found, in_sequence, insert_of, newest_sequence, stamped
from service.store.database import writing
from service.store.rows import call_of, call_row
from service.store.tables import calls
from service.store.waiting import Batch
from web.sources import CallState

SERVICE_STOPPED = "service_stopped"  # cause of missing coverage: the process that heard the call ended before it


def write(engine: Engine, batch: Batch, clock: Clock, node_id: str | None = None) -> list[Stored]:
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
        stored: list[Stored] = []
        after = newest_sequence(connection) if batch.alerts else 0
        for waiting in batch.alerts:
            change = add_found(connection, stamped(waiting.alert, published_at))
            stored.append(Stored(change, after))
            after = max(after, change.sequence or 0)
        return stored


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
