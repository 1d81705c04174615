"""Both legs' observations in one order of call time, whatever sizes and turns their audio arrived in."""

import heapq
from collections.abc import Iterable, Iterator

from streaming.frames import AudioFrame, Leg
from streaming.observations import GapHeard, LegEnded, LegResumed, LegStalled, LevelHeard, Observation

_LEG_RANK = {Leg.AGENT: 0, Leg.CUSTOMER: 1, Leg.MIXED: 2}
_EVENT_RANK = 3  # what the PBX reports of a moment stands behind what was heard up to it


class CallOrder:
    """Observations wait here until both legs have been heard as far as they reach.

    A leg's observation is known when the frame before it in the leg's own order is complete: that moment, the frame's
    end, is its place. So equal audio gives an equal order of observations, however it was cut.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[int, int, int, Observation]] = []
        self._known_ms: dict[Leg, int] = {}
        self._count = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def hear(self, leg: Leg, heard: Iterable[AudioFrame | Observation]) -> None:
        """Take what one leg's ear made of its audio, in the ear's order; frames only set the place."""
        for item in heard:
            match item:
                case AudioFrame():
                    self._known_ms[leg] = item.end_ms
                    continue
                case LevelHeard(end_ms=at_ms) | GapHeard(end_ms=at_ms):
                    self._known_ms[leg] = max(at_ms, self._known_ms.get(leg, 0))
                case LegStalled(at_ms=at_ms) | LegResumed(at_ms=at_ms) | LegEnded(at_ms=at_ms):
                    self._known_ms[leg] = max(at_ms, self._known_ms.get(leg, 0))
                case _:
                    pass
            self._add(self._known_ms.get(leg, 0), _LEG_RANK[leg], item)

    def report(self, event: Observation, at_ms: int) -> None:
        """Take an event of the PBX that counts from `at_ms` on."""
        self._add(at_ms, _EVENT_RANK, event)

    def take(self, now_ms: int) -> Iterator[tuple[int, list[Observation]]]:
        """All that is known up to `now_ms`, moment by moment: (the moment, its observations)."""
        while self._waiting and self._waiting[0][0] <= now_ms:
            at_ms = self._waiting[0][0]
            moment: list[Observation] = []
            while self._waiting and self._waiting[0][0] == at_ms:
                moment.append(heapq.heappop(self._waiting)[3])
            yield at_ms, moment

    def _add(self, at_ms: int, rank: int, item: Observation) -> None:
        self._count += 1
        heapq.heappush(self._waiting, (at_ms, rank, self._count, item))
