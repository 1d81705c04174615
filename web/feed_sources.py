"""What the page of the feeds shows: links to PBXes, doors for audio, and every stream that comes in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from streaming.frames import Leg


@dataclass(frozen=True, slots=True)
class LinkView:
    """A PBX whose events are followed. `failure`: why it is not linked now, or was not the last time."""

    name: str
    kind: str
    address: str
    linked: bool
    since: datetime | None
    failure: str | None
    losses: int
    calls: int
    unplaced: int
    endings: Mapping[str, int]
    news: Mapping[str, int]
    last_news_at: datetime | None


@dataclass(frozen=True, slots=True)
class RoadView:
    """A door for audio since the start."""

    road: str
    open: int
    connections: int
    audio_ms: int


@dataclass(frozen=True, slots=True)
class StreamView:
    """One leg of a running call and how its audio comes. `silent_ms`: since the last packet, by the clock."""

    call_id: str
    leg: Leg
    road: str
    rate_hz: int
    connected: bool
    received_ms: int
    lost_ms: int
    level_dbfs: float
    speaking: bool
    silent_ms: int
    tier: str
    agent_id: str | None
    queue: str | None

    @property
    def lost_ratio(self) -> float:
        """Share of the leg's time that never came."""
        whole_ms = self.received_ms + self.lost_ms
        return self.lost_ms / whole_ms if whole_ms else 0.0


@dataclass(frozen=True, slots=True)
class FeedsView:
    """Everything that this node is fed with."""

    node_id: str
    links: Sequence[LinkView]
    roads: Sequence[RoadView]
    faults: Mapping[str, int]
    streams: Sequence[StreamView]
    lacking: Sequence[str]  # running calls of which a leg is missing


class Feeds(Protocol):
    """Looks at them."""

    def feeds(self) -> FeedsView:
        """As they are now."""
        ...
