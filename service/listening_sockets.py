"""Where a node listens: its sockets, bound before anything else, and how they are told to others."""

import socket
from collections.abc import Callable
from dataclasses import dataclass

from config.dialects import DialectSettings
from config.settings import Settings


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the node listens."""

    http_url: str
    audiosocket_host: str
    audiosocket_port: int
    vosk_port: int | None = None
    first_link: str | None = None  # makes the first admin, while nobody is registered


def listening(bound: Callable[[str, int], socket.socket], host: str, port: int) -> socket.socket:
    """A listening socket; raises OSError naming the address when it is taken."""
    try:
        door = bound(host, port)
    except OSError as error:
        raise OSError(error.errno, f"cannot listen on {host}:{port}: {error.strerror}") from None
    door.listen(1024)
    door.setblocking(False)
    return door


def tcp_socket(host: str, port: int) -> socket.socket:
    """A socket of TCP, over IPv6 where the address is one. Raises OSError."""
    return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)


def vosk_socket(dialects: DialectSettings) -> socket.socket | None:
    """The port of vosk-server's clients, where one is wanted. Raises OSError."""
    return listening(tcp_socket, dialects.vosk_host, dialects.vosk_port) if dialects.vosk_port is not None else None


def ports_of(settings: Settings, http: socket.socket, audiosocket: socket.socket, vosk: socket.socket | None) -> Ports:
    """What the bound sockets are told as."""
    host = f"[{settings.http_host}]" if ":" in settings.http_host else settings.http_host
    return Ports(
        http_url=f"{'http' if settings.tls.certificate is None else 'https'}://{host}:{http.getsockname()[1]}",
        audiosocket_host=settings.audiosocket_host,
        audiosocket_port=audiosocket.getsockname()[1],
        vosk_port=vosk.getsockname()[1] if vosk is not None else None,
    )
