"""What console and listen sockets share: close codes, closing, and what was wrong with a message."""

import asyncio
from collections.abc import Coroutine

import structlog
from fastapi import WebSocket, WebSocketDisconnect
from pydantic import ValidationError

_log = structlog.get_logger(__name__)
LONGEST_TEXT = 65_536  # characters of a message from a page; a hello with 50 topics is far below
POLICY_VIOLATION, SERVICE_RESTART, TRY_AGAIN_LATER = 1008, 1012, 1013


async def close(websocket: WebSocket, code: int, reason: str) -> None:
    """Close, though the other side may take nothing any more."""
    try:
        async with asyncio.timeout(1):
            await websocket.close(code, reason)
    except (TimeoutError, RuntimeError, WebSocketDisconnect):
        _log.info("A socket was gone before it was closed")


async def receive(websocket: WebSocket) -> str:
    """The next text message. Raises ValueError for a binary or oversized one, WebSocketDisconnect at the end."""
    try:
        text = await websocket.receive_text()
    except KeyError:
        raise ValueError("a text message is expected") from None
    except RuntimeError:  # we have closed it ourselves meanwhile
        raise WebSocketDisconnect(1006) from None
    if len(text) > LONGEST_TEXT:
        raise ValueError("the message is too long")
    return text


async def until_first_ends(*jobs: Coroutine[None, None, None]) -> None:
    """Run the jobs until one of them ends, cancel the others, raise what it raised."""
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


def fault_of(error: Exception) -> str:
    """One line for the other side: which fields are wrong and why."""
    match error:
        case ValidationError():
            faults = [f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()]
            return "; ".join(faults)
        case TimeoutError():
            return "no hello in time"
        case _:
            return str(error)
