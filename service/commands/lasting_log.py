"""The log of a service that goes on when nobody takes the log any more."""

import contextlib
import threading
from typing import TextIO


class LastingLog:
    """Writes a line per event, as structlog's own PrintLogger does; a line that cannot be written is lost, and no more.

    The reader of the log may end before the service does (a pipe is closed, a disk is full): a call must not notice,
    and a stop must come to its end.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._alone = stream, threading.Lock()

    def msg(self, message: str) -> None:
        """Write one line."""
        with self._alone, contextlib.suppress(OSError, ValueError):  # ValueError: it is closed on our side
            self._stream.write(message + "\n")
            self._stream.flush()

    debug = info = warning = error = critical = fatal = failure = exception = log = msg
