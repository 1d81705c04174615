"""Passwords: argon2id, one at a time off the event loop, and a bound on those who wait."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_Answer = TypeVar("_Answer")
_MOST_WAITING = 16  # each takes about 50 ms and 64 MB: what waits longer than a second is refused


class TooManyError(Exception):
    """Too many passwords are being looked at now."""


class Passwords:
    """Hashes and verifies. A name that nobody has costs as much as one that somebody has."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._thread = ThreadPoolExecutor(1, "passwords")
        self._waiting = 0
        self._nobodys = ""

    def hash_now(self, password: str) -> str:
        """At once, for commands."""
        return self._hasher.hash(password)

    async def hash(self, password: str) -> str:
        """The hash to keep. Raises TooManyError."""
        return await self._run(lambda: self._hasher.hash(password))

    async def fits(self, password: str, kept_hash: str | None) -> bool:
        """Whether it is the password; none is kept for nobody. Raises TooManyError."""
        return await self._run(lambda: self._fits(password, kept_hash))

    def is_old(self, kept_hash: str) -> bool:
        """Whether it was made with weaker settings and should be made again."""
        return self._hasher.check_needs_rehash(kept_hash)

    def close(self) -> None:
        """Let the thread go."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _fits(self, password: str, kept_hash: str | None) -> bool:
        self._nobodys = self._nobodys or self._hasher.hash("nobody's password")
        try:
            return self._hasher.verify(kept_hash or self._nobodys, password) and kept_hash is not None
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], _Answer]) -> _Answer:
        if self._waiting >= _MOST_WAITING:
            raise TooManyError
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            self._waiting -= 1
