"""Erasing one person's calls: whose, what came of it, and who does it (a Protocol that service/ fills)."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Person:
    """Whose calls: exactly one is given. A customer by the number as it was announced, or by its SHA-256."""

    customer_number: str | None = None
    customer_sha256: str | None = None
    agent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Erased:
    """What is gone. `still_running` calls are not over: erase again when they are."""

    calls: int
    rows: int
    files: int
    still_running: int


class Erasure(Protocol):
    """Deletes for good."""

    async def erase(self, person: Person) -> Erased:
        """Rows, clips and recordings of every call that is over. Raises StoreUnavailableError, OSError."""
        ...
