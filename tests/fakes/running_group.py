"""A recognition group that runs while a test lasts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from service.recognition.group import RecognitionGroup


@asynccontextmanager
async def running_group(group: RecognitionGroup, ready_s: float = 30) -> AsyncIterator[RecognitionGroup]:
    """Ready within so long, stopped at the end of the block."""
    running = asyncio.create_task(group.run())
    try:
        async with asyncio.timeout(ready_s):
            await group.wait_ready()
        yield group
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
