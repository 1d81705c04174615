"""Noise behind a voice."""

import pytest

from alerts.alert import Severity
from alerts.detectors.background_noise import BackgroundNoiseDetector
from alerts.findings import Stage
from config.detection import BackgroundNoiseSettings
from tests.fakes.conversation import AGENT, CUSTOMER, Conversation, measured


def detector() -> BackgroundNoiseDetector:
    return BackgroundNoiseDetector(BackgroundNoiseSettings())


@pytest.mark.parametrize(
    ("told", "count"),
    [
        (Conversation().line(AGENT, 0, 60_000), 0),
        (Conversation().line(AGENT, 0, 9_000, -40.0).line(AGENT, 9_000, 30_000), 0),
        (Conversation().line(AGENT, 0, 10_000, -40.0), 1),
        (Conversation().line(AGENT, 0, 10_000, -44.9), 1),
        (Conversation().line(AGENT, 0, 30_000, -40.0, -21.0), 0),  # the line is loud, not the place
        (Conversation().line(AGENT, 0, 30_000, -45.1), 0),
        (Conversation().line(AGENT, 0, 12_000, -50.0, -39.0), 1),  # hardly stands out
        (Conversation().line(AGENT, 0, 30_000, None, -39.0), 0),
        (Conversation().line(AGENT, 0, 12_000, -40.0, None), 1),
        (Conversation().hold(0).line(CUSTOMER, 1_000, 30_000, -30.0), 0),  # music
        (Conversation().line(AGENT, 0, 7_000, -40.0).transfer(7_500).line(AGENT, 8_000, 15_000, -40.0), 0),
    ],
)
def test_when_it_is_told(told: Conversation, count: int) -> None:
    assert len(told.play(detector())) == count


def test_it_is_one_event_until_it_was_quiet_for_as_long() -> None:
    told = Conversation().line(CUSTOMER, 0, 15_000, -40.0).line(CUSTOMER, 15_000, 20_000, -46.0)
    told.line(CUSTOMER, 20_000, 25_000, -38.0).line(CUSTOMER, 25_000, 40_000, -60.0).line(
        CUSTOMER, 40_000, 60_000, -40.0
    )
    first, last, again = told.play(detector())
    assert (first.leg, first.severity, first.audio_end_ms) == (CUSTOMER, Severity.MINOR, 10_000)
    assert (last.stage, last.event, last.evidence.to_ms) == (Stage.REVISED, first.event, 25_000)
    assert measured(last, "floor_dbfs") == -38.0
    assert (again.stage, again.audio_end_ms) == (Stage.CERTAIN, 50_000)
