"""How loud samples are: RMS in dB below full scale, with the constant part removed."""

from math import log10

import numpy as np
from numpy.typing import NDArray

FLOOR_DBFS = -96.0  # digital silence, and everything below one step of a 16-bit sample

_FULL_SCALE_POWER = 32_768.0**2


def level_dbfs(samples: NDArray[np.int16]) -> float:
    """RMS of int16 `samples` without their mean: −96.0 (nothing) to 0.0; a full-scale sine is −3.01.

    Sums of 16-bit squares are whole numbers below 2**53, so a double holds them exactly: the same samples have the same
    level on every machine, and quieter ones never a higher.
    """
    count = len(samples)
    if not count:
        return FLOOR_DBFS
    exact = samples.astype(np.float64)
    mean = float(np.add.reduce(exact)) / count
    power = float(exact.dot(exact)) / count - mean * mean
    return power_dbfs(power)


def power_dbfs(power: float) -> float:
    """Mean square of int16 samples as dBFS, never below the floor."""
    if power <= 0.0:
        return FLOOR_DBFS
    return max(FLOOR_DBFS, 10.0 * log10(power / _FULL_SCALE_POWER))
