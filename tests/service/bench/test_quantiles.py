"""Quantiles of values and of buckets."""

import pytest

from service.bench.quantiles import bucket_quantile, quantile

_INF = float("inf")


def test_the_nearest_rank_counts() -> None:
    values = [float(value) for value in range(1, 101)]
    assert [quantile(values[::-1], share) for share in (0.5, 0.95, 0.99)] == [50, 95, 99]
    assert quantile([3.0], 0.95) == 3
    assert quantile([], 0.95) is None


def test_only_what_was_gained_counts_and_a_bucket_is_linear() -> None:
    before = {0.1: 100.0, 0.2: 100.0, 1.0: 100.0, _INF: 100.0}
    after = {0.1: 110.0, 0.2: 120.0, 1.0: 120.0, _INF: 120.0}
    assert bucket_quantile(before, after, 0.5) == pytest.approx(0.1)
    assert bucket_quantile(before, after, 0.75) == pytest.approx(0.15)
    assert bucket_quantile(before, after, 1.0) == pytest.approx(0.2)
    assert bucket_quantile({}, after, 0.5) == pytest.approx(0.1 * 60 / 110)


def test_beyond_the_last_bound_the_bound_counts() -> None:
    assert bucket_quantile({}, {1.0: 1.0, _INF: 10.0}, 0.95) == 1.0


@pytest.mark.parametrize("after", [{}, {1.0: 5.0, _INF: 5.0}])
def test_nothing_gained_is_nothing_known(after: dict[float, float]) -> None:
    assert bucket_quantile({1.0: 5.0, _INF: 5.0}, after, 0.95) is None
