"""When the line says nothing, so that rules abstain."""

import pytest

from alerts.line import Line
from streaming.frames import Leg, Party
from streaming.observations import (
    CallAnswered,
    CallOver,
    CallTransferred,
    GapHeard,
    HangUpReported,
    HoldChanged,
    LegEnded,
    LegResumed,
    LegStalled,
    LevelHeard,
    MusicEnded,
    MusicStarted,
    MuteChanged,
    Observation,
    SpeechStarted,
)


def line_of(*observations: Observation, legs: tuple[Leg, ...] = (Leg.AGENT, Leg.CUSTOMER)) -> Line:
    line = Line()
    for leg in legs:
        line.feed(LevelHeard(leg, 0, 20, -50.0, False))
    for observation in observations:
        line.feed(observation)
    return line


@pytest.mark.parametrize(
    ("observations", "clear", "from_ms"),
    [
        ([], True, 0),
        ([HoldChanged(True, 5_000)], False, 5_000),
        ([HoldChanged(True, 5_000), HoldChanged(False, 8_000)], True, 8_000),
        ([MuteChanged(Leg.AGENT, True, 5_000)], False, 5_000),
        ([MusicStarted(Leg.AGENT, 5_000, 9_000)], False, 5_000),
        ([MusicStarted(Leg.AGENT, 5_000, 9_000), MusicEnded(Leg.AGENT, 20_000)], True, 20_000),
        ([MuteChanged(Leg.AGENT, True, 5_000), MuteChanged(Leg.AGENT, False, 6_000)], True, 6_000),
        ([GapHeard(Leg.AGENT, 5_000, 5_300)], True, 0),
        ([GapHeard(Leg.AGENT, 5_000, 5_320)], True, 5_320),
        ([LegStalled(Leg.AGENT, 5_000)], False, 5_000),
        ([LegStalled(Leg.AGENT, 5_000), LegResumed(Leg.AGENT, 7_000)], True, 7_000),
        ([LegEnded(Leg.CUSTOMER, 5_000, True)], False, 5_000),
        ([LegEnded(Leg.CUSTOMER, 5_000, False), LegResumed(Leg.CUSTOMER, 9_000)], True, 9_000),
        ([LegEnded(Leg.CUSTOMER, 5_000, False), SpeechStarted(Leg.CUSTOMER, 6_000, 6_100)], True, 6_000),
        ([CallAnswered(5_000)], True, 5_000),
        ([CallTransferred(5_000)], True, 5_000),
        ([CallOver(5_000, True)], False, 5_000),
        ([HangUpReported(Party.CUSTOMER, 5_000)], False, 5_000),
        ([CallOver(5_000, False), LegResumed(Leg.AGENT, 6_000)], True, 6_000),
    ],
)
def test_what_hides_the_call(observations: list[Observation], clear: bool, from_ms: int) -> None:
    line = line_of(*observations)
    assert (line.clear, line.from_ms) == (clear, from_ms)


def test_a_gap_was_lost_at_its_beginning() -> None:
    assert line_of(GapHeard(Leg.AGENT, 5_000, 6_000)).lost_ms == 5_000


@pytest.mark.parametrize(
    ("legs", "two_parties", "whole"),
    [
        ((Leg.AGENT,), False, False),
        ((Leg.AGENT, Leg.CUSTOMER), True, True),
        ((Leg.MIXED,), False, True),
        ((Leg.AGENT, Leg.CUSTOMER, Leg.MIXED), False, True),
    ],
)
def test_who_is_on_the_line(legs: tuple[Leg, ...], two_parties: bool, whole: bool) -> None:
    line = line_of(legs=legs)
    assert (line.two_parties, line.whole) == (two_parties, whole)
