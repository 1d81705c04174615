"""From every revision to the newest, with rows in each table, on SQLite and on PostgreSQL: nothing is lost."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic import SecretStr
from sqlalchemy import (
    JSON,
    Boolean,
    Connection,
    DateTime,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    select,
)

from config.settings import Settings
from service.store.database import database_url, make_engine, migrate, writing
from service.store.spoken_index import GRAMS_INDEX, GRAMS_TABLE
from service.store.tables import metadata
from tests.fakes.servers import PostgresServer

_FOLDER = Path(__file__).parents[3] / "service" / "store" / "migrations"

_OF_WORDS = (GRAMS_TABLE, GRAMS_INDEX)  # each database searches words in its own way, beside the tables


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


_REVISIONS = [revision.revision for revision in ScriptDirectory.from_config(_config()).walk_revisions()]


def _fill(connection: Connection, table: Table) -> None:
    """One row with something in every column."""
    values: dict[str, object] = {}
    for column in table.columns:
        match column.type:
            case Boolean():
                values[column.name] = True
            case LargeBinary():
                values[column.name] = b"bytes"
            case Integer():
                values[column.name] = 1
            case Float():
                values[column.name] = 0.5
            case DateTime():
                values[column.name] = datetime(2026, 3, 1, tzinfo=UTC)
            case JSON():
                values[column.name] = {"a": [1, "二"]}
            case LargeBinary():
                values[column.name] = b"\x00\xff"
            case Text():
                values[column.name] = "words"
            case _:
                values[column.name] = "x"
    connection.execute(table.insert().values(**values))


def _there(engine: Engine) -> MetaData:
    found = MetaData()
    found.reflect(engine)
    return found


@pytest.mark.parametrize("revision", _REVISIONS)
@pytest.mark.parametrize("server", ["sqlite", "postgresql"])
def test_every_revision_grows_up_with_its_rows(
    revision: str, server: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    settings = Settings(data_dir=tmp_path)
    if server == "postgresql":
        postgres: PostgresServer = request.getfixturevalue("postgres")
        settings = Settings(database_url=SecretStr(postgres.new_database()))
    engine = make_engine(database_url(settings), 1_000)
    with writing(engine).begin() as connection:
        command.upgrade(_config(connection), revision)
    old = _there(engine)
    names = {table.name for table in old.sorted_tables if not table.name.startswith(_OF_WORDS)} - {"alembic_version"}
    with writing(engine).begin() as connection:
        for table in old.sorted_tables:
            if table.name in names:
                _fill(connection, table)
    before = {name: _row(engine, old.tables[name]) for name in names}
    migrate(engine)
    with engine.connect() as connection:
        options = {"include_name": lambda name, _kind, _parents: not (name or "").startswith(_OF_WORDS)}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
    now = _there(engine)
    for name in names:
        with engine.connect() as connection:
            assert connection.execute(select(func.count()).select_from(now.tables[name])).scalar_one() >= 1
        after = _row(engine, now.tables[name])
        assert {column: after[column] for column in before[name] if column in after} == before[name]
    engine.dispose()


def _row(engine: Engine, table: Table) -> dict[str, object]:
    with engine.connect() as connection:
        return dict(connection.execute(select(table)).mappings().first() or {})


def test_revisions_are_one_line() -> None:
    script = ScriptDirectory.from_config(_config())
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1
