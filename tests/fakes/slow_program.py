"""A program that tells its number and then hangs, found before the real one of its name."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

HANGS = 'echo $$ > "$0.pid"; exec sleep 600'


def stands_in(folder: Path, name: str, does: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shell script in the place of a program, for as long as the test lasts."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{does}\n", encoding="ascii")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return program


async def until(holds: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)


async def pid_of(program: Path) -> int:
    """Of one that hangs, when it does."""
    said = program.with_name(f"{program.name}.pid")
    await until(lambda: said.is_file() and said.read_text(encoding="ascii").endswith("\n"))
    return int(said.read_text(encoding="ascii"))


def gone(pid: int) -> bool:
    """Whether it runs no more; where nobody asks for its end, its number stays (Z, proc(5))."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True
