"""How loud samples are: RMS in dB below full scale, with the constant part removed."""

from math import log10

import numpy as np
from numpy.typing import NDArray

FLOOR_DBFS = -96.0  # digital silence, and everything below one step of a 16-bit sample

_FULL_SCALE_POWER = 32_768.0**2


def level_dbfs(samples: NDArray[np.int16]) -> float:
    """RMS of int16 `samples` without their mean: −96.0 (nothing) to 0.0; a full-scale sine is −3.01."""
    return levels_and_sums(samples.reshape(1, -1))[0][0]


def levels_and_sums(rows: NDArray[np.int16]) -> tuple[list[float], list[int]]:
    """Of each row the level in dBFS, and the sum of its samples.

    Sums of 16-bit squares are whole numbers below 2**53, so a double holds them exactly: the same samples have the same
    level on every machine, and quieter ones never a higher.
    """
    count = rows.shape[1]
    if not count:
        return [FLOOR_DBFS] * len(rows), [0] * len(rows)
    exact = rows.astype(np.float64)
    sums: list[float] = np.add.reduce(exact, axis=1).tolist()
    squares: list[float] = np.einsum("ij,ij->i", exact, exact).tolist()
    levels_dbfs = [
        power_dbfs(square / count - (total / count) ** 2) for square, total in zip(squares, sums, strict=True)
    ]
    return levels_dbfs, [int(total) for total in sums]


def power_dbfs(power: float) -> float:
    """Mean square of int16 samples as dBFS, never below the floor."""
    if power <= 0.0:
        return FLOOR_DBFS
    return max(FLOOR_DBFS, 10.0 * log10(power / _FULL_SCALE_POWER))
