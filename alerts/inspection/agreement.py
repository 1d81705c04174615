"""How far inspectors agree: their judgements of the same calls in, Krippendorff's alpha out."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import permutations

from alerts.inspection.records import Scale


def krippendorff_alpha(units: Iterable[Sequence[float]], scale: Scale) -> float | None:
    """Alpha over units (calls, or items of them), each with the values that its observers gave, in any order.

    1 is full agreement, 0 what chance gives, below 0 worse. Units with fewer than two values say nothing. None when
    nothing can be said: no unit with two values, or one value everywhere (no variation to agree about).

    K. Krippendorff, "Computing Krippendorff's Alpha-Reliability", University of Pennsylvania (2011), coincidence
    matrices: a unit of m values adds 1/(m-1) for each ordered pair.
    """
    pairs: Counter[tuple[float, float]] = Counter()
    weights: dict[tuple[float, float], float] = {}
    for values in units:
        if len(values) < 2:
            continue
        pairs.clear()
        pairs.update(permutations(values, 2))
        for pair, times in pairs.items():
            weights[pair] = weights.get(pair, 0.0) + times / (len(values) - 1)
    totals: dict[float, float] = {}
    for (value, _), weight in weights.items():
        totals[value] = totals.get(value, 0.0) + weight
    whole = sum(totals.values())
    if len(totals) < 2:
        return None
    distance = _distance(scale, totals)
    observed = sum(weight * distance(one, other) for (one, other), weight in weights.items())
    expected = sum(
        totals[one] * totals[other] * distance(one, other) for one in totals for other in totals if one != other
    )
    return 1.0 - (whole - 1.0) * observed / expected


def _distance(scale: Scale, totals: Mapping[float, float]) -> Callable[[float, float], float]:
    """Squared difference of two values as the scale has it."""
    if scale is Scale.NOMINAL:
        return lambda one, other: float(one != other)
    if scale is Scale.INTERVAL:
        return lambda one, other: (one - other) ** 2
    ranks = sorted(totals)

    def ordinal(one: float, other: float) -> float:
        low, high = sorted((one, other))
        between = sum(totals[value] for value in ranks if low <= value <= high)
        return float((between - (totals[low] + totals[high]) / 2) ** 2) if low != high else 0.0

    return ordinal


def drift_of(scores: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """How far each inspector lies from the mean of the others, on average over the calls: positive is milder.

    `scores` holds one mapping a call, points by inspector; calls with one inspector say nothing.
    """
    apart: dict[str, list[float]] = {}
    for call in scores:
        if len(call) < 2:
            continue
        whole = sum(call.values())
        for who, points in call.items():
            apart.setdefault(who, []).append(points - (whole - points) / (len(call) - 1))
    return {who: sum(each) / len(each) for who, each in apart.items()}
