"""The web server of a node: how it is set up, and what a signal does to it."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn

from config.settings import Settings
from service.bounded_http import BoundedHttp
from service.drain import Drain

_STOP_S = 5  # open requests and sockets get this long at the stop


class SiteServer(uvicorn.Server):
    """Drains at the first SIGTERM, stops at any other signal; the process lives on for what is to be written."""

    def __init__(self, config: uvicorn.Config, drain: Callable[[], None]) -> None:
        super().__init__(config)
        self._drain, self._loop = drain, asyncio.get_running_loop()
        self._drains = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal came, in the middle of anything."""
        if sig == signal.SIGTERM and not self._drains:
            self._drains = True
            self._loop.call_soon_threadsafe(self._drain)
        else:
            super().handle_exit(sig, frame)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn does, without raising the signal once more at the end: that would kill us in mid-sentence."""
        with super().capture_signals():
            try:
                yield
            finally:
                self._captured_signals.clear()


async def stopping(drain: Drain, server: uvicorn.Server) -> None:
    """Stop the server when the node is drained."""
    await drain.run()
    server.should_exit = True


def uvicorn_config(settings: Settings, app: object, bounds: BoundedHttp) -> uvicorn.Config:
    """Nothing is logged or compressed by the server itself."""
    password = settings.tls.key_password
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # uvicorn's own alias for an ASGI app is narrower than FastAPI's
        log_config=None,
        access_log=False,  # it would write paths with call ids and, for sockets, query strings
        http=bounds.protocol(),
        forwarded_allow_ips=list(settings.trust.proxies),
        ws_per_message_deflate=False,  # audio and small JSON gain nothing (web.md §1.1)
        ws_max_size=settings.ingest.longest_message_bytes,
        timeout_graceful_shutdown=_STOP_S,
        lifespan="off",
        ssl_certfile=settings.tls.certificate,
        ssl_keyfile=settings.tls.key,
        ssl_keyfile_password=None if password is None else password.get_secret_value(),
    )
