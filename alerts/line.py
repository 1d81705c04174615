"""What of a call can be judged just now: who is connected, and since when nothing was on hold, muted, lost or over."""

from streaming.frames import Leg
from streaming.observations import (
    CallAnswered,
    CallOver,
    CallTransferred,
    GapHeard,
    HangUpReported,
    HoldChanged,
    LegEnded,
    LegResumed,
    LegStalled,
    LevelHeard,
    MusicEnded,
    MusicStarted,
    MuteChanged,
    Observation,
    SpeechEnded,
    SpeechStarted,
)

_UNKNOWN_AFTER_MS = 300  # api.md, Call time: a gap up to this long is bridged, a longer one makes the time unknown
_BOTH = frozenset((Leg.AGENT, Leg.CUSTOMER))


class Line:
    """The state of the line by which rules abstain. Feed it everything but repeated levels and voice."""

    def __init__(self) -> None:
        self.from_ms = 0  # nothing before this may be judged together with what comes after
        self.lost_ms = 0  # when the line was last lost from sight
        self.on_hold = False
        self.over = False
        self._seen: set[Leg] = set()
        self._muted: set[Leg] = set()
        self._music: set[Leg] = set()
        self._stalled: set[Leg] = set()
        self._ended: set[Leg] = set()

    @property
    def two_parties(self) -> bool:
        """Both parties have been heard, each on a leg of its own."""
        return self._seen >= _BOTH and Leg.MIXED not in self._seen

    @property
    def whole(self) -> bool:
        """Nobody can speak unheard: both legs, or one that holds both parties."""
        return self._seen >= _BOTH or Leg.MIXED in self._seen

    @property
    def clear(self) -> bool:
        """Nothing hides the call now: no hold, no mute, no music (a hold that nobody reports), no lost or ended leg."""
        return not (self.over or self.on_hold or self._muted or self._music or self._stalled or self._ended)

    def feed(self, observation: Observation) -> None:
        """Take what was heard or reported."""
        match observation:
            case LevelHeard(leg=leg, start_ms=at_ms) | SpeechStarted(leg=leg, start_ms=at_ms):
                self._hear(leg, at_ms)
            case SpeechEnded(leg=leg, start_ms=at_ms):
                self._hear(leg, at_ms)
            case HoldChanged(on_hold=on_hold, at_ms=at_ms):
                self.on_hold = on_hold
                self._lose(at_ms, at_ms)
            case MuteChanged(leg=leg, muted=muted, at_ms=at_ms):
                (self._muted.add if muted else self._muted.discard)(leg)
                self._lose(at_ms, at_ms)
            case MusicStarted(leg=leg, start_ms=start_ms):
                self._music.add(leg)
                self._lose(start_ms, start_ms)
            case MusicEnded(leg=leg, at_ms=at_ms):
                self._music.discard(leg)
                self._lose(at_ms, at_ms)
            case GapHeard(start_ms=start_ms, end_ms=end_ms):
                if end_ms - start_ms > _UNKNOWN_AFTER_MS:
                    self._lose(start_ms, end_ms)
            case LegStalled(leg=leg, at_ms=at_ms):
                self._stalled.add(leg)
                self._lose(at_ms, at_ms)
            case LegResumed(leg=leg, at_ms=at_ms):
                self._stalled.discard(leg)
                self._ended.discard(leg)
                self.over = False
                self._lose(at_ms, at_ms)
            case LegEnded(leg=leg, at_ms=at_ms):
                self._ended.add(leg)
                self._lose(at_ms, at_ms)
            case CallAnswered(at_ms=at_ms) | CallTransferred(at_ms=at_ms):
                self._lose(at_ms, at_ms)
            case CallOver(at_ms=at_ms) | HangUpReported(at_ms=at_ms):
                self.over = True
                self._lose(at_ms, at_ms)
            case _:
                pass

    def _hear(self, leg: Leg, at_ms: int) -> None:
        if leg in self._seen and leg not in self._ended:
            return
        self._seen.add(leg)
        self._ended.discard(leg)
        self._lose(at_ms, at_ms)

    def _lose(self, lost_ms: int, again_ms: int) -> None:
        self.lost_ms = lost_ms
        self.from_ms = max(self.from_ms, again_ms)
