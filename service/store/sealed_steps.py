"""What people do at the inspectors' desk, in the ledger: each step is sealed with the record it made."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Engine, select

from service.store.inspection_tables import inspection_records, inspection_trail
from service.store.ledger_rows import Break, add_row
from service.store.trust_tables import ledger
from web.trust.sources import Act, Deed
from web.trust.who import Principal, Scope

ACTS = MappingProxyType(
    {
        "score": Act.SCORE,
        "appeal": Act.APPEAL,
        "improvement": Act.IMPROVEMENT,
        "calibration": Act.CALIBRATION,
        "example": Act.LIBRARY,
        "call_back": Act.CALL_BACK,
        "task": Act.WORKLIST,
        "plan": Act.WORKLIST,
    }
)
"""Kinds of records whose steps are sealed, and what the ledger calls them."""
_ERASED = "erased"  # begins what the ledger says of a record that went with its call
_SERVICE = Principal(name="service", acts_as="service", rights=frozenset(), scope=Scope())
_DIGITS = 32  # of each hash: 128 bits
_PAGE = 500
_Key = tuple[str, str]


def seal(
    connection: Connection, who: Principal, step: Mapping[str, Any], record: Mapping[str, Any], place: Mapping[str, Any]
) -> None:
    """Add the ledger's row in the transaction of the step. Steps of clocks, and of other kinds, get none.

    `step` is the row of the trail, `record` the record's content after it, `place` its call, agent, team, queue, site.
    """
    act, person = ACTS.get(step["kind"]), step["person"]
    if act is None or person is None:
        return
    about = f"{_name(step)} {_step_hash(step)}:{_hash(record)}"
    add_row(connection, replace(who, acts_as=person), Deed(act, about=about, **place), step["at"])


def erase_sealed(connection: Connection, call_ids: Sequence[str], at: datetime) -> int:
    """Delete the records of these calls, appeals too, with every step; answers how many rows.

    For each the ledger gets a row in the same transaction, so that what was deleted by right is not missed later.
    """
    columns, rows = inspection_records.c, 0
    keys = select(columns.kind, columns.record_id, columns.call_id)
    records = list(connection.execute(keys.where(columns.call_id.in_(call_ids))))
    for begin in range(0, len(records), _PAGE):
        scores = {row.record_id for row in records[begin : begin + _PAGE] if row.kind == "score"}
        records += connection.execute(keys.where(columns.kind == "appeal", columns.about.in_(scores)))
    for row in records:
        for table in (inspection_trail, inspection_records):
            of_it = (table.c.kind == row.kind) & (table.c.record_id == row.record_id)
            rows += connection.execute(table.delete().where(of_it)).rowcount
        about = f"{_ERASED} {row.kind} {row.record_id}"
        add_row(connection, _SERVICE, Deed(Act.PRIVACY, call_id=row.call_id, about=about), at)
    return rows


def step_breaks(engine: Engine) -> Iterator[Break]:
    """Every sealed step that is gone or was changed, every record that is not what its last step made it.

    What was erased with its call, and the ledger says so, is not missed.
    """
    newest: dict[_Key, tuple[int, int, str]] = {}
    with engine.begin() as connection:
        erased = _erased(connection)
        after = 0
        while page := _page(connection, after):
            after = page[-1][0]
            page = [row for row in page if row[1:3] not in erased]
            steps = _steps_of(connection, [(kind, record_id) for _, kind, record_id, *_ in page])
            for sequence, kind, record_id, version, step_hash, record_hash in page:
                found = steps.get((kind, record_id, version))
                if found is None:
                    yield Break(sequence, f"step {version} of {kind} {record_id} is missing")
                elif _step_hash(found) != step_hash:
                    yield Break(sequence, f"step {version} of {kind} {record_id} was changed")
                newest[kind, record_id] = (version, sequence, record_hash)
        yield from _record_breaks(connection, newest)


def _record_breaks(connection: Connection, newest: Mapping[_Key, tuple[int, int, str]]) -> Iterator[Break]:
    keys = list(newest)
    for begin in range(0, len(keys), _PAGE):
        batch = keys[begin : begin + _PAGE]
        columns = inspection_records.c
        question = select(columns.kind, columns.record_id, columns.version, columns.content)
        rows = connection.execute(question.where(columns.record_id.in_({record_id for _, record_id in batch})))
        there = {(row.kind, row.record_id): row for row in rows}
        for kind, record_id in batch:
            version, sequence, sealed = newest[kind, record_id]
            row = there.get((kind, record_id))
            if row is None:
                yield Break(sequence, f"{kind} {record_id} is missing")
            elif row.version < version or (row.version == version and _hash(row.content) != sealed):
                yield Break(sequence, f"{kind} {record_id} is not what its step {version} made it")
            elif row.version > version and _has_unsealed(connection, kind, record_id, version):
                yield Break(sequence, f"{kind} {record_id} was changed after its step {version} without a row here")


def _has_unsealed(connection: Connection, kind: str, record_id: str, version: int) -> bool:
    columns = inspection_trail.c
    question = select(columns.step_id).where(
        columns.kind == kind, columns.record_id == record_id, columns.version > version, columns.person.is_not(None)
    )
    return connection.execute(question.limit(1)).first() is not None


def _page(connection: Connection, after: int) -> list[tuple[int, str, str, int, str, str]]:
    """Sequence, kind, record, version and both hashes of the next rows; rows of other acts of the name are left out."""
    found: list[tuple[int, str, str, int, str, str]] = []
    while not found:
        question = select(ledger.c.sequence, ledger.c.content).where(ledger.c.sequence > after)
        rows = connection.execute(
            question.where(ledger.c.act.in_(list(ACTS.values()))).order_by(ledger.c.sequence).limit(_PAGE)
        ).all()
        if not rows:
            break
        after = rows[-1].sequence
        found = [(row.sequence, *parts) for row in rows if (parts := _parts(row.content)) is not None]
    return found


def _parts(content: str) -> tuple[str, str, int, str, str] | None:
    """What was sealed; None for a row that was spoilt (the chain says so) or that the gate wrote."""
    try:
        kind, record_id, version, _act, hashes = json.loads(content)["about"].split(" ")
        step_hash, record_hash = hashes.split(":")
        return kind, record_id, int(version), step_hash, record_hash
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _erased(connection: Connection) -> set[_Key]:
    rows = connection.execute(select(ledger.c.content).where(ledger.c.act == Act.PRIVACY))
    return {(key[0], key[1]) for row in rows if len(key := _erased_key(row.content)) == 2}


def _erased_key(content: str) -> list[str]:
    try:
        word, *key = json.loads(content)["about"].split(" ")
    except (ValueError, KeyError, TypeError, AttributeError):
        return []
    return key if word == _ERASED else []


def _steps_of(connection: Connection, keys: Sequence[_Key]) -> dict[tuple[str, str, int], Mapping[str, Any]]:
    question = select(inspection_trail).where(inspection_trail.c.record_id.in_({record_id for _, record_id in keys}))
    rows = connection.execute(question).mappings()
    return {(row["kind"], row["record_id"], row["version"]): dict(row) for row in rows}


def _name(step: Mapping[str, Any]) -> str:
    return f"{step['kind']} {step['record_id']} {step['version']} {step['act']}"


def _step_hash(step: Mapping[str, Any]) -> str:
    at: datetime = step["at"]
    return _hash([_name(step), step["person"], at.astimezone(UTC).isoformat(), step["reason"], step["content"]])


def _hash(content: object) -> str:
    said = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
