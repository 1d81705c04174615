"""The database itself: where it is, how it is opened, brought up to date, and what to do when it cannot be."""

import sqlite3
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from config.settings import Settings

_MIGRATIONS = Path(__file__).parent / "migrations"
_WRITES = "earshot_writes"
_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON")
_SERVER_OPTIONS = {
    "connect_timeout": 5,
    # a plan made once for all times and phrases reads a million rows where the right one reads a few
    "options": "-c statement_timeout=15000 -c lock_timeout=10000 -c plan_cache_mode=force_custom_plan",
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}  # a server that is gone is known to be gone within seconds
_MIGRATION_LOCK = 0x6561_7273_686F_7400


class StoreError(Exception):
    """The store cannot be used. The text names the place and the cure, and holds no secret."""


def database_url(settings: Settings) -> URL:
    """The database of `database_url`, else `earshot.db` in the data folder; StoreError for one not supported."""
    if settings.database_url is None:
        return URL.create("sqlite", database=str(settings.data_dir.resolve() / "earshot.db"))
    try:
        url = make_url(settings.database_url.get_secret_value())
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError):
        raise StoreError("database_url: not understood; write it as postgresql+psycopg://user@host/earshot") from None
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(f"database_url: {url.get_backend_name()} is not supported; use sqlite or postgresql")
    return url


def make_engine(url: URL, busy_ms: int) -> Engine:
    """An engine whose SQLite connections use the write-ahead log, foreign keys and honest transactions.

    Raises StoreError when the driver of the database is not installed.
    """
    try:
        # parameters hold numbers and names: never in an error's text
        if url.get_backend_name() == "sqlite":
            engine = create_engine(url, hide_parameters=True)
        else:
            engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=dict(_SERVER_OPTIONS))
    except ModuleNotFoundError as error:
        raise StoreError(f"database_url: needs the package {error.name}; install it beside earshot") from None
    if url.get_backend_name() == "sqlite":

        @event.listens_for(engine, "connect")
        def prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
            connection.isolation_level = None  # the driver's own BEGIN comes too late; ours is below
            for pragma in ("auto_vacuum=INCREMENTAL", f"busy_timeout={busy_ms}", *_PRAGMAS):
                connection.execute(f"PRAGMA {pragma}").close()

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            # a writer takes the lock at once: a reader that turns writer half-way fails without waiting
            connection.exec_driver_sql(
                "BEGIN IMMEDIATE" if connection.get_execution_options().get(_WRITES) else "BEGIN"
            )

    return engine


def engine_at(address: str, busy_ms: int) -> Engine:
    """An engine for the database of an address that `database_url` gave to another process."""
    return make_engine(make_url(address), busy_ms)


def existing_store(settings: Settings) -> Engine:
    """The store as it is, to be read beside a running service. Raises StoreError where there is none."""
    url = database_url(settings)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise StoreError(f"{url.database}: no store is there; name the service's folder with EARSHOT_DATA_DIR")
    engine = make_engine(url, settings.store.busy_ms)
    if not inspect(engine).has_table("call_observations"):
        engine.dispose()
        raise StoreError(f"{url.render_as_string()}: was written by an older Earshot; start the service once")
    return engine


def opened_once(settings: Settings) -> str:
    """Where the database is, once it has answered. Raises StoreError saying what is wrong."""
    url = database_url(settings)
    engine = make_engine(url, settings.store.busy_ms)
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        raise StoreError(f"cannot be opened: {error_name(error)}") from None
    finally:
        engine.dispose()
    return url.render_as_string(hide_password=True)


def writing(engine: Engine) -> Engine:
    """The same engine, for transactions that write."""
    return engine.execution_options(**{_WRITES: True})


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest revision. Raises StoreError naming the place and the cure."""
    place = engine.url.database if engine.url.get_backend_name() == "sqlite" else engine.url.render_as_string()
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    try:
        with writing(engine).begin() as connection:
            if connection.dialect.name == "postgresql":  # nodes that start together make the tables one after the other
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError:
        raise StoreError(
            f"{place}: was written by a newer Earshot; start that version, or move the file away to begin anew"
        ) from None
    except SQLAlchemyError as error:
        raise StoreError(f"{place}: {_cure(error_name(error))}") from None


def error_name(error: Exception) -> str:
    """What the database calls its failure (`SQLITE_FULL`), else the exception's type. Never its text."""
    original: Any = error.orig if isinstance(error, DBAPIError) else None
    return str(getattr(original, "sqlite_errorname", None) or type(original or error).__name__)


def _cure(name: str) -> str:
    cures = {
        "SQLITE_BUSY": "is locked by another program; end that program and start again",
        "SQLITE_CANTOPEN": "cannot be opened; give the service's user the right to write in this folder",
        "SQLITE_READONLY": "cannot be written; give the service's user the right to write the file and its folder",
        "SQLITE_FULL": "cannot be written because the disk is full; free some space and start again",
        "SQLITE_NOTADB": "is not an Earshot database; move it away, or name another data folder with EARSHOT_DATA_DIR",
        "SQLITE_CORRUPT": "is damaged; put a backup in its place, or move it away to begin anew",
        "SQLITE_IOERR": "cannot be read or written by the disk; check the disk, then start again",
    }
    for code, cure in cures.items():
        if name.startswith(code):  # SQLITE_IOERR_WRITE and its like
            return cure
    return f"cannot be opened ({name}); check the address and that the database runs"
