"""The chain: every byte of every row is sealed; a changed, moved or missing row is named."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text, update
from sqlalchemy.exc import DBAPIError

from config.settings import Settings
from service.store.database import database_url, make_engine, migrate, writing
from service.store.ledger_rows import add, breaks, find_rows, has_row, head
from service.store.tables import marks
from service.store.trust_tables import ledger
from streaming.frames import Leg
from web.trust.sources import Act, Deed, LedgerQuestion
from web.trust.who import EVERYWHERE, Principal, Scope

_AT = datetime(2026, 11, 26, 12, 0, 0, 123456, tzinfo=UTC)
_ROWS = 6


def _who(name: str = "li") -> Principal:
    return Principal(name, name, frozenset(), Scope(), user_id="u1", session_id="s1", address="10.0.0.7")


def _deed(number: int = 1, team: str = "east") -> Deed:
    return Deed(
        Act.LISTEN,
        phase="running",
        call_id=f"call-{number}",
        legs=(Leg.AGENT, Leg.CUSTOMER),
        from_ms=1000 * number,
        to_ms=1000 * number + 500,
        agent_id="1007",
        site="wuhan",
        team=team,
        queue="billing",
        why="an alert",
        about="监听",
    )


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = make_engine(database_url(Settings(data_dir=tmp_path)), 5_000)
    migrate(made)
    for number in range(1, _ROWS + 1):
        add(made, _who(), _deed(number), _AT + timedelta(seconds=number))
    yield made
    made.dispose()


def _without_guard(engine: Engine) -> None:
    """What somebody would do who has the database and means it."""
    with writing(engine).begin() as connection:
        for name in ("ledger_no_update", "ledger_no_delete"):
            connection.execute(text(f"DROP TRIGGER {name}"))


def _found(engine: Engine) -> list[int]:
    return [each.sequence for each in breaks(engine)]


def test_a_chain_that_was_let_be_is_whole(engine: Engine) -> None:
    assert _found(engine) == []
    number, digest = head(engine)
    assert number == _ROWS
    assert has_row(engine, number, digest)
    assert not has_row(engine, number - 1, digest)


@pytest.mark.parametrize("word", ["UPDATE ledger SET who = 'x'", "DELETE FROM ledger"])
def test_the_database_itself_refuses_to_change_rows(engine: Engine, word: str) -> None:
    with pytest.raises(DBAPIError, match="only grows"), writing(engine).begin() as connection:
        connection.execute(text(word))


_COLUMNS = [column.name for column in ledger.c if column.name != "sequence"]


@pytest.mark.parametrize("column", _COLUMNS)
def test_any_byte_that_is_flipped_is_found_at_its_row(engine: Engine, column: str) -> None:
    """Each byte of the row, one after the other; the rows before and after are named as whole."""
    _without_guard(engine)
    raw = create_engine(engine.url)  # without the store's types: bytes as they lie there
    with raw.connect() as connection:
        kept = str(connection.execute(text(f"SELECT {column} FROM ledger WHERE sequence = 3")).scalar())  # noqa: S608 - our own names
    places = range(len(kept)) if column not in ("content",) else range(0, len(kept), 7)
    for place in places:
        spoilt = kept[:place] + chr(ord(kept[place]) ^ 1) + kept[place + 1 :]
        _put(raw, column, spoilt)
        assert _found(engine) == [3], (column, place)
    _put(raw, column, kept)
    assert _found(engine) == []
    raw.dispose()


def _put(raw: Engine, column: str, value: str) -> None:
    with raw.begin() as connection:
        connection.execute(text(f"UPDATE ledger SET {column} = :value WHERE sequence = 3"), {"value": value})  # noqa: S608 - our own names


def _cut(connection: Any, word: str) -> None:
    connection.execute(text(word))


_TAMPERED: dict[str, tuple[list[str], list[int]]] = {
    "a row in the middle is gone": (["DELETE FROM ledger WHERE sequence = 3"], [3]),
    "two rows are gone": (["DELETE FROM ledger WHERE sequence IN (2, 3)"], [2]),
    "the first is gone": (["DELETE FROM ledger WHERE sequence = 1"], [1]),
    "the last is gone": (["DELETE FROM ledger WHERE sequence = 6"], [6]),
    "all are gone": (["DELETE FROM ledger"], [1]),
    "two have changed places": (
        [
            "UPDATE ledger SET sequence = 99 WHERE sequence = 2",
            "UPDATE ledger SET sequence = 2 WHERE sequence = 4",
            "UPDATE ledger SET sequence = 4 WHERE sequence = 99",
        ],
        [2, 4],
    ),
    "a row is gone and the rest moved up": (
        ["DELETE FROM ledger WHERE sequence = 3", "UPDATE ledger SET sequence = sequence - 1 WHERE sequence > 3"],
        [3, 4, 5, 6],
    ),
    "a row was copied to the end": (
        [
            "INSERT INTO ledger SELECT 7, at, act, who, call_id, agent_id, site, team, queue, content, hash "
            "FROM ledger WHERE sequence = 6"
        ],
        [7],
    ),
}


@pytest.mark.parametrize("how", _TAMPERED)
def test_missing_and_moved_rows_are_named(engine: Engine, how: str) -> None:
    words, named = _TAMPERED[how]
    _without_guard(engine)
    with writing(engine).begin() as connection:
        for word in words:
            _cut(connection, word)

    found = _found(engine)

    assert found[: len(named)] == named or set(named) <= set(found), found
    assert found


def test_a_chain_written_anew_is_told_by_a_head_noted_elsewhere(engine: Engine) -> None:
    number, digest = head(engine)
    _without_guard(engine)
    with writing(engine).begin() as connection:
        connection.execute(text("DELETE FROM ledger"))
        connection.execute(update(marks).where(marks.c.name == "ledger").values(number=0))
    for each in range(1, _ROWS + 1):
        add(engine, _who("somebody else"), _deed(each), _AT)

    assert _found(engine) == []  # it is a chain, but not ours
    assert not has_row(engine, number, digest)


def test_writers_at_once_make_one_chain(engine: Engine) -> None:
    others = [make_engine(engine.url, 5_000) for _ in range(4)]

    def write(number: int) -> None:
        for each in range(10):
            add(others[number], _who(f"w{number}"), _deed(each), _AT)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    for other in others:
        other.dispose()

    assert _found(engine) == []
    assert head(engine)[0] == _ROWS + 40


def test_a_lead_finds_the_rows_of_the_own_agents(engine: Engine) -> None:
    add(engine, _who(), _deed(7, team="west"), _AT)

    east = find_rows(engine, Scope(teams=frozenset({"east"})), LedgerQuestion())
    assert [row.sequence for row in east] == [6, 5, 4, 3, 2, 1]
    assert find_rows(engine, Scope(), LedgerQuestion()) == []
    assert len(find_rows(engine, EVERYWHERE, LedgerQuestion())) == 7
    assert [row.sequence for row in find_rows(engine, EVERYWHERE, LedgerQuestion(call_id="call-2"))] == [2]
    assert [row.sequence for row in find_rows(engine, EVERYWHERE, LedgerQuestion(before=3, limit=1))] == [2]
    assert find_rows(engine, EVERYWHERE, LedgerQuestion(acts=("clip",))) == []
    row = east[0]
    assert (row.who, row.call_id, row.from_ms, row.to_ms, list(row.legs)) == (
        "li",
        "call-6",
        6000,
        6500,
        ["agent", "customer"],
    )
    assert row.at == _AT + timedelta(seconds=6)
