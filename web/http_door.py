"""The listening socket of the site, with a small kernel backlog so that a slow listener hears what is live."""

import socket

# web.md §1.5: without it a stuck listener piles up 61 s of stale sound before a send waits, with it 2.3 s
_NOTSENT_BYTES = 16_384


def open_http_socket(host: str, port: int) -> socket.socket:
    """Bound and listening-ready; port 0 picks a free one. Connections inherit the bound on unsent bytes.

    Raises OSError when the address is taken or not ours.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    door = socket.socket(family, socket.SOCK_STREAM)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):
            door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _NOTSENT_BYTES)
        door.bind(address)
    except OSError:
        door.close()
        raise
    return door
