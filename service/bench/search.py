"""The search for the largest number of calls that is still served in time: doubling, halving, then single calls."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

_FINE_BELOW = 20  # up to here every single call counts, above it steps of a twentieth
_MOST_CALLS = 400


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How long and how often each stage plays."""

    coarse_s: float
    fine_s: float
    confirmations: int


async def largest(first: int, rhythm: Rhythm, holds: Callable[[int, float, int], Awaitable[bool]]) -> int:
    """The largest number found to hold, 0 if none. `holds(calls, seconds, times)` plays and judges.

    Doubles from `first` until it fails, halves the interval, then wants the confirmations at the limit: upwards while
    they hold, else downwards until they do.
    """
    low, high = 0, first
    while low < _MOST_CALLS and await holds(high, rhythm.coarse_s, 1):
        low, high = high, min(2 * high, _MOST_CALLS)
    while high - low > _step(low):
        middle = (low + high) // 2
        if await holds(middle, rhythm.fine_s, 1):
            low = middle
        else:
            high = middle
    calls, found = max(low, 1), 0
    while calls <= _MOST_CALLS and await holds(calls, rhythm.fine_s, rhythm.confirmations):
        found, calls = calls, calls + _step(calls)
    while not found and (calls := calls - _step(calls)) >= 1:
        if await holds(calls, rhythm.fine_s, rhythm.confirmations):
            found = calls
    return found


def _step(calls: int) -> int:
    return max(1, calls // _FINE_BELOW)
