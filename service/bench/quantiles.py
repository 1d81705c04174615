"""Quantiles of what was measured: of single values, and of a histogram's buckets."""

from collections.abc import Mapping, Sequence
from math import ceil


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value below which `share` (0..1) of the values lie, by nearest rank; None when there are none."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, ceil(share * len(ordered)) - 1))]


def bucket_quantile(before: Mapping[float, float], after: Mapping[float, float], share: float) -> float | None:
    """The same of what a cumulative histogram gained: linear within a bucket; None when it gained nothing.

    What lies in the last, endless bucket counts with its lower bound.
    """
    gained = [(bound, count - before.get(bound, 0.0)) for bound, count in sorted(after.items())]
    if not gained or gained[-1][1] <= 0:
        return None
    rank, low, below = share * gained[-1][1], 0.0, 0.0
    for bound, count in gained:
        if count >= rank:
            if bound == float("inf"):
                return low
            return low + (bound - low) * (rank - below) / (count - below) if count > below else bound
        low, below = bound, count
    return low
