"""Servers that several tests of the service share: each starts once, when the first test asks for it."""

from collections.abc import Iterator

import pytest

from tests.fakes.servers import PostgresServer, RedisServer, running_postgres, running_redis


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server
