"""The index of what was said, in either database: made, asked, and made to forget what was deleted."""

from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Integer,
    Select,
    Text,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from service.store.database import writing
from service.store.spoken import question_for
from service.store.tables import utterances

GRAMS_TABLE = "utterance_grams"  # SQLite's FTS5 table; with it come tables named after it
GRAMS_INDEX = "ix_utterances_grams"  # PostgreSQL's
_MERGED_PAGES = 500
_WORK_ENOUGH = 2  # rows that change where nothing is left to merge (SQLite's FTS5 documentation, 6.8)
_SAMPLE, _ALL_THE_TIME = 5_000, 0.2  # of the newest utterances so many are looked through; that share is often
_ROW = "new.utterance_id, new.grams"
_OLD = f"INSERT INTO {GRAMS_TABLE}({GRAMS_TABLE}, rowid, grams) VALUES ('delete', old.utterance_id, old.grams)"  # noqa: S608
_NEW = f"INSERT INTO {GRAMS_TABLE}(rowid, grams) VALUES ({_ROW})"  # noqa: S608
_TRIGGERS = (("insert", _NEW), ("delete", _OLD), ("update", f"{_OLD}; {_NEW}"))


def make_index(connection: Connection) -> None:
    """For a fresh table of utterances; from then on the database keeps it by itself."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"CREATE INDEX {GRAMS_INDEX} ON utterances USING gin (grams)"))
        return
    options = "content='utterances', content_rowid='utterance_id', tokenize='unicode61 remove_diacritics 0'"
    connection.execute(text(f"CREATE VIRTUAL TABLE {GRAMS_TABLE} USING fts5(grams, {options})"))
    for event, work in _TRIGGERS:
        name = f"{GRAMS_TABLE}_{event}"
        connection.exec_driver_sql(f"CREATE TRIGGER {name} AFTER {event} ON utterances BEGIN {work}; END")


def said(
    dialect_name: str, phrase: str, numbers: tuple[int, int], limit: int, *, by_index: bool = True
) -> Select[Any] | None:
    """The newest utterances that hold the phrase, by their number, first and last given; None: nothing to look for.

    Without `by_index` a server looks through all utterances of these numbers instead.
    """
    question = question_for(dialect_name, phrase)
    if question is None:
        return None
    if dialect_name == "postgresql":
        number = utterances.c.utterance_id
        holds = utterances.c.grams.op("@@", is_comparison=True)(cast(literal(question, Text), TSQUERY))
        asked = select(number).where(holds if by_index else holds.is_(True), number.between(*numbers))
        # the plus keeps the server from walking all utterances in order instead of asking the index
        return asked.order_by((number + 0).desc() if by_index else number.desc()).limit(limit)
    row = column("rowid", Integer)
    holds = literal_column(GRAMS_TABLE).op("MATCH")(question)
    asked = select(row.label("utterance_id")).select_from(table(GRAMS_TABLE, row)).where(holds, row.between(*numbers))
    return asked.order_by(row.desc()).limit(limit)


def newest_part(connection: Connection, phrase: str, numbers: tuple[int, int], limit: int) -> tuple[int, int] | None:
    """Numbers at the newest end among which a phrase that is said all the time should be said so often.

    There it is found without its index, which would name every utterance that holds it. None: ask the index.
    """
    if connection.dialect.name != "postgresql":  # FTS5 begins at the newest and stops
        return None
    own = utterances.c.utterance_id
    last = connection.execute(select(func.max(own)).where(own.between(*numbers))).scalar()
    looked = said("postgresql", phrase, ((last or 0) - _SAMPLE + 1, last or 0), _SAMPLE, by_index=False)
    if looked is None or last is None:
        return None
    many = connection.execute(select(func.count()).select_from(looked.subquery())).scalar_one()
    first = last - 2 * limit * _SAMPLE // max(1, many)
    return (first, last) if many >= _SAMPLE * _ALL_THE_TIME and first > numbers[0] else None


def forget_deleted(engine: Engine, *, anew: bool) -> bool:
    """SQLite: some of the work of taking deleted words out of the index; whether there is more to do.

    A deleted word is only marked in FTS5 until its part of the index is merged; then its pages are overwritten.
    `anew` begins the merging of everything, further calls go on with it.
    """
    if engine.dialect.name != "sqlite":
        return False  # a server does the same by its own VACUUM
    merge = f"INSERT INTO {GRAMS_TABLE}({GRAMS_TABLE}, rank) VALUES ('merge', :pages)"  # noqa: S608
    with writing(engine).begin() as connection:
        before = connection.exec_driver_sql("SELECT total_changes()").scalar_one()
        connection.execute(text(merge), {"pages": -_MERGED_PAGES if anew else _MERGED_PAGES})
        done = connection.exec_driver_sql("SELECT total_changes()").scalar_one() - before
    return int(done) >= _WORK_ENOUGH
