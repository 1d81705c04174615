"""The last minute of each call on the wallboard."""

from dataclasses import replace
from datetime import timedelta

from streaming.frames import Leg
from tests.fakes.desk import NOON, a_call
from web.sources import CallView, LegView
from web.wallboard_strips import EMPTY, STEPS, Strips


def _call(agent_dbfs: float, *, speaking: bool = True, connected: bool = True) -> CallView:
    call = a_call()
    leg: LegView = replace(dict(call.legs)[Leg.AGENT], level_dbfs=agent_dbfs, speaking=speaking, connected=connected)
    return replace(call, legs=((Leg.AGENT, leg),))


def test_steps_move_with_the_clock_and_the_loudest_of_a_step_stays() -> None:
    strips = Strips()
    for second, dbfs in enumerate((-40.0, -20.0, -50.0, -30.0)):
        strips.take(NOON + timedelta(seconds=second), [_call(dbfs)])

    assert strips.of("call-1").agent == [0] * (STEPS - 2) + [40, 30]
    assert strips.of("call-1").customer == [0] * STEPS


def test_speech_counts_more_than_louder_noise_and_a_lost_leg_leaves_a_gap() -> None:
    strips = Strips()
    strips.take(NOON, [_call(-20.0, speaking=False)])
    strips.take(NOON + timedelta(seconds=1), [_call(-45.0)])
    strips.take(NOON + timedelta(seconds=4), [_call(-10.0, connected=False)])
    strips.take(NOON + timedelta(seconds=7), [_call(-50.0, speaking=False)])

    assert strips.of("call-1").agent[-3:] == [15, 0, -10]


def test_a_pause_of_the_board_empties_the_strip_and_calls_that_went_are_forgotten() -> None:
    strips = Strips()
    strips.take(NOON, [_call(-20.0)])
    strips.take(NOON + timedelta(minutes=5), [_call(-96.0)])

    assert strips.of("call-1") == EMPTY
    strips.take(NOON + timedelta(minutes=5), [_call(-20.0)])
    strips.take(NOON + timedelta(minutes=5), [])
    assert strips.of("call-1") == EMPTY
