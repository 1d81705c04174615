"""Both legs' observations in one order of call time, whatever sizes and turns their audio arrived in."""

import heapq
from collections import deque
from collections.abc import Iterable, Iterator

from streaming.frames import AudioFrame, Leg
from streaming.observations import GapHeard, LegEnded, LegResumed, LegStalled, LevelHeard, Observation

_NEVER_MS = 1 << 62


class CallOrder:
    """Observations wait here until both legs have been heard as far as they reach.

    A leg's observation is known when the frame before it in the leg's own order is complete: that moment, the frame's
    end, is its place. Of one moment the agent's come first, then the customer's, and what the PBX reports of it stands
    behind what was heard up to it. So equal audio gives an equal order of observations, however it was cut.
    """

    def __init__(self) -> None:
        self._legs: dict[Leg, deque[tuple[int, Observation]]] = {leg: deque() for leg in Leg}  # in their order of call
        self._events: list[tuple[int, int, Observation]] = []
        self._known_ms: dict[Leg, int] = {}
        self._count = 0

    def __len__(self) -> int:
        return len(self._events) + sum(map(len, self._legs.values()))

    def hear(self, leg: Leg, heard: Iterable[AudioFrame | Observation]) -> None:
        """Take what one leg's ear made of its audio, in the ear's order; frames of sound are let by."""
        waiting = self._legs[leg]
        known_ms = self._known_ms.get(leg, 0)
        for item in heard:
            if isinstance(item, LevelHeard | GapHeard):
                known_ms = max(item.end_ms, known_ms)
            elif isinstance(item, AudioFrame):
                continue
            elif isinstance(item, LegStalled | LegResumed | LegEnded):
                known_ms = max(item.at_ms, known_ms)
            waiting.append((known_ms, item))
        self._known_ms[leg] = known_ms

    def report(self, event: Observation, at_ms: int) -> None:
        """Take an event of the PBX that counts from `at_ms` on."""
        self._count += 1
        heapq.heappush(self._events, (at_ms, self._count, event))

    def take(self, now_ms: int) -> Iterator[tuple[int, list[Observation]]]:
        """All that is known up to `now_ms`, moment by moment: (the moment, its observations)."""
        while True:
            firsts_ms = [waiting[0][0] for waiting in self._legs.values() if waiting]
            at_ms = min(min(firsts_ms, default=_NEVER_MS), self._events[0][0] if self._events else _NEVER_MS)
            if at_ms > now_ms or at_ms == _NEVER_MS:
                return
            moment: list[Observation] = []
            for waiting in self._legs.values():
                while waiting and waiting[0][0] == at_ms:
                    moment.append(waiting.popleft()[1])
            while self._events and self._events[0][0] == at_ms:
                moment.append(heapq.heappop(self._events)[2])
            yield at_ms, moment
