"""The bus of a node that works alone: there is nobody to tell and nobody to ask."""

import asyncio
from collections.abc import Sequence

from service.bus.bus import Answer, BusStatus, Ears, NoAnswerError
from web.sources import AlertChange


class Alone:
    """Fills `Bus` in process."""

    def __init__(self, node_id: str) -> None:
        self.node_id = node_id

    async def run(self, ears: Ears, answer: Answer) -> None:
        """Nothing comes, until cancelled."""
        await asyncio.Event().wait()

    def announce(self, change: AlertChange, after: int) -> None:
        """Everybody who is to know is on this node."""

    def is_followed(self, topic: str) -> bool:
        """By nobody else."""
        return False

    def tell(self, topic: str, body: bytes) -> None:
        """Nobody listens."""

    def follow(self, topics: frozenset[str]) -> None:
        """There is nobody to tell it."""

    async def claim(self, call_id: str) -> str:
        """Every call is ours."""
        return self.node_id

    async def owner(self, call_id: str) -> str | None:
        """No other node has it."""
        return None

    async def lost(self, call_ids: Sequence[str]) -> list[str]:
        """There is no node that could lose them."""
        return []

    def hold(self, call_ids: frozenset[str]) -> None:
        """Nobody disputes them."""

    async def forget_changes(self) -> None:
        """Nothing is kept."""

    async def release(self, call_ids: Sequence[str]) -> None:
        """Nobody waits for them."""

    def others(self) -> frozenset[str]:
        """Nobody."""
        return frozenset()

    def post(self, node_id: str, topic: str, body: bytes) -> None:
        """Nobody is there."""

    async def ask(self, node_id: str, question: bytes, within_s: float | None = None) -> bytes:
        """There is no other node."""
        raise NoAnswerError

    async def offer(self, order_id: str, for_s: float) -> None:
        """There is nobody to take it."""
        raise NoAnswerError

    async def take(self, order_id: str) -> bool:
        """Nothing is offered."""
        return False

    @property
    def status(self) -> BusStatus:
        """Always well."""
        return BusStatus()
