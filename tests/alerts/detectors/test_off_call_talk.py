"""Talk the customer is not to hear."""

from dataclasses import dataclass

import pytest

from alerts.alert import Severity
from alerts.detectors.off_call_talk import OffCallTalkDetector
from alerts.lateness import Lateness
from config.detection import OffCallTalkSettings
from config.hearing import HearingSettings
from streaming.frames import Party
from tests.fakes.conversation import AGENT, CUSTOMER, Conversation, measured


def detector() -> OffCallTalkDetector:
    return OffCallTalkDetector(OffCallTalkSettings(enabled=True), Lateness.of(HearingSettings()))


@dataclass(frozen=True)
class Case:
    name: str
    told: Conversation
    count: int


CASES = [
    Case("on hold", Conversation().hold(5_000, 20_000).speech(AGENT, 6_000, 10_000), 1),
    Case("muted", Conversation().mute(AGENT, 5_000, 20_000).speech(AGENT, 6_000, 10_000), 1),
    Case("a word or two", Conversation().hold(5_000, 20_000).speech(AGENT, 6_000, 8_500), 0),
    Case("many words", Conversation().hold(5_000, 20_000).speech(AGENT, 6_000, 8_000).speech(AGENT, 10_000, 12_000), 1),
    Case("before the hold", Conversation().speech(AGENT, 0, 7_000).hold(5_000, 20_000), 0),
    Case("the customer's own words", Conversation().hold(5_000, 20_000).speech(CUSTOMER, 6_000, 10_000), 0),
    Case("the customer is muted", Conversation().mute(CUSTOMER, 5_000, 20_000).speech(AGENT, 6_000, 10_000), 0),
    Case(
        "twice", Conversation().hold(0, 9_000).speech(AGENT, 1_000, 5_000).hold(20_000).speech(AGENT, 21_000, 25_000), 2
    ),
    Case("behind the end", Conversation().hold(5_000).hang_up(Party.CUSTOMER, 6_500).speech(AGENT, 7_000, 12_000), 0),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_when_it_is_told(case: Case) -> None:
    assert len(case.told.quiet_until(30_000).play(detector())) == case.count


def test_what_is_told() -> None:
    (finding,) = Conversation().hold(5_000, 20_000).speech(AGENT, 6_000, 10_000).play(detector())
    assert (finding.severity, finding.leg, measured(finding, "while")) == (Severity.MAJOR, AGENT, "on hold")
    assert 9_000 <= finding.audio_end_ms <= 9_100
