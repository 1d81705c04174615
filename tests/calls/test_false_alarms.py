"""The short form of the two hours: a few minutes of calls without a fault, by sound alone, raise nothing."""

import pytest

from tests.prove.false_alarms import measure

pytestmark = [pytest.mark.calls, pytest.mark.timeout(240)]


@pytest.mark.parametrize("rate_hz", [16_000, 8_000])
async def test_calls_without_a_fault_raise_nothing(rate_hz: int) -> None:
    alarms = await measure(3, words=False, rate_hz=rate_hz)
    assert alarms.heard_ms >= 180_000
    assert alarms.told == {}
