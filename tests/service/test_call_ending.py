"""Legs that close, return and end; and when that makes the end of their call due."""

from datetime import UTC, datetime

import pytest

from config.settings import Settings
from service.call_ending import CallEnding
from service.clock import PlayClock
from streaming.frames import Leg
from streaming.observations import CallOver

_SETTINGS = Settings()
_BARE_CLOSE_MS = _SETTINGS.detection.hang_up.bare_close_ms
_RETURN_MS = int(_SETTINGS.ingest.return_s * 1000)
_BOTH = (Leg.AGENT, Leg.CUSTOMER)


@pytest.fixture
def clock() -> PlayClock:
    return PlayClock(datetime(2026, 11, 27, 9, 0, tzinfo=UTC))


@pytest.fixture
def ending(clock: PlayClock) -> CallEnding:
    return CallEnding(_SETTINGS, clock)


def test_a_leg_that_dropped_returns_once(ending: CallEnding) -> None:
    ending.drop(Leg.AGENT)

    assert ending.has_dropped(Leg.AGENT)
    assert ending.back(Leg.AGENT)
    assert not ending.back(Leg.AGENT)


def test_a_leg_ends_once_and_does_not_return(ending: CallEnding) -> None:
    ending.drop(Leg.AGENT)

    assert ending.end(Leg.AGENT)
    assert not ending.end(Leg.AGENT)
    assert ending.has_ended(Leg.AGENT)
    assert not ending.has_dropped(Leg.AGENT)


def test_a_call_has_no_leg_left_when_each_has_dropped_or_ended(ending: CallEnding) -> None:
    ending.drop(Leg.AGENT)
    assert not ending.none_left(_BOTH)
    ending.end(Leg.CUSTOMER)

    assert ending.none_left(_BOTH)
    assert not ending.all_ended(_BOTH)


def test_the_first_that_went_is_named_first(ending: CallEnding, clock: PlayClock) -> None:
    ending.drop(Leg.CUSTOMER)
    clock.move_to(10)
    ending.drop(Leg.AGENT)

    assert ending.dropped() == [Leg.CUSTOMER, Leg.AGENT]


def test_a_leg_away_as_after_a_hang_up_makes_the_end_due_and_is_given_up_later(
    ending: CallEnding, clock: PlayClock
) -> None:
    ending.drop(Leg.AGENT)
    assert ending.give_up(_BARE_CLOSE_MS - 1) == []
    assert not ending.is_near

    assert ending.give_up(_BARE_CLOSE_MS) == []
    assert ending.is_due(clock.monotonic_ms(), last_words_in=False)
    assert ending.give_up(_RETURN_MS) == [Leg.AGENT]


def test_an_end_is_due_at_the_earliest_time_said_or_when_the_last_words_are_in(ending: CallEnding) -> None:
    assert not ending.is_due(0, last_words_in=True)
    ending.due_in(1_500)
    ending.due_in(3_000)

    assert not ending.is_due(1_499, last_words_in=False)
    assert ending.is_due(1_499, last_words_in=True)
    assert ending.is_due(1_500, last_words_in=False)
    ending.taken()
    assert not ending.is_near


def test_an_end_is_told_once_as_suspected_and_once_for_good(ending: CallEnding) -> None:
    said = [ending.tell(CallOver(1_000, final)) for final in (False, False, True, True, False)]

    assert said == [True, False, True, False, False]
    assert ending.is_final
