"""A line turned up, by its pauses."""

import pytest

from alerts.line_gain import LineGain
from streaming.observations import LineHeard
from tests.fakes.conversation import AGENT, CUSTOMER


def second(pause_dbfs: float | None) -> LineHeard:
    return LineHeard(CUSTOMER, 0, 1_000, -60.0, pause_dbfs, -28.0, 0.0, 0.0, 400)


def after(*pauses_dbfs: float | None) -> LineGain:
    gain = LineGain()
    for pause_dbfs in pauses_dbfs:
        gain.feed(second(pause_dbfs))
    return gain


@pytest.mark.parametrize(
    ("pauses_dbfs", "gain_db"),
    [
        ([-60.0, -60.0, -60.0, -48.0], 12.0),
        ([-60.0, -59.0, -61.0, None, -48.0, None], 12.0),
        ([-60.0, -60.0, -60.0, -53.0], 0.0),  # a breath
        ([-60.0, -60.0, -60.0, -72.0], 0.0),  # turned down
        ([-60.0, -60.0, -60.0, -20.0], 24.0),
        ([-60.0, -48.0], 0.0),  # the beginning is not known yet
        ([-78.0, -78.0, -78.0, -60.0], 0.0),  # a gate
        ([-60.0] * 3 + [-48.0] * 30, 12.0),  # it does not become normal
        ([-60.0] * 3 + [-48.0] * 3 + [-60.0], 0.0),
        ([], 0.0),
    ],
)
def test_by_how_much(pauses_dbfs: list[float | None], gain_db: float) -> None:
    gain = after(*pauses_dbfs)
    assert gain.of(CUSTOMER) == gain_db
    assert gain.of(AGENT) == 0.0


def test_another_party_has_another_line() -> None:
    gain = after(-60.0, -60.0, -60.0, -48.0)
    gain.forget(CUSTOMER)
    assert gain.of(CUSTOMER) == 0.0
    gain.feed(second(-48.0))
    assert gain.of(CUSTOMER) == 0.0
