"""Clipped, off centre and lost sound."""

import pytest

from alerts.alert import Severity
from alerts.detectors.bad_media import BadMediaDetector
from config.detection import BadMediaSettings
from tests.fakes.conversation import AGENT, CUSTOMER, Conversation, measured


def detector() -> BadMediaDetector:
    return BadMediaDetector(BadMediaSettings())


def lines(until_ms: int = 20_000) -> Conversation:
    return Conversation().line(AGENT, 0, until_ms).line(CUSTOMER, 0, until_ms)


@pytest.mark.parametrize(
    ("told", "faults"),
    [
        (lines(60_000), []),
        (Conversation().line(AGENT, 0, 5_000, clipped_ratio=0.02), ["clipped"]),
        (Conversation().line(AGENT, 0, 20_000, clipped_ratio=0.009), []),
        (Conversation().line(AGENT, 0, 2_000, clipped_ratio=0.5, voiced_ms=300), []),  # too little voice
        (Conversation().line(AGENT, 0, 9_000).line(AGENT, 9_000, 10_000, clipped_ratio=0.05, voiced_ms=400), []),
        (Conversation().line(AGENT, 0, 3_000, offset_ratio=0.03), ["off centre"]),
        (Conversation().line(AGENT, 0, 2_000, offset_ratio=0.03).line(AGENT, 2_000, 9_000), []),
        (lines().gap(AGENT, 5_200, 5_800), ["lost"]),
        (lines().gap(AGENT, 5_200, 5_600), []),
        (lines().gap(AGENT, 5_200, 5_500).gap(AGENT, 8_200, 8_500), ["lost"]),
        (lines(40_000).gap(AGENT, 5_200, 5_500).gap(AGENT, 28_200, 28_500), []),
        (lines().gap(AGENT, 5_200, 9_200).gap(CUSTOMER, 5_200, 9_200), []),  # nobody sent any
        (lines().gap(AGENT, 5_200, 9_200).gap(CUSTOMER, 5_200, 5_600), ["lost"]),
        (lines().gap(AGENT, 5_200, 5_800).hold(5_900), []),
    ],
)
def test_what_is_bad(told: Conversation, faults: list[str]) -> None:
    assert [measured(each, "fault") for each in told.play(detector())] == faults


def test_a_fault_is_told_once_until_it_has_half_gone() -> None:
    told = Conversation().line(AGENT, 0, 20_000, clipped_ratio=0.02).line(AGENT, 20_000, 40_000)
    told.line(AGENT, 40_000, 60_000, clipped_ratio=0.02)
    first, again = told.play(detector())
    assert (first.severity, first.leg, first.audio_end_ms) == (Severity.MINOR, AGENT, 3_000)
    assert again.event != first.event
    assert again.audio_end_ms > 40_000
