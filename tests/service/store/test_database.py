"""Opening a database: made new, brought up to date, or a sentence that names the file and the cure."""

import os
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from config.settings import Settings
from service.store.database import StoreError, database_url, error_name, make_engine, migrate, writing
from service.store.spoken_index import GRAMS_TABLE
from service.store.tables import metadata


def _url(folder: Path) -> Settings:
    return Settings(data_dir=folder)


def test_the_revisions_make_exactly_the_tables(tmp_path: Path) -> None:
    engine = make_engine(database_url(_url(tmp_path)), 100)
    migrate(engine)
    migrate(engine)
    with engine.connect() as connection:
        options = {"include_name": lambda name, _kind, _parents: not (name or "").startswith(GRAMS_TABLE)}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
    engine.dispose()


def test_connections_use_the_log_and_keep_references(tmp_path: Path) -> None:
    engine = make_engine(database_url(_url(tmp_path)), 123)
    migrate(engine)
    with engine.connect() as connection:
        found = [
            connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "busy_timeout", "synchronous", "foreign_keys")
        ]
    assert found == ["wal", 123, 1, 1]
    with pytest.raises(IntegrityError), writing(engine).begin() as connection:
        connection.execute(
            text(
                "INSERT INTO alerts (alert_id, version, sequence, state, severity, kind, call_id, opened_at, "
                "updated_at) VALUES ('a', 1, 99, 's', 's', 'k', 'c', 'o', 'u')"
            )
        )
    engine.dispose()


def test_an_error_never_shows_what_was_to_be_written(tmp_path: Path) -> None:
    engine = make_engine(database_url(_url(tmp_path)), 10)
    with pytest.raises(OperationalError) as caught, engine.begin() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:number)"), {"number": "+861012345678"})
    assert "+86" not in str(caught.value)
    assert error_name(caught.value) == "SQLITE_ERROR"
    engine.dispose()


def test_a_file_that_is_no_database_is_named_with_its_cure(tmp_path: Path) -> None:
    (tmp_path / "earshot.db").write_bytes(b"not a database at all" * 500)
    engine = make_engine(database_url(_url(tmp_path)), 10)
    with pytest.raises(StoreError, match=r"earshot\.db: is not an Earshot database; move it away"):
        migrate(engine)
    engine.dispose()


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    engine = make_engine(database_url(_url(tmp_path)), 10)
    migrate(engine)
    with writing(engine).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'from_the_future'"))
    with pytest.raises(StoreError, match="written by a newer Earshot"):
        migrate(engine)
    engine.dispose()


def test_a_locked_database_is_said_to_be_locked(tmp_path: Path) -> None:
    engine = make_engine(database_url(_url(tmp_path)), 10)
    migrate(engine)
    other = sqlite3.connect(tmp_path / "earshot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked by another program"):
        migrate(engine)
    other.close()
    engine.dispose()


def test_a_failed_revision_leaves_nothing_half_made(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "earshot.db")
    other.execute("CREATE TABLE alerts (x)")
    other.commit()
    engine = make_engine(database_url(_url(tmp_path)), 10)
    with pytest.raises(StoreError, match=r"earshot\.db: cannot be opened \(SQLITE_ERROR\)"):
        migrate(engine)
    assert [row[0] for row in other.execute("SELECT name FROM sqlite_master")] == ["alerts"]
    other.close()
    engine.dispose()


def test_a_folder_that_is_missing_is_said_to_be_in_the_way(tmp_path: Path) -> None:
    engine = make_engine(database_url(_url(tmp_path / "nowhere")), 10)
    with pytest.raises(StoreError, match=f"nowhere{os.sep}earshot.db: cannot be opened; give the service's user"):
        migrate(engine)
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("no url at all", "not understood"),
        ("oracle9://scott:tiger@host/x", "not understood"),
        ("mysql+pymysql://scott:tiger@host/x", "mysql is not supported"),
        ("postgresql+pg8000://scott:tiger@host/x", "needs the package pg8000"),
        ("mssql+fake://scott:tiger@host/x", "not understood"),
    ],
)
def test_a_database_we_do_not_speak_is_refused_without_its_password(url: str, said: str) -> None:
    with pytest.raises(StoreError, match=said) as caught:
        make_engine(database_url(Settings(database_url=SecretStr(url))), 10)
    assert "tiger" not in str(caught.value)


def test_a_named_database_is_used(tmp_path: Path) -> None:
    named = tmp_path / "elsewhere.db"
    assert database_url(Settings(database_url=SecretStr(f"sqlite:///{named}"))).database == str(named)
