"""The waiting of audio in buckets."""

import pytest

from service.recognition.decoding_lag import DecodingLag


def test_buckets_add_up_and_a_bound_belongs_to_its_bucket() -> None:
    lag = DecodingLag()
    for lag_s in (0.01, 0.2, 0.95, 60.0):
        lag.note(lag_s)
    buckets = dict(lag.buckets())
    assert (buckets["0.05"], buckets["0.15"], buckets["0.2"], buckets["0.9"], buckets["1.0"]) == (1, 1, 2, 2, 3)
    assert (buckets["10.0"], buckets["+Inf"]) == (3, 4)
    assert lag.sum_s == pytest.approx(61.16)


def test_counts_never_fall_from_bucket_to_bucket() -> None:
    lag = DecodingLag()
    for tenth in range(40):
        lag.note(tenth / 10)
    counts = [count for _, count in lag.buckets()]
    assert counts == sorted(counts)
    assert counts[-1] == 40
