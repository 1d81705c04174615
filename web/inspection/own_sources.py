"""What web/ needs for the agent's own page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from alerts.alert import Alert
from web.desk_sources import AgentTip


@dataclass(frozen=True, slots=True)
class Hearing:
    """That somebody heard a stretch of a call: by which act of the ledger, and when it began."""

    act: str
    call_id: str
    at: datetime
    from_ms: int
    to_ms: int


class OwnSource(Protocol):
    """Tips, hearings and findings. What asks the database raises StoreUnavailableError."""

    @property
    def hearing_shown(self) -> bool:
        """Whether the house shows agents when they were heard."""
        ...

    @property
    def appeal_within_days(self) -> float:
        """How long after its closing a score may be appealed against."""
        ...

    def tips(self, agent_id: str, since: datetime | None) -> Sequence[AgentTip]:
        """What the agent was advised after `since`, the oldest first."""
        ...

    async def hearings(self, agent_id: str, limit: int) -> Sequence[Hearing]:
        """When others heard the agent's calls, newest first."""
        ...

    async def finding(self, alert_id: str) -> Alert | None:
        """An alert in its newest version; None where it is no longer kept."""
        ...

    async def clip(self, alert_id: str) -> bytes | None:
        """Its sound as WAV; None where none is kept."""
        ...
