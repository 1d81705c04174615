"""The questions asked of the store, each one short read on a connection of its own."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, RowMapping, func, or_, select
from sqlalchemy.sql import Select

from alerts.alert import Alert, AlertState
from service.store.alert_writes import newest_sequence
from service.store.retention import forgotten_up_to
from service.store.rows import ALERT_TEXT, alert_in, call_of, line_of
from service.store.tables import alert_changes, alerts, calls, legs, utterances
from streaming.frames import Leg
from web.sources import AlertChange, CallState, CallView, TranscriptLine

OVER = (AlertState.RESOLVED, AlertState.FALSE_POSITIVE, AlertState.WITHDRAWN)
RUNNING = tuple(state for state in AlertState if state not in OVER)


def search_alerts(
    engine: Engine,
    state: Sequence[str],
    severity: Sequence[str],
    kind: Sequence[str],
    call_id: str | None,
    since: datetime | None,
    limit: int,
    before: int | None,
) -> list[AlertChange]:
    """Newest change of each alert, newest first. Empty sequences ask for all; `since` is about the newest change."""
    wanted: list[ColumnElement[bool]] = []
    for column, words in ((alerts.c.state, state), (alerts.c.severity, severity), (alerts.c.kind, kind)):
        if words:
            wanted.append(column.in_(words))
    if call_id is not None:
        wanted.append(alerts.c.call_id == call_id)
    if since is not None:
        wanted.append(alerts.c.updated_at >= since)
    if before is not None:
        wanted.append(alerts.c.sequence < before)
    # of a million alerts a few hundred run: they are found by their state and sorted, not met on a walk by sequence
    few = bool(state) and set(state) <= set(RUNNING)
    order = (alerts.c.sequence + 0).desc() if few else alerts.c.sequence.desc()
    # first which, then what: PostgreSQL else walks all changes beside them
    found = select(alerts.c.sequence).where(*wanted).order_by(order).limit(limit).subquery()
    question = _changes().join(found, found.c.sequence == alert_changes.c.sequence)
    return _ask(engine, question.order_by(found.c.sequence.desc()))


def alert_history(engine: Engine, alert_id: str) -> list[AlertChange]:
    """All versions of one alert, oldest first."""
    return _ask(engine, _changes().where(alert_changes.c.alert_id == alert_id).order_by(alert_changes.c.version))


def open_alerts(engine: Engine) -> tuple[int, list[Alert]]:
    """The newest sequence, and every alert that is not over at that sequence, oldest first."""
    question = _changes().join(alerts, alerts.c.sequence == alert_changes.c.sequence)
    question = question.where(alerts.c.state.in_([state.value for state in RUNNING])).order_by(alerts.c.sequence + 0)
    with _of_one_moment(engine).begin() as connection:
        rows = connection.execute(question).mappings()
        return newest_sequence(connection), [alert_in(row["content"]) for row in rows]


def _of_one_moment(engine: Engine) -> Engine:
    """The same engine, for transactions whose answers must fit each other, whatever is committed meanwhile."""
    return engine if engine.dialect.name == "sqlite" else engine.execution_options(isolation_level="REPEATABLE READ")


def changes_since(engine: Engine, sequence: int, limit: int) -> list[AlertChange] | None:
    """Changes after `sequence` in order; None when more than `limit`, or when they are not known."""
    question = _changes().where(alert_changes.c.sequence > sequence).order_by(alert_changes.c.sequence)
    with engine.begin() as connection:
        if sequence > newest_sequence(connection) or sequence < forgotten_up_to(connection):
            return None  # a cursor of another database, or of a time that is deleted
        found = [_change_of(row) for row in connection.execute(question.limit(limit + 1)).mappings()]
    return None if len(found) > limit else found


def now_there(engine: Engine) -> datetime:
    """The clock of a database server."""
    with engine.connect() as connection:
        now_at: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return now_at


def newest(engine: Engine) -> int:
    """The newest sequence; 0 before the first."""
    with engine.begin() as connection:
        return newest_sequence(connection)


def changes_after(engine: Engine, sequence: int, limit: int) -> list[AlertChange]:
    """The next changes after `sequence`, in order, at most `limit`."""
    question = _changes().where(alert_changes.c.sequence > sequence).order_by(alert_changes.c.sequence)
    return _ask(engine, question.limit(limit))


def search_calls(
    engine: Engine, state: CallState | None, queue: str | None, limit: int, before: str | None
) -> list[CallView]:
    """Calls as last stored, newest start first; `before` is the last call_id of the page before."""
    question = select(calls).order_by(calls.c.started_at.desc(), calls.c.call_id.desc()).limit(limit)
    if state is not None:
        question = question.where(calls.c.state == state.value)
    if queue is not None:
        question = question.where(calls.c.queue == queue)
    if before is not None:
        last_at = select(calls.c.started_at).where(calls.c.call_id == before).scalar_subquery()
        question = question.where(
            or_(calls.c.started_at < last_at, (calls.c.started_at == last_at) & (calls.c.call_id < before))
        )
    with engine.begin() as connection:
        return [call_of(row) for row in connection.execute(question).mappings()]


def find_call(engine: Engine, call_id: str) -> CallView | None:
    """One call as last stored."""
    with engine.begin() as connection:
        row = connection.execute(select(calls).where(calls.c.call_id == call_id)).mappings().one_or_none()
    return None if row is None else call_of(row)


def running_elsewhere(engine: Engine, node_id: str) -> list[tuple[str | None, CallView]]:
    """Calls that are not over and that another node hears, or heard last, with that node."""
    question = select(calls).where(calls.c.state != CallState.ENDED.value)
    question = question.where(or_(calls.c.node_id != node_id, calls.c.node_id.is_(None)))
    with engine.begin() as connection:
        return [(row["node_id"], call_of(row)) for row in connection.execute(question).mappings()]


def leg_of_stream(engine: Engine, stream_id: str) -> tuple[str, Leg] | None:
    """The call and leg that were announced for this stream, on whichever node."""
    question = select(legs.c.call_id, legs.c.leg).where(legs.c.stream_id == stream_id)
    with engine.begin() as connection:
        row = connection.execute(question).one_or_none()
    return None if row is None else (row.call_id, Leg(row.leg))


def streams_of(engine: Engine, call_id: str) -> dict[Leg, str]:
    """The streams that were announced for a call."""
    with engine.begin() as connection:
        rows = connection.execute(select(legs.c.leg, legs.c.stream_id).where(legs.c.call_id == call_id)).all()
    return {Leg(row.leg): row.stream_id for row in rows}


def words_of(engine: Engine, call_id: str) -> list[TranscriptLine]:
    """What was said in a call, as it was kept, in call time."""
    question = select(utterances).where(utterances.c.call_id == call_id)
    with engine.begin() as connection:
        rows = connection.execute(question.order_by(utterances.c.start_ms, utterances.c.utterance)).mappings()
        return [line_of(row) for row in rows]


def _changes() -> Select[tuple[int, str]]:
    return select(alert_changes.c.sequence, ALERT_TEXT)


def _ask(engine: Engine, question: Select[tuple[int, str]]) -> list[AlertChange]:
    with engine.begin() as connection:
        return [_change_of(row) for row in connection.execute(question).mappings()]


def _change_of(row: RowMapping) -> AlertChange:
    return AlertChange(row["sequence"], alert_in(row["content"]))
