"""What the alert desk keeps and asks: suppressions, mutes, silent rules, the roster."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, RowMapping, delete, select

from alerts.life.suppression import Suppression
from service.store.alert_writes import insert_of
from service.store.database import writing
from service.store.desk_tables import mutes, roster, silent_rules, suppressions
from web.desk_sources import Mute, SuppressionView

_Record = TypeVar("_Record", SuppressionView, Mute)
RosterRow = tuple[str, str, dict[str, Any]]
"""Kind, id and content of an entry of the roster."""


def keep_suppressions(engine: Engine, kept: Sequence[Suppression]) -> None:
    """Add reasons why nobody was told."""
    rows = [
        {
            "call_id": each.call_id,
            "alert_id": each.alert_id,
            "rule": each.rule,
            "kind": each.kind,
            "cause": each.cause.value,
            "reason": each.reason[:500],  # as long as the column
            "person": each.by,
            "at_ms": each.at_ms,
            "at": each.at,
        }
        for each in kept
    ]
    with writing(engine).begin() as connection:
        connection.execute(suppressions.insert(), rows)


def find_suppressions(engine: Engine, call_id: str | None, limit: int) -> list[SuppressionView]:
    """The newest reasons (of one call), oldest of them first."""
    question = select(suppressions).order_by(suppressions.c.suppression_id.desc()).limit(limit)
    if call_id is not None:
        question = question.where(suppressions.c.call_id == call_id)
    with engine.begin() as connection:
        rows = connection.execute(question).mappings().all()
    return [_record(SuppressionView, row) for row in reversed(rows)]


def keep_mute(engine: Engine, mute: Mute) -> None:
    """Add a mute."""
    with writing(engine).begin() as connection:
        connection.execute(
            mutes.insert(),
            {
                "mute_id": mute.mute_id,
                "rule": mute.rule,
                "queue": mute.queue,
                "team": mute.team,
                "agent_id": mute.agent_id,
                "reason": mute.reason,
                "person": mute.by,
                "created_at": mute.created_at,
                "until": mute.until,
            },
        )


def end_mute(engine: Engine, mute_id: str, at: datetime) -> bool:
    """End a mute that holds; false when there is none."""
    with writing(engine).begin() as connection:
        ended = connection.execute(
            mutes.update().where(mutes.c.mute_id == mute_id, mutes.c.until > at).values(until=at)
        )
        return ended.rowcount > 0


def current_mutes(engine: Engine, at: datetime) -> list[Mute]:
    """The mutes that hold, the next to end first."""
    question = select(mutes).where(mutes.c.until > at).order_by(mutes.c.until, mutes.c.mute_id)
    with engine.begin() as connection:
        return [_record(Mute, row) for row in connection.execute(question).mappings()]


def find_silent_rules(engine: Engine) -> dict[str, tuple[bool, datetime]]:
    """Rules that went silent, or were allowed to speak again, and when."""
    with engine.begin() as connection:
        rows = connection.execute(select(silent_rules)).mappings()
        return {row["rule"]: (row["silent"], row["at"]) for row in rows}


def keep_rule_voice(
    engine: Engine, rule: str, at: datetime, *, silent: bool, marks: int, upper: float | None, by: str | None
) -> None:
    """A rule goes silent, or speaks again."""
    row = {"rule": rule, "silent": silent, "marks": marks, "upper_ratio": upper, "person": by, "at": at}
    with writing(engine).begin() as connection:
        insert = insert_of(connection)(silent_rules).values(row)
        connection.execute(insert.on_conflict_do_update(index_elements=["rule"], set_=row))


def find_roster(engine: Engine) -> list[RosterRow]:
    """Every entry of the roster."""
    with engine.begin() as connection:
        rows = connection.execute(select(roster).order_by(roster.c.kind, roster.c.entry_id)).mappings()
        return [(row["kind"], row["entry_id"], row["content"]) for row in rows]


def keep_roster(engine: Engine, entries: Sequence[RosterRow], origin: str, at: datetime) -> None:
    """Put entries in place, all or none."""
    with writing(engine).begin() as connection:
        for kind, entry_id, content in entries:
            _put(connection, kind, entry_id, content, origin, at)


def drop_roster(engine: Engine, kind: str, entry_id: str) -> bool:
    """Take an entry away; false when there is none."""
    with writing(engine).begin() as connection:
        gone = connection.execute(delete(roster).where(roster.c.kind == kind, roster.c.entry_id == entry_id))
        return gone.rowcount > 0


def _record(kind: type[_Record], row: RowMapping) -> _Record:
    """What the desk speaks of, from its row: the same names, but `by` is the column `person`."""
    return kind(**{field.name: row["person" if field.name == "by" else field.name] for field in fields(kind)})


def _put(connection: Connection, kind: str, entry_id: str, content: dict[str, Any], origin: str, at: datetime) -> None:
    row = {"kind": kind, "entry_id": entry_id, "content": content, "origin": origin, "updated_at": at}
    insert = insert_of(connection)(roster).values(row)
    connection.execute(insert.on_conflict_do_update(index_elements=["kind", "entry_id"], set_=row))
