"""How far both legs of a call have been heard: the one `now` that rules may use."""

from collections.abc import Iterable, Mapping

from config.hearing import HearingSettings
from streaming.frames import AudioFrame, Leg
from streaming.observations import GapHeard, LegEnded, LegResumed, LegStalled, LevelHeard, Observation

_PARTIES = (Leg.AGENT, Leg.CUSTOMER)
_MOVING = (GapHeard, LegEnded, LegResumed, LegStalled)


class CallClock:
    """Fed with what the legs give out, in any order between them; `now_ms` never goes back.

    It stands where the leg that is furthest behind has been heard. A leg that has stalled or ended does not hold it
    back, until audio comes again; nor does one that has never come, once the other has been heard for
    `unknown_after_ms`. A mixed leg drives it alone.
    """

    def __init__(self, settings: HearingSettings | None = None) -> None:
        """Without settings the defaults hold."""
        self._grace_ms = (settings or HearingSettings()).unknown_after_ms
        self._heard_ms: dict[Leg, int] = {}
        self._first_ms: dict[Leg, int] = {}
        self._away: set[Leg] = set()
        self._now_ms = 0

    @property
    def now_ms(self) -> int:
        """Call milliseconds."""
        return self._now_ms

    def resume(self, heard_ms: Mapping[Leg, int], now_ms: int) -> None:
        """Go on where another clock has stood: how far each leg was heard. Before anything is fed."""
        self._heard_ms.update(heard_ms)
        self._first_ms.update(dict.fromkeys(heard_ms, 0))
        self._now_ms = now_ms

    def follow(self, heard: Iterable[AudioFrame | Observation]) -> None:
        """All that one leg's ear gave out at once: as `feed` of each, at the price of a few."""
        newest: LevelHeard | None = None
        for item in heard:
            if isinstance(item, LevelHeard):
                if newest is None:
                    self.feed(item)  # it may be the leg's first
                newest = item
            elif isinstance(item, _MOVING):
                if newest is not None:
                    self.feed(newest)
                newest = None
                self.feed(item)
        if newest is not None:
            self.feed(newest)

    def feed(self, heard: AudioFrame | Observation) -> int:
        """One frame or observation of any leg; others than those about hearing are ignored. Gives `now_ms`."""
        match heard:
            case (
                LevelHeard(leg=leg, start_ms=start_ms, end_ms=end_ms)
                | GapHeard(leg=leg, start_ms=start_ms, end_ms=end_ms)
            ):
                self._first_ms.setdefault(leg, start_ms)
                self._heard_ms[leg] = end_ms
                if isinstance(heard, LevelHeard):
                    self._away.discard(leg)
            case LegResumed(leg=leg):
                self._away.discard(leg)
            case LegStalled(leg=leg) | LegEnded(leg=leg):
                self._away.add(leg)
            case _:
                return self._now_ms
        self._move()
        return self._now_ms

    def _move(self) -> None:
        if Leg.MIXED in self._heard_ms:
            self._now_ms = max(self._now_ms, self._heard_ms[Leg.MIXED])
            return
        holding = [self._heard_ms[leg] for leg in self._heard_ms if leg not in self._away]
        if not holding or self._waits_for_the_other():
            return
        self._now_ms = max(self._now_ms, min(holding))

    def _waits_for_the_other(self) -> bool:
        """One leg has been heard only a moment and the other not at all: it may just be on its way."""
        if all(leg in self._heard_ms or leg in self._away for leg in _PARTIES):
            return False
        return all(self._heard_ms[leg] - self._first_ms[leg] <= self._grace_ms for leg in self._heard_ms)
