"""The ledger as kept: one chain of rows for all nodes, each sealed by a hash over itself and the row before it."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, String, and_, cast, false, select, text

from service.store.alert_writes import insert_of
from service.store.database import writing
from service.store.tables import marks
from service.store.trust_tables import ledger
from web.trust.sources import Deed, LedgerQuestion, LedgerRow
from web.trust.who import Principal, Scope

_LOCK = 0x6561_7273_686F_7402  # "earshot", 2: held while a row is added on a server
_HEAD = "ledger"  # the mark that holds the newest sequence: rows cut off at the end are missed by it
_FIRST = "0" * 64  # stands before the first row
_REPEATED = ("act", "who", "call_id", "agent_id", "site", "team", "queue")
_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the chain does not hold."""

    sequence: int
    what: str


def add_row(connection: Connection, who: Principal, deed: Deed, at: datetime) -> int:
    """Add a row in the transaction of whatever it tells of; answers its sequence."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    last = connection.execute(
        select(ledger.c.sequence, ledger.c.hash).order_by(ledger.c.sequence.desc()).limit(1)
    ).one_or_none()
    sequence, before = (last.sequence + 1, last.hash) if last is not None else (1, _FIRST)
    content = _content(who, deed, at)
    said = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    repeated = {name: content[name] for name in _REPEATED}
    connection.execute(
        ledger.insert().values(sequence=sequence, at=at, content=said, hash=_seal(sequence, before, said), **repeated)
    )
    insert = insert_of(connection)(marks).values(name=_HEAD, number=sequence)
    connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"number": sequence}))
    return sequence


def add(engine: Engine, who: Principal, deed: Deed, at: datetime) -> int:
    """Add one row in a transaction of its own."""
    with writing(engine).begin() as connection:
        return add_row(connection, who, deed, at)


def find_rows(engine: Engine, scope: Scope, asked: LedgerQuestion) -> list[LedgerRow]:
    """Rows within the scope, newest first."""
    question = select(ledger).order_by(ledger.c.sequence.desc()).limit(asked.limit)
    equal = ((ledger.c.call_id, asked.call_id), (ledger.c.agent_id, asked.agent_id), (ledger.c.who, asked.who))
    for column, wanted in equal:
        if wanted is not None:
            question = question.where(column == wanted)
    if asked.acts:
        question = question.where(ledger.c.act.in_(asked.acts))
    if asked.since is not None:
        question = question.where(ledger.c.at >= asked.since)
    if asked.before is not None:
        question = question.where(ledger.c.sequence < asked.before)
    if not scope.everywhere:
        named = ((ledger.c.site, scope.sites), (ledger.c.team, scope.teams), (ledger.c.queue, scope.queues))
        within = [column.in_(wanted) for column, wanted in named if wanted]
        question = question.where(and_(*within) if within else false())
    with engine.begin() as connection:
        return [_row(each) for each in connection.execute(question).mappings()]


def head(engine: Engine) -> tuple[int, str]:
    """The newest sequence and its hash: written down elsewhere, they prove that nothing was rewritten before."""
    with engine.begin() as connection:
        last = connection.execute(
            select(ledger.c.sequence, ledger.c.hash).order_by(ledger.c.sequence.desc()).limit(1)
        ).one_or_none()
    return (last.sequence, last.hash) if last is not None else (0, _FIRST)


def has_row(engine: Engine, sequence: int, digest: str) -> bool:
    """Whether this row is there with this hash, or one that begins so."""
    with engine.begin() as connection:
        found = connection.execute(select(ledger.c.hash).where(ledger.c.sequence == sequence)).scalar()
    return found is not None and str(found).startswith(digest.rstrip("…."))


def breaks(engine: Engine) -> Iterator[Break]:
    """Every row that was changed or moved, every row that is missing; nothing where the chain is whole."""
    expected, befores = 1, {_FIRST}
    with engine.begin() as connection:
        newest = connection.execute(select(marks.c.number).where(marks.c.name == _HEAD)).scalar() or 0
        while page := _page(connection, expected):
            for row in page:
                if row["sequence"] != expected:
                    last = row["sequence"] - 1
                    yield Break(expected, f"missing{'' if last == expected else f' up to {last}'}")
                    fault = _fault(row)
                else:
                    seals = {_seal(expected, before, str(row["content"])) for before in befores}
                    fault = _fault(row) if row["hash"] in seals else "changed or moved"
                if fault is not None:
                    yield Break(row["sequence"], fault)
                # the row after a spoilt one was sealed over what stood here before: its content or its hash
                befores = {str(row["hash"]), *(_seal(expected, before, str(row["content"])) for before in befores)}
                expected = row["sequence"] + 1
        if expected <= newest:
            yield Break(expected, f"missing{'' if newest == expected else f' up to {newest}'}, cut off at the end")
        elif newest < expected - 1:
            yield Break(newest, "the mark of the newest row was changed")


def _page(connection: Connection, first: int) -> Sequence[Any]:
    columns = [column for column in ledger.c if column.name != "at"]
    moment = cast(ledger.c.at, String).label("at")  # as kept: a spoilt moment must not stop the look
    question = select(*columns, moment).where(ledger.c.sequence >= first).order_by(ledger.c.sequence).limit(_PAGE)
    return connection.execute(question).mappings().all()


def _fault(row: Any) -> str | None:
    """What the lists show of a row must be what was sealed."""
    try:
        content = json.loads(row["content"])
        same = all(row[name] == content[name] for name in _REPEATED)
        return None if same and _is_moment(str(row["at"]), content["at"]) else "changed"
    except (ValueError, KeyError, TypeError):
        return "changed"


def _is_moment(kept: str, sealed: str) -> bool:
    """Whether the column holds the sealed moment: SQLite keeps its letters, a server a moment with a zone."""
    moment = datetime.fromisoformat(sealed)
    if kept == moment.strftime("%Y-%m-%d %H:%M:%S.%f"):
        return True
    there = datetime.fromisoformat(kept)
    return there.tzinfo is not None and there == moment


def _seal(sequence: int, before: str, content: str) -> str:
    return hashlib.sha256(f"{sequence}\n{before}\n{content}".encode("utf-8", "surrogatepass")).hexdigest()


def _content(who: Principal, deed: Deed, at: datetime) -> dict[str, Any]:
    return {
        "at": at.astimezone(UTC).isoformat(),
        "act": deed.act.value,
        "phase": deed.phase,
        "who": who.acts_as,
        "name": who.name,
        "user_id": who.user_id,
        "key_id": who.key_id,
        "session_id": who.session_id,
        "address": who.address,
        "call_id": deed.call_id,
        "legs": [leg.value for leg in deed.legs],
        "from_ms": deed.from_ms,
        "to_ms": deed.to_ms,
        "agent_id": deed.agent_id,
        "site": deed.site,
        "team": deed.team,
        "queue": deed.queue,
        "why": deed.why,
        "about": deed.about,
    }


def _row(row: Any) -> LedgerRow:
    content = json.loads(row["content"])
    content["at"] = datetime.fromisoformat(content["at"])
    return LedgerRow(sequence=row["sequence"], hash=row["hash"], **content)
