"""What the board of calls needs of the store."""

from typing import Protocol

from web.sources import CallState, CallView


class StoredCalls(Protocol):
    """Calls as they were stored last."""

    def save_call(self, call: CallView) -> None:
        """Keep the newest state of a call; never waits."""
        ...

    async def calls(self, state: CallState | None, queue: str | None, limit: int, before: str | None) -> list[CallView]:
        """Calls as last stored, newest first."""
        ...

    async def call(self, call_id: str) -> CallView | None:
        """One call as last stored."""
        ...
