"""What the page of what is kept shows, and the deletion of one call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class KeptView:
    """One kind of what is kept: entries or files, and when they go (`days` 0: never). `bytes` None: in the database."""

    kind: str
    setting: str
    days: int
    count: int
    oldest_at: datetime | None
    bytes: int | None
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class KeepingView:
    """Everything that is kept, the size of the database, and what has been deleted since the start."""

    kinds: Sequence[KeptView]
    database_bytes: int
    sweep_s: float
    deleted_entries: int
    deleted_files: int


class CallRunsError(Exception):
    """A call that is not over cannot be deleted."""


class Keeping(Protocol):
    """Knows what is kept, and forgets. All raise StoreUnavailableError."""

    async def kept(self) -> KeepingView:
        """What is kept now."""
        ...

    async def forget(self, call_id: str) -> Mapping[str, int]:
        """Delete a call and everything that belongs to it for good; answers how many entries and files of each kind.

        Raises UnknownCallError, CallRunsError.
        """
        ...
