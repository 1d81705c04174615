"""A call put on hold by a PBX that does not say so: its music is neither talk nor silence."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from alerts.alert import AlertState, Kind
from service.demo.recording import Recording
from service.playback import PlaybackOutlet, play_through
from streaming.frames import Leg
from tests.calls.played import SETTINGS, as_telephone, recording, sound_alerts
from tests.fakes.tunes import as_pcm, chords
from web.sources import CallEventType

_TUNE = np.frombuffer(as_pcm(chords(30), -28.0), "<i2")


def with_tune(played: Recording, from_ms: int, until_ms: int) -> Recording:
    """Music on the agent's leg, for all that is in it."""
    legs = dict(played.legs)
    agent = legs[Leg.AGENT].copy()
    start, end = from_ms * 16, until_ms * 16
    agent[start:end] = _TUNE[: end - start]
    return replace(played, legs=((Leg.AGENT, agent), (Leg.CUSTOMER, legs[Leg.CUSTOMER])))


def unreported(played: Recording) -> Recording:
    """The same call, and nobody says that it was held."""
    return replace(played, script=tuple(each for each in played.script if each.type is not CallEventType.HOLD))


async def test_dead_air_that_turns_out_to_be_music_is_taken_back_and_the_rest_is_heard_as_without_it() -> None:
    played = recording("dead_air")
    (silent,) = (alert for alert in await sound_alerts(played) if alert.kind is Kind.DEAD_AIR)
    since_ms = silent.evidence.from_ms
    outlet = PlaybackOutlet()
    await play_through(with_tune(played, since_ms + 500, since_ms + 6_000), SETTINGS, None, None, outlet, 20)
    told = [alert for alert in outlet.changes if alert.kind is Kind.DEAD_AIR]
    assert [(each.state, each.evidence.from_ms) for each in told] == [
        (AlertState.OPEN, since_ms),
        (AlertState.WITHDRAWN, since_ms),
    ]
    assert outlet.alerts() == [alert for alert in await sound_alerts(played) if alert.kind is not Kind.DEAD_AIR]


@pytest.mark.parametrize("line", [unreported, lambda played: as_telephone(unreported(played))], ids=["wide", "narrow"])
async def test_music_for_half_a_minute_is_no_long_silence(line: Callable[[Recording], Recording]) -> None:
    kinds = {alert.kind for alert in await sound_alerts(line(recording("hold_then_abandon")))}
    assert not kinds & {Kind.LONG_SILENCE, Kind.DEAD_AIR}
