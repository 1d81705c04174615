"""The queue before the store: newest update per call, bounded, alerts never lost."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from service.store.waiting import WaitingWrites
from tests.service.store.examples import a_call, an_alert
from web.sources import CallState


def test_updates_of_one_call_become_the_newest() -> None:
    waiting = WaitingWrites(10)
    for risk in range(5):
        waiting.add_call(replace(a_call(), risk=risk))
    assert [call.risk for call in waiting.batch(10).calls] == [4]
    assert len(waiting) == 1


def test_the_oldest_update_of_a_running_call_goes_first() -> None:
    waiting = WaitingWrites(3)
    waiting.add_call(a_call("ended", CallState.ENDED))
    for call_id in ("old", "young", "younger"):
        waiting.add_call(a_call(call_id))
    assert [call.call_id for call in waiting.batch(10).calls] == ["ended", "young", "younger"]
    assert waiting.dropped_calls == 1


def test_ended_calls_go_when_only_they_are_left() -> None:
    waiting = WaitingWrites(1)
    waiting.add_call(a_call("one", CallState.ENDED))
    waiting.add_call(a_call("two", CallState.ENDED))
    assert [call.call_id for call in waiting.batch(10).calls] == ["two"]


def test_a_call_that_changed_during_its_write_waits_again() -> None:
    waiting = WaitingWrites(10)
    waiting.add_call(a_call())
    batch = waiting.batch(10)
    waiting.add_call(replace(a_call(), risk=99))
    waiting.done(batch)
    assert [call.risk for call in waiting.batch(10).calls] == [99]


def test_a_call_dropped_during_its_write_is_no_trouble() -> None:
    waiting = WaitingWrites(1)
    waiting.add_call(a_call())
    batch = waiting.batch(10)
    waiting.add_alert(an_alert())
    waiting.done(batch)
    assert len(waiting) == 1


@given(st.lists(st.integers(0, 9) | st.none(), max_size=60), st.integers(1, 8))
def test_only_alerts_exceed_the_bound_and_at_ten_times_of_it_the_oldest_go(writes: list[int | None], most: int) -> None:
    waiting = WaitingWrites(most)
    for number, call in enumerate(writes):
        if call is None:
            waiting.add_alert(an_alert(version=number))
        else:
            waiting.add_call(a_call(f"call-{call}"))
        batch = waiting.batch(1_000)
        assert len(batch.alerts) == min(10 * most, writes[: number + 1].count(None))
        assert len(waiting) <= max(most, len(batch.alerts))
    versions = [number for number, call in enumerate(writes) if call is None]
    assert [alert.alert.version for alert in waiting.alerts()] == versions[-10 * most :]
    assert waiting.dropped_alerts == max(0, len(versions) - 10 * most)
