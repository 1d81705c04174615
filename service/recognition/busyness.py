"""How busy the workers of a group are: the share of the last seconds in which one had work waiting."""

from math import exp

_MEMORY_S = 2.0


class Busyness:
    """Fed ten times a second with how many workers have work; older moments count less and less."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._ratio = 0.0
        self._noted_s: float | None = None

    @property
    def ratio(self) -> float:
        """0: nobody has had anything to do for seconds; 1: everybody always."""
        return self._ratio

    def note(self, working: int, now_s: float) -> None:
        """So many workers have work now."""
        since_s = now_s - self._noted_s if self._noted_s is not None else _MEMORY_S
        self._noted_s = now_s
        kept = exp(-max(0.0, since_s) / _MEMORY_S)
        self._ratio = self._ratio * kept + min(1.0, working / self._workers) * (1 - kept)
