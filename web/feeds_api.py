"""REST of the feeds: is every PBX linked, does audio of both legs come, how much of it is lost."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from streaming.frames import Leg
from web.feed_sources import Feeds, StreamView
from web.stamps import Stamp


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class LinkBody(_Body):
    """A PBX whose events are followed."""

    name: str
    kind: str
    address: str
    linked: bool
    since: Stamp | None = Field(description="Since when it is linked, or is not.")
    failure: str | None = Field(description="Why it is not linked, or was not the last time.")
    losses: int
    calls: int
    unplaced: int = Field(description="Conversations of two people of whom none is known to be an agent.")
    endings: dict[str, int] = Field(description="Calls by who ended them.")
    news: dict[str, int] = Field(description="What it told, by what became of it.")
    last_news_at: Stamp | None


class RoadBody(_Body):
    """A door for audio since the start."""

    road: str
    open: int
    connections: int
    audio_ms: int


class StreamBody(_Body):
    """One leg of a running call and how its audio comes."""

    call_id: str
    leg: Leg
    road: str
    rate_hz: int
    connected: bool
    received_ms: int
    lost_ms: int
    lost_ratio: float
    level_dbfs: float
    speaking: bool
    silent_ms: int = Field(description="Since its last packet, by the clock.")
    tier: str
    agent_id: str | None
    queue: str | None


class FeedsBody(_Body):
    """Everything that the answering node is fed with."""

    node_id: str
    links: list[LinkBody]
    roads: list[RoadBody]
    faults: dict[str, int] = Field(description="Malformed input by its name.")
    streams: list[StreamBody]
    lacking: list[str] = Field(description="Running calls of which a leg is missing.")


def feeds_router(feeds: Feeds) -> APIRouter:
    """The route of the feeds."""
    router = APIRouter(prefix="/api/v1", tags=["operations"])

    @router.get("/feeds")
    async def get_feeds() -> FeedsBody:
        """Links to PBXes, doors for audio, and the streams of running calls, of the node that answers."""
        view = feeds.feeds()
        return FeedsBody(
            node_id=view.node_id,
            links=[LinkBody.model_validate(link) for link in view.links],
            roads=[RoadBody.model_validate(road) for road in view.roads],
            faults=dict(view.faults),
            streams=[_stream_body(stream) for stream in view.streams],
            lacking=list(view.lacking),
        )

    return router


def _stream_body(stream: StreamView) -> StreamBody:
    body = StreamBody.model_validate(stream)
    return body.model_copy(
        update={"lost_ratio": round(stream.lost_ratio, 5), "level_dbfs": round(stream.level_dbfs, 1)}
    )
