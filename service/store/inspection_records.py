"""Records of the inspectors' desk in the database: each with its newest content, and a trail that only grows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, RowMapping, select
from sqlalchemy.exc import IntegrityError

from service.store.database import writing
from service.store.inspection_tables import inspection_records, inspection_trail
from service.store.sealed_steps import seal
from service.store.tables import calls
from web.inspection.views import CallFacts, StaleRecordError, TrailStep, UnknownRecordError
from web.sources import CallState
from web.trust.who import Principal, who_asks

_Record = TypeVar("_Record")
_MOST = 10_000
_PLACE = ("call_id", "agent_id", "team", "queue", "site")


@dataclass(frozen=True, slots=True)
class Columns:
    """What lists of a kind of record are filtered and ordered by."""

    state: str
    owner: str | None = None
    agent_id: str | None = None
    team: str | None = None
    queue: str | None = None
    site: str | None = None
    call_id: str | None = None
    about: str | None = None
    hundredths: int | None = None
    passed: bool | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Who did what to a record, when and why; `content` is what was judged or said.

    `who` is the one whose request it is: the ledger gets it with session and address.
    """

    act: str
    by: str | None
    at: datetime
    reason: str | None = None
    content: Mapping[str, Any] | None = None
    who: Principal = field(default_factory=who_asks)


@dataclass(frozen=True, slots=True)
class Kept(Generic[_Record]):
    """A record and its version."""

    record: _Record
    version: int


class Records(Generic[_Record]):
    """One kind of record. Its methods take an engine and run in the store's threads.

    `also` is told of each record as it is written, within the transaction.
    """

    def __init__(
        self,
        kind: str,
        shape: type[_Record],
        columns: Callable[[_Record], Columns],
        also: Callable[[Connection, str, _Record], None] | None = None,
    ) -> None:
        self._kind, self._columns, self._also = kind, columns, also
        self._shape: TypeAdapter[_Record] = TypeAdapter(shape)

    def add(self, engine: Engine, record_id: str, record: _Record, step: Step) -> Kept[_Record]:
        """Keep a new record, or answer with the one of this id that is there already."""
        with writing(engine).begin() as connection:
            return self.add_within(connection, record_id, record, step)

    def add_within(self, connection: Connection, record_id: str, record: _Record, step: Step) -> Kept[_Record]:
        """The same inside a transaction."""
        there = self._find(connection, record_id)
        if there is not None:
            return there
        try:
            with connection.begin_nested():
                row = self._row(record, 1, step.at)
                connection.execute(inspection_records.insert(), {"record_id": record_id, "created_at": step.at, **row})
                self._note(connection, record_id, row, step)
                if self._also is not None:
                    self._also(connection, record_id, record)
        except IntegrityError:  # another node was faster
            there = self._find(connection, record_id)
            if there is None:
                raise
            return there
        return Kept(record, 1)

    def put_all(self, engine: Engine, records: Sequence[tuple[str, _Record]], step: Step) -> None:
        """Keep all of them, each in place of whatever was there under its id, or none."""
        with writing(engine).begin() as connection:
            for record_id, record in records:
                there = self.add_within(connection, record_id, record, step)
                if there.record != record:
                    self.amend_within(connection, record_id, None, lambda _, new=record: new, step)  # type: ignore[misc]  # the record of this round

    def amend(
        self, engine: Engine, record_id: str, version: int | None, change: Callable[[_Record], _Record], step: Step
    ) -> Kept[_Record]:
        """The next version, made from the newest in one transaction; `version` None takes whichever is newest.

        `change` may raise. Raises UnknownRecordError, StaleRecordError.
        """
        with writing(engine).begin() as connection:
            return self.amend_within(connection, record_id, version, change, step)

    def amend_within(
        self,
        connection: Connection,
        record_id: str,
        version: int | None,
        change: Callable[[_Record], _Record],
        step: Step,
    ) -> Kept[_Record]:
        """The same inside a transaction."""
        there = self._find(connection, record_id, locked=True)
        if there is None:
            raise UnknownRecordError
        if version is not None and version != there.version:
            raise StaleRecordError(there.version)
        changed = change(there.record)
        row = self._row(changed, there.version + 1, step.at)
        written = connection.execute(
            inspection_records.update()
            .where(inspection_records.c.kind == self._kind, inspection_records.c.record_id == record_id)
            .where(inspection_records.c.version == there.version)
            .values(**row)
        )
        if written.rowcount != 1:  # another node was faster
            raise StaleRecordError(there.version + 1)
        self._note(connection, record_id, row, step)
        if self._also is not None:
            self._also(connection, record_id, changed)
        return Kept(changed, there.version + 1)

    def get(self, engine: Engine, record_id: str) -> Kept[_Record]:
        """One record. Raises UnknownRecordError."""
        with engine.begin() as connection:
            there = self._find(connection, record_id)
        if there is None:
            raise UnknownRecordError
        return there

    def find(
        self,
        engine: Engine,
        *,
        by_due: bool = False,
        since: datetime | None = None,
        before: datetime | None = None,
        limit: int = _MOST,
        **wanted: str | Sequence[str] | None,
    ) -> list[Kept[_Record]]:
        """Records whose columns are as wanted (a sequence: one of these; None: all), newest first.

        With `by_due` the next due first, after them those that are due at no time.
        """
        table = inspection_records.c
        question = select(inspection_records).where(table.kind == self._kind)
        for name, value in wanted.items():
            if isinstance(value, str):
                question = question.where(table[name] == value)
            elif value is not None:
                question = question.where(table[name].in_(value))
        if since is not None:
            question = question.where(table.created_at >= since)
        if before is not None:
            question = question.where(table.created_at < before)
        newest, limit = (table.created_at.desc(), table.record_id.desc()), min(limit, _MOST)
        with engine.begin() as connection:
            found: list[RowMapping] = []
            if by_due:  # asked for apart: an index has the undated first or last, as its database likes
                dated = question.where(table.due_at.is_not(None)).order_by(table.due_at, table.record_id)
                found += connection.execute(dated.limit(limit)).mappings()
                question = question.where(table.due_at.is_(None))
            if len(found) < limit:
                found += connection.execute(question.order_by(*newest).limit(limit - len(found))).mappings()
        return [self._kept(row) for row in found]

    def _find(self, connection: Connection, record_id: str, *, locked: bool = False) -> Kept[_Record] | None:
        question = select(inspection_records).where(
            inspection_records.c.kind == self._kind, inspection_records.c.record_id == record_id
        )
        if locked:  # on a server; the embedded database lets one writer in at a time
            question = question.with_for_update()
        row = connection.execute(question).mappings().first()
        return None if row is None else self._kept(row)

    def _kept(self, row: RowMapping) -> Kept[_Record]:
        return Kept(self._shape.validate_python(row["content"]), row["version"])

    def _row(self, record: _Record, version: int, at: datetime) -> dict[str, Any]:
        columns = self._columns(record)
        return {
            "kind": self._kind,
            "version": version,
            **{name: getattr(columns, name) for name in Columns.__slots__},
            "updated_at": at,
            "content": self._shape.dump_python(record, mode="json"),
        }

    def _note(self, connection: Connection, record_id: str, row: Mapping[str, Any], step: Step) -> None:
        """The step that made `row`, on the trail; what a person did also in the ledger."""
        noted = {
            "kind": self._kind,
            "record_id": record_id,
            "version": row["version"],
            "act": step.act,
            "person": step.by,
            "at": step.at,
            "reason": step.reason,
            "content": dict(step.content or {}),
        }
        connection.execute(inspection_trail.insert(), noted)
        seal(connection, step.who, noted, row["content"], {name: row[name] for name in _PLACE})


