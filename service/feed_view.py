"""How this node is fed, put together for the page of the feeds."""

from urllib.parse import urlsplit

from service.call_board import CallBoard
from service.clock import Clock
from service.control.feeds import PbxFeeds
from service.control.follower import Follower
from service.ingest.counts import IngestCounts
from service.leg_stream import LegStream
from streaming.frames import Leg
from web.feed_sources import FeedsView, LinkView, RoadView, StreamView

_BOTH = frozenset({Leg.AGENT, Leg.CUSTOMER})


class NodeFeeds:
    """Fills `web.feed_sources.Feeds`."""

    def __init__(self, node_id: str, board: CallBoard, links: PbxFeeds, counts: IngestCounts, clock: Clock) -> None:
        self._node_id, self._board, self._links = node_id, board, links
        self._counts, self._clock = counts, clock

    def feeds(self) -> FeedsView:
        """As they are now."""
        now_ms = self._clock.monotonic_ms()
        streams = [self._stream(stream, now_ms) for stream in self._board.streams()]
        legs: dict[str, set[Leg]] = {}
        for stream in streams:
            if stream.connected:
                legs.setdefault(stream.call_id, set()).add(stream.leg)
        counts = self._counts
        roads = sorted({*counts.connections, *counts.audio_ms})
        return FeedsView(
            node_id=self._node_id,
            links=[_link(follower) for follower in self._links.followers.values()],
            roads=[
                RoadView(road, counts.open_connections[road], counts.connections[road], counts.audio_ms[road])
                for road in roads
            ],
            faults={fault.value: count for fault, count in counts.faults.items() if count},
            streams=streams,
            lacking=[call_id for call_id, there in legs.items() if Leg.MIXED not in there and not there >= _BOTH],
        )

    def _stream(self, stream: LegStream, now_ms: int) -> StreamView:
        call, leg = stream.call, stream.leg
        ear, facts = call.ears.get(leg), call.record.facts()
        return StreamView(
            call_id=call.record.call_id,
            leg=leg,
            road=stream.road,
            rate_hz=stream.rate_hz,
            connected=stream.attached,
            received_ms=ear.received_ms if ear is not None else 0,
            lost_ms=ear.gaps_ms if ear is not None else 0,
            level_dbfs=ear.level_dbfs if ear is not None else -96.0,
            speaking=ear is not None and ear.speaking,
            silent_ms=max(0, now_ms - stream.heard_ms),
            tier=(call.recognitions[leg].tier if leg in call.recognitions else call.tier).value,
            agent_id=facts.agent_id,
            queue=facts.queue,
        )


def _link(follower: Follower) -> LinkView:
    feed, calls = follower.feed, follower.link.calls
    return LinkView(
        name=feed.name,
        kind=feed.kind,
        address=urlsplit(feed.url).netloc,
        linked=follower.linked,
        since=follower.since_at,
        failure=follower.failure,
        losses=follower.losses,
        calls=calls.running,
        unplaced=calls.counts.unplaced,
        endings={party.value: number for party, number in calls.counts.verdicts.items()},
        news=dict(follower.desk.counts),
        last_news_at=follower.desk.last_news_at,
    )
