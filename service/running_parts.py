"""The parts of a node while it runs: begun together, ended in reverse, and none of them fails unseen."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterable

import structlog

from service.faults import place_of
from service.site_server import SiteServer

_log = structlog.get_logger(__name__)


def begin(
    parts: Iterable[tuple[str, Coroutine[object, object, None]]], server: SiteServer, stop: contextlib.AsyncExitStack
) -> None:
    """Run each part until `stop` unwinds; one that fails stops the server."""
    for name, part in parts:
        stop.push_async_callback(cancelled, asyncio.create_task(_guarded(name, part, server)))


async def when_started(server: SiteServer, act: Callable[[], None]) -> None:
    """Do it as soon as the web server answers."""
    while not server.started:  # noqa: ASYNC110  # uvicorn has a flag, no event
        await asyncio.sleep(0.02)
    act()


async def cancelled(task: "asyncio.Task[None]") -> None:
    """Cancel it, and wait until it is over."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _guarded(name: str, part: Coroutine[object, object, None], server: SiteServer) -> None:
    """A part that fails takes the node down in order, so that its supervisor starts it anew; nothing runs half."""
    try:
        await part
    except Exception as error:  # noqa: BLE001  # the boundary of a part; logged, and the node stops
        _log.error("a part of the node failed", part=name, error=type(error).__name__, place=place_of(error))
        server.should_exit = True
