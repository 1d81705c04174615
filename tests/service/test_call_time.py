"""Call time and clock time, there and back."""

from datetime import UTC, datetime, timedelta

from service.call_time import CallTime
from service.clock import PlayClock

_AT = datetime(2026, 1, 1, tzinfo=UTC)


def test_before_the_first_audio_there_is_no_time() -> None:
    time = CallTime(PlayClock(_AT))
    assert (time.begun, time.elapsed_ms(), time.ms_of(_AT + timedelta(hours=1)), time.at(5)) == (
        False,
        0,
        0,
        _AT + timedelta(milliseconds=5),
    )


def test_the_zero_is_where_the_first_block_began() -> None:
    clock = PlayClock(_AT)
    time = CallTime(clock)
    clock.move_to(1_000)
    time.begin(first_block_ms=200)
    clock.move_to(3_000)
    assert (time.begun, time.elapsed_ms(), time.ms_of(None)) == (True, 2_000, 2_200)
    assert time.at(2_200) == _AT + timedelta(seconds=3)
    assert time.ms_of(_AT) == 0  # before the call


def test_a_first_block_too_long_is_backlog_and_says_little() -> None:
    clock = PlayClock(_AT)
    time = CallTime(clock)
    clock.move_to(10_000)
    time.begin(first_block_ms=9_000)
    assert time.ms_of(None) == 500
