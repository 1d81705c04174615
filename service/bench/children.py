"""Processes that are born on chosen cores: their threads inherit it, which setting it afterwards would not give."""

import asyncio
import os
from collections.abc import Set


async def child_process(
    command: list[str],
    on_cores: Set[int] | None,
    *,
    with_input: bool = False,
    with_errors: bool = False,
    longest_line: int = 1 << 20,
) -> asyncio.subprocess.Process:
    """Start it with its output as a pipe (input and errors too where asked). None: on the cores we have ourselves."""
    own_cores = os.sched_getaffinity(0)
    if on_cores:
        os.sched_setaffinity(0, on_cores)
    try:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE if with_input else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE if with_errors else None,
            limit=longest_line,
        )
    finally:
        os.sched_setaffinity(0, own_cores)
