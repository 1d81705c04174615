"""What one socket feeds: a leg, or both legs of a call when it is stereo."""

from collections.abc import Callable

from service.call_board import CallBoard
from service.leg_stream import LegStream, StreamTakenError
from streaming.frames import Leg, Party
from streaming.wire.events import AudioReceived
from web.sources import CallEventType

_SIDES = {
    "agent": (Leg.AGENT,),
    "customer": (Leg.CUSTOMER,),
    "mixed": (Leg.MIXED,),
    "stereo": (Leg.AGENT, Leg.CUSTOMER),
}


class UnknownLegError(Exception):
    """The address names no leg."""


class SideStreams:
    """The streams of one socket by channel."""

    def __init__(self, streams: tuple[LegStream, ...]) -> None:
        self._streams = streams
        self.channels = len(streams)
        self.call_id = streams[0].call.record.call_id
        self.legs = tuple(stream.leg for stream in streams)

    @property
    def taken_over(self) -> bool:
        """Whether another socket holds a leg now."""
        return any(stream.taken_over for stream in self._streams)

    @property
    def left(self) -> bool:
        """Whether this node has let the call go."""
        return any(stream.left for stream in self._streams)

    def when_left(self, act: Callable[[], None]) -> None:
        """Call this when the node has let the call go and the socket is to be closed."""
        for stream in self._streams:
            stream.when_left = act

    def come_by(self, road: str) -> None:
        """By which door they come."""
        for stream in self._streams:
            stream.road = road

    def hear(self, audio: AudioReceived) -> None:
        """Audio of one channel."""
        self._streams[audio.channel].hear(audio)

    def lost(self, channel: int, length_ms: int, *, unsent: bool = False) -> None:
        """The sender says that this much of a channel did not come, or (`unsent`) was never sent."""
        if channel < self.channels:
            self._streams[channel].lost(length_ms, unsent=unsent)

    def pause(self, paused: bool) -> None:
        """The sender pauses or resumes the media of the whole call."""
        self._streams[0].report(CallEventType.PAUSE if paused else CallEventType.RESUME)

    def digit(self) -> None:
        """Somebody pressed a key."""
        self._streams[0].report(CallEventType.DTMF)

    def flush(self) -> None:
        """The sender wants the words of what it has sent."""
        for stream in self._streams:
            stream.flush()

    def end(self, explicit: bool, party: str | None = None) -> None:
        """The socket is over; what ended once does not end again."""
        for number, stream in enumerate(self._streams):
            last = number == len(self._streams) - 1
            stream.end(explicit, Party(party) if party is not None and last else None)


def claim_sides(board: CallBoard, call_id: str, leg: str, left: Leg = Leg.AGENT) -> SideStreams:
    """The legs an address names; `left` is on channel 0 of a stereo stream.

    Raises UnknownLegError, StreamTakenError, NodeFullError.
    """
    if leg not in _SIDES:
        raise UnknownLegError
    claimed: list[LegStream] = []
    try:
        for side in sorted(_SIDES[leg], key=lambda each: each is not left):
            claimed.append(board.claim_leg(call_id, side))  # noqa: PERF401  # what was claimed before a refusal is let go
    except StreamTakenError:
        for stream in claimed:
            stream.end(explicit=False)
        raise
    return SideStreams(tuple(claimed))
