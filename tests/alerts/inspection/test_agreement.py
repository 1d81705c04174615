"""Krippendorff's alpha against the worked example of its author."""

import pytest

from alerts.inspection.agreement import drift_of, krippendorff_alpha
from alerts.inspection.records import Scale

# Krippendorff (2011), part C: four observers, twelve units, missing values
OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
UNITS = [[value for value in unit if value is not None] for unit in zip(*OBSERVERS, strict=True)]


@pytest.mark.parametrize(("scale", "alpha"), [(Scale.NOMINAL, 0.743), (Scale.ORDINAL, 0.815), (Scale.INTERVAL, 0.849)])
def test_the_published_example(scale: Scale, alpha: float) -> None:
    assert krippendorff_alpha(UNITS, scale) == pytest.approx(alpha, abs=0.0005)


def test_full_agreement_is_one_and_nothing_to_compare_is_none() -> None:
    assert krippendorff_alpha([[1, 1], [2, 2, 2]], Scale.INTERVAL) == 1
    assert krippendorff_alpha([[1], [2]], Scale.NOMINAL) is None
    assert krippendorff_alpha([[3, 3], [3, 3]], Scale.NOMINAL) is None
    assert krippendorff_alpha([], Scale.NOMINAL) is None


def test_opposite_judgements_are_worse_than_chance() -> None:
    alpha = krippendorff_alpha([[0, 1], [1, 0], [0, 1]], Scale.NOMINAL)
    assert alpha is not None
    assert alpha < 0


def test_drift_is_the_distance_from_the_others() -> None:
    drift = drift_of([{"a": 90, "b": 80, "c": 82}, {"a": 95, "b": 90}, {"a": 10}])
    assert drift["a"] == pytest.approx((9 + 5) / 2)
    assert drift["b"] == pytest.approx((-6 - 5) / 2)
    assert drift["c"] == pytest.approx(-3)
