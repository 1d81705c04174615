"""A socket's low-water mark on a real TCP connection: when its reader is woken, and that nothing is left lying."""

import select
import socket
from collections.abc import Iterator

import pytest

from service.ingest.read_mark import ReadMark

_Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[_Pair]:
    """The sender's side and the reader's."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname()) as sender,
        listening.accept()[0] as reader,
    ):
        yield sender, reader


def _wakes(reader: socket.socket, within_s: float = 0.05) -> bool:
    return bool(select.select([reader], [], [], within_s)[0])


def test_less_than_the_mark_wakes_nobody_and_the_mark_does(pair: _Pair) -> None:
    sender, reader = pair
    ReadMark(reader).set(1_000)
    sender.sendall(bytes(999))
    assert not _wakes(reader)
    sender.sendall(bytes(1))
    assert _wakes(reader, 5.0)
    assert len(reader.recv(4_096)) == 1_000


def test_what_lies_there_wakes_as_soon_as_the_mark_is_low(pair: _Pair) -> None:
    sender, reader = pair
    mark = ReadMark(reader)
    mark.set(1_000)
    sender.sendall(bytes(10))
    assert not _wakes(reader)
    mark.set(1)
    assert _wakes(reader, 5.0)


def test_the_end_wakes_whatever_the_mark(pair: _Pair) -> None:
    sender, reader = pair
    ReadMark(reader).set(1_000)
    sender.sendall(bytes(10))
    sender.shutdown(socket.SHUT_WR)
    assert _wakes(reader, 5.0)
    assert (reader.recv(4_096), reader.recv(4_096)) == (bytes(10), b"")


def test_a_closed_socket_is_let_be(pair: _Pair) -> None:
    _, reader = pair
    mark = ReadMark(reader)
    reader.close()
    mark.set(1_000)
