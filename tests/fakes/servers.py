"""Real servers for tests: a Redis and a PostgreSQL of their own, on loopback, on free ports, in temporary folders.

They come from the Debian packages redis-server and postgresql (scripts/system_packages). They can be killed as a
power cut would do it, and started again where they were.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis

_UP_S = 20


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        return port


class RedisServer:
    """A redis-server; `append_only` keeps what it holds over a kill, without it a kill forgets everything."""

    def __init__(self, folder: Path, *, append_only: bool = False) -> None:
        self.port = free_port()
        self._folder, self._append_only = folder, append_only
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it (again) and wait until it answers."""
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder)]
        command += ["--save", "", "--appendonly", "yes" if self._append_only else "no", "--appendfsync", "always"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with redis.Redis(port=self.port, socket_timeout=2) as client:
            until_works(lambda: client.ping(), redis.RedisError)

    def kill(self) -> None:
        """As a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class PostgresServer:
    """A PostgreSQL that asks for no password; it runs as another user where the tests run as root."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
        self._programs = found[-1].parent if found else Path(shutil.which("postgres") or "/missing").parent
        self._as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []

    def make(self) -> None:
        """The cluster's files."""
        if self._as_user:
            shutil.chown(self._folder, "postgres")
        command = [str(self._programs / "initdb"), "-D", str(self._data), "-U", "earshot", "--auth=trust", "-E", "UTF8"]
        subprocess.run([*self._as_user, *command, "--no-sync"], check=True, capture_output=True, cwd="/")

    def start(self) -> None:
        """Start it (again) and wait until it answers; after a kill it repairs itself first."""
        options = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "", "fsync": "on"}
        options |= {"max_connections": 200, "shared_buffers": "64MB"}
        command = [str(self._programs / "postgres"), "-D", str(self._data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]

        def up() -> None:
            if self._process is None or self._process.poll() is not None:  # memory of the killed one was in the way
                self._process = subprocess.Popen(
                    [*self._as_user, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
                )
            self._connect("postgres").close()

        self._process = None
        until_works(up, psycopg.Error)

    def kill(self) -> None:
        """As a power cut would: the server and everything it started."""
        os.kill(self.pid, signal.SIGKILL)  # its children end themselves when it is gone
        if self._process is not None:
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """In order, and at once."""
        if self._process is not None:
            os.kill(self.pid, signal.SIGINT)
            self._process.wait()
            self._process = None

    @property
    def pid(self) -> int:
        """Of the first of its processes, which starts all others."""
        return int((self._data / "postmaster.pid").read_text().splitlines()[0])

    def new_database(self, name: str | None = None) -> str:
        """An empty database; its address for `database_url`."""
        name = name or f"earshot_{uuid.uuid4().hex}"
        with self._connect("postgres") as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.address(name)

    def address(self, name: str) -> str:
        """Of a database that is there."""
        return f"postgresql+psycopg://earshot@127.0.0.1:{self.port}/{name}"

    def dump(self, url: str) -> bytes:
        """A backup as operations.md says."""
        command = [str(self._programs / "pg_dump"), "--format=custom", _plain(url)]
        return subprocess.run(command, check=True, capture_output=True).stdout

    def restore(self, url: str, dump: bytes) -> None:
        """The way back."""
        command = [str(self._programs / "pg_restore"), "--clean", "--if-exists", f"--dbname={_plain(url)}"]
        subprocess.run(command, check=True, capture_output=True, input=dump)

    @property
    def _data(self) -> Path:
        return self._folder / "cluster"

    def _connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        address = {"host": "127.0.0.1", "port": self.port, "user": "earshot", "dbname": database}
        return psycopg.connect(**address, autocommit=True, connect_timeout=2)  # type: ignore[arg-type]  # one dict of all


@contextmanager
def running_redis(*, append_only: bool = False) -> Iterator[RedisServer]:
    """A Redis until the block ends."""
    with tempfile.TemporaryDirectory(prefix="earshot-redis-") as folder:
        server = RedisServer(Path(folder), append_only=append_only)
        server.start()
        try:
            yield server
        finally:
            server.kill()


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL until the block ends."""
    with tempfile.TemporaryDirectory(prefix="earshot-postgres-", ignore_cleanup_errors=True) as folder:
        server = PostgresServer(Path(folder))
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _plain(url: str) -> str:
    return url.replace("+psycopg", "")


def until_works(works: Callable[[], object], failure: type[Exception] | tuple[type[Exception], ...]) -> None:
    """Try until it works. Raises its failure after some time."""
    until_s = time.monotonic() + _UP_S
    while True:
        try:
            works()
        except failure:
            if time.monotonic() > until_s:
                raise
            time.sleep(0.05)
        else:
            return
