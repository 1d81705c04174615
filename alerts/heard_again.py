"""Whether one voice has said the same words twice, by sound alone: prints of speech laid over each other."""

import numpy as np
from numpy.typing import NDArray

from streaming.observations import SoundPrinted

_COEFFICIENTS = 12  # of a SoundPrinted
_LEAST_ROWS = 15  # 0.6 s of speech: less is said alike by chance
_MOST_STRETCH = 1.4  # the same words take as long, or nearly
_BAND_RATIO = 0.2  # how far the two may run apart on the way
_PARTS = 3  # the same beginning, middle and end: an ending alone (…please?) makes no same sentence
_STRAY = 1e6

_Floats = NDArray[np.float64]


def same_words(one: bytes, other: bytes) -> float:
    """How far two prints are apart in their worst third: near 0 the same sound, about 3.2 other words of that voice.

    `inf` where they cannot be the same: too short, or of unlike lengths.
    """
    shorter, longer = sorted((len(one) // _COEFFICIENTS, len(other) // _COEFFICIENTS))
    if shorter < _LEAST_ROWS or longer > shorter * _MOST_STRETCH:
        return float("inf")
    mine, theirs = _rows(one), _rows(other)
    return _worst_part(np.sqrt(((mine[:, None, :] - theirs[None, :, :]) ** 2).sum(axis=2)))


def joined(prints: list[SoundPrinted]) -> bytes:
    """The prints of speech that was one sentence."""
    return b"".join(each.rows for each in prints)


def _rows(rows: bytes) -> _Floats:
    """Each coefficient against its own mean and spread: what the line and the voice add goes out."""
    cepstra = np.frombuffer(rows, np.int8).reshape(-1, _COEFFICIENTS).astype(np.float64)
    return np.asarray((cepstra - cepstra.mean(axis=0)) / (cepstra.std(axis=0) + 1.0))


def _worst_part(costs: _Floats) -> float:
    """The mean cost along the cheapest way through, of the third of the way where it is dearest."""
    height, width = costs.shape
    reach = max(abs(height - width), round(_BAND_RATIO * max(height, width))) + 1
    best = np.full((height + 1, width + 1), _STRAY)
    best[0, 0] = 0.0
    for row in range(1, height + 1):
        middle = row * width // height
        first, last = max(1, middle - reach), min(width, middle + reach)
        row_costs, above, here = costs[row - 1].tolist(), best[row - 1].tolist(), _STRAY
        for column in range(first, last + 1):
            cost = row_costs[column - 1]
            here = min(above[column - 1] + 2.0 * cost, above[column] + cost, here + cost)
            best[row, column] = here
    return max(_parts(costs, best))


def _parts(costs: _Floats, best: _Floats) -> list[float]:
    row, column = costs.shape
    way: list[tuple[float, float]] = []  # (cost, weight) from the end back
    while row > 0 and column > 0:
        cost = float(costs[row - 1, column - 1])
        both, up = best[row - 1, column - 1] + 2.0 * cost, best[row - 1, column] + cost
        left = best[row, column - 1] + cost
        if both <= up and both <= left:
            way.append((2.0 * cost, 2.0))
            row, column = row - 1, column - 1
        else:
            way.append((cost, 1.0))
            row, column = (row - 1, column) if up <= left else (row, column - 1)
    length = max(1, len(way) // _PARTS)
    parts = [way[at : at + length] for at in range(0, length * _PARTS, length)]
    return [sum(cost for cost, _ in part) / max(1.0, sum(weight for _, weight in part)) for part in parts]
