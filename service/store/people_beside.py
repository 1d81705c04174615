"""The store beside a running service: for commands that register people and give keys."""

from collections.abc import Callable
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import Engine, func, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from config.settings import Settings
from service.store.database import StoreError, database_url, error_name, existing_store, make_engine, migrate
from service.store.trust_tables import users

_Answer = TypeVar("_Answer")


class StoreBeside:
    """The store, used by a command. What cannot be done is a StoreError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def existing(cls, settings: Settings) -> Self:
        """As it is. Raises StoreError where there is none."""
        return cls(existing_store(settings))

    @classmethod
    def made(cls, settings: Settings) -> Self:
        """Made where there is none yet, and brought up to date. Raises StoreError."""
        url = database_url(settings)
        if url.get_backend_name() == "sqlite" and url.database:
            try:
                Path(url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            except OSError as error:
                raise StoreError(
                    f"{url.database}: cannot be made ({error.strerror}); name a folder with EARSHOT_DATA_DIR"
                ) from None
        engine = make_engine(url, settings.store.busy_ms)
        try:
            migrate(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    def do(self, work: Callable[[Engine], _Answer]) -> _Answer:
        """Ask or change. Raises StoreError, and what `work` raises of its own."""
        try:
            return work(self._engine)
        except SQLAlchemyError as error:
            raise StoreError(f"the store does not answer ({error_name(error)})") from None


def anybody(settings: Settings) -> bool:
    """Whether somebody is registered; makes nothing. Raises StoreError."""
    url = database_url(settings)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return False
    engine = make_engine(url, settings.store.busy_ms)
    try:
        if not inspect(engine).has_table(users.name):
            return False
        with engine.begin() as connection:
            return connection.execute(select(func.count()).select_from(users)).scalar_one() > 0
    finally:
        engine.dispose()
