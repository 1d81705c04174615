"""Waits for the first of several things."""

import asyncio


async def first_of(*events: asyncio.Event, within_s: float | None = None) -> None:
    """Until one of them is set, or the time is over."""
    if any(event.is_set() for event in events):
        return
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
