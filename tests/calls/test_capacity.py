"""The short forms of the capacity proofs: far too many calls for a while, and a few for longer."""

import os
from statistics import median

import pytest

from tests.prove.capacity_hour import hold
from tests.prove.overload import Course, overload

pytestmark = [pytest.mark.alone, pytest.mark.calls, pytest.mark.model, pytest.mark.timeout(300)]


async def test_too_many_calls_lose_words_but_no_alert_and_no_socket() -> None:
    outcome = await overload(calls=9 * (os.cpu_count() or 1), minutes=0.3, course=Course(3, 5, 32))
    assert outcome.sockets_lost == 0
    assert outcome.crowd.faults == outcome.staying.faults == []
    assert outcome.failures == []
    assert len(outcome.alerts_s) >= 5
    assert median(outcome.alerts_s) < 0.5
    assert outcome.recovered_s is not None
    assert outcome.recovered_s < 30


async def test_calls_come_and_go_and_are_heard_in_time() -> None:
    held, report = await hold(calls=2, minutes=0.3, sample_s=1, spread_s=2)
    assert held.calls == 2
    assert held.failures == []
    assert report.sockets_lost == 0
    assert len(report.partial_lags_s) >= 20
    assert median(report.partial_lags_s) < 1
    assert len(held.memory_mb) >= 10
    assert min(held.memory_mb) > 50
