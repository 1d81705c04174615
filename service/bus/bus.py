"""What nodes are to each other, whatever carries it: fresh news of calls, questions, and who hears which call."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from web.sources import AlertChange

Answer = Callable[[bytes], Awaitable[bytes]]
"""Answers a question of another node; what it raises is told the asker as a failure."""


class NoAnswerError(Exception):
    """The other node is gone, or did not answer in time."""


@dataclass(frozen=True, slots=True)
class BusStatus:
    """How the bus is: why it carries nothing now (None: it does), and what was lost since the start."""

    failing: str | None = None
    failures: int = 0
    dropped: int = 0
    waiting: int = 0


class Ears(Protocol):
    """Who takes what comes from other nodes. No method waits or raises."""

    def changed(self, change: AlertChange, after: int) -> None:
        """A stored change of an alert, made by another node."""
        ...

    def told(self, topic: str, body: bytes) -> None:
        """News of a topic this node follows."""
        ...

    def reachable(self, reachable: bool) -> None:
        """The bus carries again, or no more."""
        ...


class Bus(Protocol):
    """One interface, two engines: `Alone` and `RedisBus`. What is `async` waits; nothing else does."""

    node_id: str

    async def run(self, ears: Ears, answer: Answer) -> None:
        """Carry until cancelled."""
        ...

    def announce(self, change: AlertChange, after: int) -> None:
        """A change is stored: tell the other nodes."""
        ...

    def is_followed(self, topic: str) -> bool:
        """Whether people on another node follow the topic now."""
        ...

    def tell(self, topic: str, body: bytes) -> None:
        """News of a topic, for the nodes that follow it."""
        ...

    def follow(self, topics: frozenset[str]) -> None:
        """All topics that people on this node follow from now on."""
        ...

    async def claim(self, call_id: str) -> str:
        """Take the call, or learn which node has it. Where nobody can be asked, the call is ours."""
        ...

    async def owner(self, call_id: str) -> str | None:
        """The node that hears the call now; None when none does, or nobody can be asked."""
        ...

    async def lost(self, call_ids: Sequence[str]) -> list[str]:
        """Those of the calls that no node hears now; none while nobody can be asked."""
        ...

    def hold(self, call_ids: frozenset[str]) -> None:
        """All calls this node hears: their leases are renewed until it hears them no more."""
        ...

    async def forget_changes(self) -> None:
        """What was announced is not to be found on the bus any more; who has not heard it asks the store."""
        ...

    async def release(self, call_ids: Sequence[str]) -> None:
        """Other nodes may have these calls at once."""
        ...

    def others(self) -> frozenset[str]:
        """The other nodes that have been heard of lately."""
        ...

    def post(self, node_id: str, topic: str, body: bytes) -> None:
        """News for one node alone, whether or not it is there."""
        ...

    async def ask(self, node_id: str, question: bytes, within_s: float | None = None) -> bytes:
        """Another node's answer within the time (None: `bus.answer_s`). Raises NoAnswerError."""
        ...

    async def offer(self, order_id: str, for_s: float) -> None:
        """An order that one node may take within the time; nobody can after it. Raises NoAnswerError."""
        ...

    async def take(self, order_id: str) -> bool:
        """Whether the order is ours: to be carried out, or, by who offered it, to be taken back. True exactly once."""
        ...

    @property
    def status(self) -> BusStatus:
        """For health and metrics."""
        ...