_Answer = TypeVar("_Answer")


def together(engine: Engine, work: Callable[[Connection], _Answer]) -> _Answer:
    """Do several things in one transaction: all or none."""
    with writing(engine).begin() as connection:
        return work(connection)


def trail_of(engine: Engine, kind: str, record_id: str) -> list[TrailStep]:
    """Every step of a record, oldest first."""
    question = (
        select(inspection_trail)
        .where(inspection_trail.c.kind == kind, inspection_trail.c.record_id == record_id)
        .order_by(inspection_trail.c.version)
    )
    with engine.begin() as connection:
        return [
            TrailStep(row["version"], row["act"], row["person"], row["at"], row["reason"], row["content"])
            for row in connection.execute(question).mappings()
        ]


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call that is over, as far as plans and re-checks ask."""

    facts: CallFacts
    risk: int


def calls_between(engine: Engine, begin: datetime, end: datetime, agent_id: str | None = None) -> list[CallRow]:
    """Calls that began from `begin` until before `end` and are over, oldest first; of one agent, or of all."""
    columns = calls.c
    question = (
        select(
            *(columns.call_id, columns.agent_id, columns.team, columns.queue, columns.site),
            *(columns.risk, columns.duration_ms, columns.started_at),
        )
        .where(columns.started_at >= begin, columns.started_at < end, columns.state == CallState.ENDED.value)
        .order_by(columns.started_at, columns.call_id)
    )
    if agent_id is not None:
        question = question.where(columns.agent_id == agent_id)
    with engine.begin() as connection:
        return [
            CallRow(
                CallFacts(*(row.call_id, row.agent_id, row.team, row.queue, row.site), row.started_at, row.duration_ms),
                row.risk,
            )
            for row in connection.execute(question)
        ]
