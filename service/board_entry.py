"""One call on the board: what is known of it, its streams, and how it is shown and compared."""

from dataclasses import dataclass, field
from datetime import datetime

from service.call_record import CallRecord
from service.call_view import view_of, view_of_announced
from service.leg_stream import LegStream
from service.live_call import LiveCall
from streaming.frames import Leg
from web.sources import Announcement, CallView


@dataclass(slots=True)
class BoardEntry:
    """A call, its streams, and its sockets."""

    record: CallRecord
    stream_ids: dict[Leg, str]
    known_ms: int
    call: LiveCall | None = None
    streams: dict[Leg, LegStream] = field(default_factory=dict)
    gone_ms: int | None = None


@dataclass(slots=True)
class BoardCounts:
    """What happened at the doors since the start, for the metrics."""

    announced: int = 0
    refused_full: int = 0
    failed_calls: int = 0
    takeovers: int = 0


def view_of_entry(entry: BoardEntry) -> CallView:
    """The call as it stands."""
    return view_of(entry.call) if entry.call is not None else view_of_announced(entry.record)


def differing_fields(known: Announcement, said: Announcement) -> list[str]:
    """Names of the fields in which a second announcement contradicts the first."""
    return [name for name in Announcement.__slots__ if getattr(known, name) != getattr(said, name)]


def newest_first(view: CallView) -> tuple[datetime, str]:
    """The key of lists of calls."""
    return view.started_at, view.call_id
