"""The call clock: how far both legs have been heard."""

from hypothesis import given
from hypothesis import strategies as st

from config.hearing import HearingSettings
from streaming.call_clock import CallClock
from streaming.frames import AudioFrame, Leg
from streaming.observations import (
    CallAnswered,
    GapHeard,
    LegEnded,
    LegResumed,
    LegStalled,
    LevelHeard,
    Observation,
    SpeechStarted,
)


def level(leg: Leg, end_ms: int) -> LevelHeard:
    return LevelHeard(leg, end_ms - 20, end_ms, -40.0, False)


def agent(end_ms: int) -> LevelHeard:
    return level(Leg.AGENT, end_ms)


def customer(end_ms: int) -> LevelHeard:
    return level(Leg.CUSTOMER, end_ms)


def clock_after(*heard: AudioFrame | Observation) -> CallClock:
    clock = CallClock(HearingSettings())
    for each in heard:
        clock.feed(each)
    return clock


def test_the_leg_behind_holds_it() -> None:
    clock = clock_after(agent(20), customer(20), agent(500), customer(300))
    assert clock.now_ms == 300
    assert clock.feed(customer(600)) == 500


def test_a_leg_that_has_never_come_holds_it_for_300_ms() -> None:
    clock = clock_after(*(agent(ms) for ms in range(20, 301, 20)))
    assert clock.now_ms == 0
    assert clock.feed(agent(320)) == 320


def test_without_settings_the_defaults_hold() -> None:
    clock = CallClock()
    clock.feed(agent(20))
    assert clock.feed(agent(320)) == 320
    assert clock.feed(agent(340)) == 340


def test_a_leg_that_comes_later_holds_it_from_its_own_place() -> None:
    clock = clock_after(agent(20), agent(5_000), customer(5_020), agent(6_000))
    assert clock.now_ms == 5_020


def test_a_stalled_leg_does_not_hold_it() -> None:
    clock = clock_after(agent(1_000), customer(1_000), agent(2_000), LegStalled(Leg.CUSTOMER, 1_000))
    assert clock.now_ms == 2_000
    assert clock.feed(agent(3_000)) == 3_000


def test_a_leg_that_resumes_holds_it_again_and_it_never_goes_back() -> None:
    clock = clock_after(agent(1_000), customer(1_000), LegStalled(Leg.CUSTOMER, 1_000), agent(3_000))
    assert clock.feed(LegResumed(Leg.CUSTOMER, 1_000)) == 3_000
    assert clock.feed(agent(4_000)) == 3_000
    assert clock.feed(GapHeard(Leg.CUSTOMER, 1_000, 3_500)) == 3_500
    assert clock.feed(customer(4_100)) == 4_000


def test_the_gap_of_a_leg_that_is_still_away_does_not_make_it_hold() -> None:
    clock = clock_after(agent(1_000), customer(1_000), LegStalled(Leg.CUSTOMER, 1_000))
    clock.feed(GapHeard(Leg.CUSTOMER, 1_000, 1_500))
    assert clock.feed(agent(3_000)) == 3_000


def test_an_ended_leg_does_not_hold_it_until_it_returns() -> None:
    clock = clock_after(agent(1_000), customer(1_000), LegEnded(Leg.CUSTOMER, 1_000, True), agent(3_000))
    assert clock.now_ms == 3_000
    clock.feed(customer(3_200))
    assert clock.feed(agent(4_000)) == 3_200


def test_when_both_are_away_it_stands() -> None:
    clock = clock_after(agent(1_000), customer(900), LegStalled(Leg.CUSTOMER, 900), LegStalled(Leg.AGENT, 1_000))
    assert clock.now_ms == 1_000


def test_one_leg_ending_at_once_does_not_wait_for_the_other() -> None:
    assert clock_after(agent(20), LegEnded(Leg.CUSTOMER, 0, False), agent(40)).now_ms == 40


def test_a_mixed_leg_drives_it_alone() -> None:
    clock = clock_after(level(Leg.MIXED, 20))
    assert clock.now_ms == 20
    assert clock.feed(agent(500)) == 20
    assert clock.feed(LegStalled(Leg.MIXED, 20)) == 20
    assert clock.feed(level(Leg.MIXED, 40)) == 40


def test_other_observations_do_not_move_it() -> None:
    clock = clock_after(agent(1_000), customer(1_000))
    frame = AudioFrame(Leg.AGENT, 160_000, bytes(640))
    for other in (frame, CallAnswered(9_000), SpeechStarted(Leg.AGENT, 9_000, 9_100)):
        assert clock.feed(other) == 1_000


LEGS = st.sampled_from(list(Leg))
TIMES = st.integers(20, 10_000)


@given(
    st.lists(
        st.one_of(
            st.builds(level, LEGS, TIMES),
            st.builds(LegStalled, LEGS, TIMES),
            st.builds(LegResumed, LEGS, TIMES),
            st.builds(LegEnded, LEGS, TIMES, st.booleans()),
            st.builds(lambda leg, end_ms: GapHeard(leg, end_ms - 20, end_ms), LEGS, TIMES),
        )
    )
)
def test_it_never_goes_back(heard: list[Observation]) -> None:
    clock = CallClock(HearingSettings())
    times = [clock.feed(each) for each in heard]
    assert times == sorted(times)


def test_following_a_leg_is_feeding_it_all() -> None:
    heard: list[AudioFrame | Observation] = [
        *(LevelHeard(Leg.AGENT, at_ms, at_ms + 20, -30.0, False) for at_ms in range(500, 900, 20)),
        GapHeard(Leg.AGENT, 900, 1_500),
        LegResumed(Leg.AGENT, 1_500),
        *(LevelHeard(Leg.AGENT, at_ms, at_ms + 20, -30.0, False) for at_ms in range(1_500, 1_700, 20)),
        LegEnded(Leg.AGENT, 1_700, explicit=False),
    ]
    for end in range(len(heard) + 1):
        following = CallClock()
        following.follow(heard[:end])
        assert following.now_ms == clock_after(*heard[:end]).now_ms
        other = LevelHeard(Leg.CUSTOMER, 0, 20, -30.0, False)
        fed = clock_after(*heard[:end])
        assert following.feed(other) == fed.feed(other)
