"""Medians of several measures at once, as many times a second as voices are judged."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


def medians(values: Iterable[float], columns: int) -> NDArray[np.float64]:
    """Of rows of so many measures, given one value after the other: the median of each measure. At least one row.

    What numpy's own median says, at half its price: most of that goes into preparations and a check for NaN.
    """
    rows = np.fromiter(values, np.float64).reshape(-1, columns)
    middle = len(rows) // 2
    if len(rows) % 2:
        return np.asarray(np.partition(rows, middle, axis=0)[middle])
    ordered = np.partition(rows, (middle - 1, middle), axis=0)
    return np.asarray((ordered[middle - 1] + ordered[middle]) / 2)
