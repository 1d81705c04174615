"""A new database of each kind, with its tables."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from config.settings import Settings
from service.store.database import database_url, make_engine, migrate
from tests.fakes.servers import PostgresServer


@pytest.fixture(params=["sqlite", "postgresql"])
def either_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    settings = Settings(data_dir=tmp_path)
    if request.param == "postgresql":
        postgres: PostgresServer = request.getfixturevalue("postgres")
        settings = Settings(database_url=SecretStr(postgres.new_database()))
    opened = make_engine(database_url(settings), 1_000)
    migrate(opened)
    yield opened
    opened.dispose()
