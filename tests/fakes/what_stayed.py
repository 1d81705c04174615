"""Everything that a service may have left behind: in Redis, on its way there, in a database, in files."""

import json
import re
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import redis
from psycopg import sql

_SOUND = (".flac", ".part")
_HEAD_BYTES = 8_192


def readable(text: str) -> str:
    """With the letters that JSON has escaped: a word is found in it however it was written."""
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)


@contextmanager
def redis_watched(port: int) -> Iterator[Callable[[], str]]:
    """Yields what tells all commands that have reached this Redis in the block, whoever sent them."""
    said = bytearray()
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(b"MONITOR\r\n")
        assert line.recv(5) == b"+OK\r\n"

        def listen() -> None:
            with suppress(OSError):
                while block := line.recv(65_536):
                    said.extend(block)

        listening = threading.Thread(target=listen)
        listening.start()
        try:
            yield lambda: readable(_bytes_of(bytes(said)).decode(errors="replace"))
        finally:
            with suppress(OSError):  # the server has gone before
                line.shutdown(socket.SHUT_RDWR)
            listening.join()


def _bytes_of(monitored: bytes) -> bytes:
    """The bytes that Redis shows as letters and escapes."""
    return monitored.decode("unicode_escape", "replace").encode("latin-1", "replace")


def in_redis(port: int) -> Iterator[tuple[str, str]]:
    """Each key with all that it holds."""
    with redis.Redis(port=port) as client:
        for key in client.keys("*"):
            yield _plain(key), readable(_plain(_held(client, key)))


def _held(client: "redis.Redis", key: bytes) -> object:
    match client.type(key):
        case b"string":
            return client.get(key)
        case b"stream":
            return client.xrange(key)
        case b"hash":
            return client.hgetall(key)
        case b"set":
            return client.smembers(key)
        case b"zset":
            return client.zrange(key, 0, -1)
        case _:
            return client.dump(key)


def _plain(held: object) -> str:
    match held:
        case bytes():
            return held.decode(errors="replace")
        case dict():
            return _plain(list(held.items()))
        case list() | tuple() | set():
            return "\n".join(map(_plain, held))
        case _:
            return str(held)


def in_database(address: str) -> Iterator[str]:
    """Every cell of every table, what is compressed too."""
    with psycopg.connect(address.replace("+psycopg", "")) as database:
        tables = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (name,) in tables:
            for row in database.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name))):
                yield from (readable(_text(cell)) for cell in row)


def _text(cell: object) -> str:
    if isinstance(cell, bytes):
        with suppress(zlib.error):
            cell = zlib.decompress(cell)
        return cell.decode(errors="replace")
    return json.dumps(cell, ensure_ascii=False) if isinstance(cell, dict | list) else str(cell)


def in_files(folder: Path) -> Iterator[str]:
    """Names and contents of all files; of sound files what may be written before the samples."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.name
            content = path.read_bytes()
            yield readable(content[: _HEAD_BYTES if path.suffix in _SOUND else None].decode(errors="replace"))
