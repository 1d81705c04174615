"""Silences and talking over, from both legs' speech."""

import pytest

from service.call_lanes import lanes_of
from streaming.frames import Leg
from web.sources import LegLevels, Span


def _legs(agent: str, customer: str) -> dict[Leg, LegLevels]:
    """One sign a step of 500 ms: `#` speaks."""
    spoken = {Leg.AGENT: agent, Leg.CUSTOMER: customer}
    return {leg: LegLevels((-30.0,) * len(text), tuple(sign == "#" for sign in text)) for leg, text in spoken.items()}


def test_nobody_speaking_for_three_seconds_is_a_silence_and_both_at_once_talking_over() -> None:
    legs = _legs("##......##.....", "#.......##.....")

    assert lanes_of(legs, [], 500) == [
        Span("silence", None, 1_000, 4_000),
        Span("talk_over", None, 0, 500),
        Span("talk_over", None, 4_000, 5_000),
    ]


@pytest.mark.parametrize("kind", ["hold", "gap"])
def test_a_hold_or_missing_audio_is_no_silence(kind: str) -> None:
    spans = [Span(kind, None, 3_000, 8_000)]

    assert lanes_of(_legs("." * 24, "." * 24), spans, 500) == [
        Span("silence", None, 0, 3_000),
        Span("silence", None, 8_000, 12_000),
    ]


def test_speech_inside_a_silence_ends_it_whatever_else_is_told() -> None:
    spans = [Span("speech", Leg.AGENT, 0, 500), Span("whisper", Leg.AGENT, 1_000, 2_000)]

    assert lanes_of(_legs("#......", "......."), spans, 500) == [Span("silence", None, 500, 3_500)]


def test_of_one_leg_alone_nothing_can_be_said() -> None:
    assert lanes_of({Leg.AGENT: LegLevels((-96.0,) * 60, (False,) * 60)}, [], 500) == []
