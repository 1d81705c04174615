"""Whether the recognisers work: the model is there, and its workers live."""

from collections import deque
from collections.abc import Callable

from service.clock import Clock

_WITHIN_MS = 300_000
_LOST_IN_IT = 3  # a worker that dies now and then is replaced, and that is all


class SickModel:
    """Looks at the recognition groups."""

    def __init__(
        self, clock: Clock, readiness: Callable[[], tuple[bool, str]], workers_lost: Callable[[], int]
    ) -> None:
        self._clock, self._readiness, self._workers_lost = clock, readiness, workers_lost
        self._known_lost = 0
        self._lost_ms: deque[int] = deque(maxlen=_LOST_IN_IT)

    def look(self) -> str | None:
        """Why it is not well."""
        now_ms, lost = self._clock.monotonic_ms(), self._workers_lost()
        self._lost_ms.extend([now_ms] * (lost - self._known_lost))
        self._known_lost = lost
        ready, word = self._readiness()
        if not ready:
            return word
        if len(self._lost_ms) == _LOST_IN_IT and now_ms - self._lost_ms[0] < _WITHIN_MS:
            return "workers die again and again"
        return None
