"""The listening socket: a free port, and a small kernel backlog that connections inherit."""

import socket

import pytest

from web.http_door import open_http_socket


def test_connections_inherit_the_bound_on_unsent_bytes() -> None:
    with open_http_socket("127.0.0.1", 0) as door:
        door.listen()
        with socket.create_connection(door.getsockname()) as _, door.accept()[0] as served:
            assert served.getsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT) == 16_384


def test_a_taken_port_is_said() -> None:
    with open_http_socket("127.0.0.1", 0) as door:
        door.listen()
        with pytest.raises(OSError, match="in use"):
            open_http_socket("127.0.0.1", door.getsockname()[1])
