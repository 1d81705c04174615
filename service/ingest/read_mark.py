"""How much must have come on a socket before its reader is woken: the kernel gathers, at no cost, what we would."""

import socket
from contextlib import suppress


class ReadMark:
    """One connected TCP socket's low-water mark. Its end, and what is already there, always wake the reader.

    Where a system does not know such marks the reader is woken for every packet, as without.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._bytes = 1

    def set(self, wanted_bytes: int) -> None:
        """Wake the reader from so many bytes on; 1 is at once, also for what lies there already."""
        if wanted_bytes == self._bytes:
            return
        self._bytes = wanted_bytes
        with suppress(OSError):  # closed meanwhile, or a system without marks
            self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, wanted_bytes)
