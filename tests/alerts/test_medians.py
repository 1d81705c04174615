"""The medians are numpy's, to the last bit."""

import numpy as np
import pytest

from alerts.medians import medians


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 99, 100, 2_501])
def test_they_are_what_numpy_says(rows: int) -> None:
    values = np.random.default_rng(rows).normal(-30.0, 9.0, (rows, 3))
    values[: rows // 3] = values[0]  # voices repeat themselves
    assert medians(values.ravel().tolist(), 3).tolist() == np.median(values, axis=0).tolist()
