"""How long audio waits for its words: from its arrival to its being decoded, counted in buckets since the start."""

from bisect import bisect_left

_BOUNDS_S = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 5.0, 10.0)


class DecodingLag:
    """Counts one duration per decoded block: that of the newest audio in it."""

    def __init__(self) -> None:
        self.sum_s = 0.0
        self._counts = [0] * (len(_BOUNDS_S) + 1)

    def note(self, lag_s: float) -> None:
        """One block."""
        self.sum_s += lag_s
        self._counts[bisect_left(_BOUNDS_S, lag_s)] += 1

    def buckets(self) -> list[tuple[str, float]]:
        """Upper bounds and how many were at or below them, as Prometheus wants it."""
        total, buckets = 0, []
        for bound, count in zip([*map(str, _BOUNDS_S), "+Inf"], self._counts, strict=True):
            total += count
            buckets.append((bound, float(total)))
        return buckets
