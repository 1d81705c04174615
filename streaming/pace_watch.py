"""Whether a leg's audio comes as fast as its rate says: a rate that is not its own, or losses that nobody numbers."""

from collections import deque
from dataclasses import dataclass

_WINDOW_MS = 3_000
_TOLERANCE = 0.05  # of a window: blocks at its two edges, and jitter
# What one usual rate is of another: audio labelled with a wrong one comes at exactly such a pace.
_OF_WRONG_RATES = (1 / 6, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 2, 2.0, 3.0, 4.0, 6.0)
_BEHIND_MS = 500  # of lost audio are a gap (protocols: more than 500 ms between arrival and media)
_SETTLED_MS = 7_000  # of flow, which is longer than it takes to know a wrong rate
_LEAST_OVER_MS = 2_000  # jitter only ever adds: the least lateness of this span is the true one
_DRIFT_PPM = 1_000  # of a sender's clock are no loss


@dataclass(frozen=True, slots=True)
class WrongPace:
    """For two windows audio has come `ratio` times as fast as its rate says; 1.0: it is right again."""

    ratio: float


@dataclass(frozen=True, slots=True)
class FallenBehind:
    """So much audio has not come, though packets never stopped for long."""

    lost_ms: int


PaceSeen = WrongPace | FallenBehind


class PaceWatch:
    """Fed with each block of one unbroken flow; `restart` when the flow breaks, for a break is judged by others.

    It cannot see losses of less than half a second, nor a wrong rate where a file is sent as fast as it goes.
    """

    def __init__(self, broken_after_ms: int) -> None:
        self._broken_after_ms = broken_after_ms
        self._last_ms: int | None = None
        self._told = 1.0
        self.restart()

    def restart(self) -> None:
        """What came before says nothing of what comes now."""
        self._began: tuple[int, int] | None = None  # arrival and audio before it, of this flow
        self._window: tuple[int, int] = (0, 0)
        self._ratios: deque[float] = deque(maxlen=2)
        self._lateness: deque[tuple[int, int]] = deque()  # rising from the least: the front is the least of the span

    def hear(self, received_ms: int, arrived_ms: int) -> list[PaceSeen]:
        """A block has come; `received_ms` is all the audio of the leg so far, it included."""
        broken = self._last_ms is None or arrived_ms - self._last_ms > self._broken_after_ms
        self._last_ms = arrived_ms
        if broken:
            self.restart()
        if self._began is None:
            self._began = self._window = (arrived_ms, received_ms)
            return []
        return [*self._paced(received_ms, arrived_ms), *self._behind(received_ms, arrived_ms)]

    def _paced(self, received_ms: int, arrived_ms: int) -> list[PaceSeen]:
        since_ms, before_ms = self._window
        if arrived_ms - since_ms < _WINDOW_MS:
            return []
        self._window = (arrived_ms, received_ms)
        self._ratios.append((received_ms - before_ms) / (arrived_ms - since_ms))
        if len(self._ratios) < 2:
            return []
        nearest = min((1.0, *_OF_WRONG_RATES), key=lambda usual: abs(sum(self._ratios) / 2 / usual - 1))
        if nearest == self._told or any(abs(ratio / nearest - 1) > _TOLERANCE for ratio in self._ratios):
            return []
        self._told = nearest
        self.restart()
        return [WrongPace(nearest)]

    def _behind(self, received_ms: int, arrived_ms: int) -> list[PaceSeen]:
        if self._began is None or self._told != 1.0:
            return []  # it is not lost, it is labelled wrong
        flow_ms = arrived_ms - self._began[0]
        late_ms = flow_ms - (received_ms - self._began[1])
        while self._lateness and self._lateness[-1][1] >= late_ms:
            self._lateness.pop()
        self._lateness.append((arrived_ms, late_ms))
        while self._lateness[0][0] < arrived_ms - _LEAST_OVER_MS:
            self._lateness.popleft()
        least_ms = self._lateness[0][1]
        if flow_ms < _SETTLED_MS or least_ms - flow_ms * _DRIFT_PPM // 1_000_000 <= _BEHIND_MS:
            return []
        self._began = (self._began[0], self._began[1] - least_ms)  # as if it had come
        self._lateness.clear()
        return [FallenBehind(least_ms)]
