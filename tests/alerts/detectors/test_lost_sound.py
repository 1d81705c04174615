"""Lines without sound and lines without packets."""

from dataclasses import dataclass

import pytest

from alerts.alert import Kind, Severity
from alerts.detectors.lost_sound import LostSoundDetector
from alerts.findings import Stage
from config.detection import SoundSettings
from streaming.frames import Leg, Party
from tests.fakes.conversation import AGENT, CUSTOMER, MIXED, Conversation, measured


def detector() -> LostSoundDetector:
    return LostSoundDetector(SoundSettings())


def calling(into_ms: int = 4_000) -> Conversation:
    """The agent speaks into a line from which nothing comes."""
    return Conversation().speech(AGENT, 700, into_ms).soundless(CUSTOMER, 0)


@dataclass(frozen=True)
class Case:
    name: str
    told: Conversation
    kind: Kind | None
    leg: Leg | None
    at_ms: int


_NOTHING = (None, None, 0)
CASES = [
    Case("nothing from the customer", calling(), Kind.ONE_WAY_AUDIO, CUSTOMER, 8_000),
    Case("the agent has hardly spoken", calling(into_ms=2_500), *_NOTHING),
    Case("until enough was said", calling(2_500).speech(AGENT, 10_000, 11_000), Kind.ONE_WAY_AUDIO, CUSTOMER, 10_200),
    Case("sound after 7.9 s", Conversation().speech(AGENT, 700, 4_000).soundless(CUSTOMER, 0, 7_900), *_NOTHING),
    Case("nothing from either", calling().soundless(AGENT, 4_000), Kind.NO_AUDIO, None, 12_000),
    Case("on hold", calling().hold(3_000), *_NOTHING),
    Case("the customer is muted", calling().mute(CUSTOMER, 3_000, 60_000), *_NOTHING),
    Case("answered only now", calling().answered(6_000), *_NOTHING),
    Case(
        "answered and speaking",
        calling().answered(6_000).speech(AGENT, 7_000, 13_000),
        Kind.ONE_WAY_AUDIO,
        CUSTOMER,
        14_000,
    ),
    Case("the call is over", calling().hang_up(Party.CUSTOMER, 7_000), *_NOTHING),
    Case("both on one leg", Conversation(legs=(MIXED,)).soundless(MIXED, 0), *_NOTHING),
    Case(
        "a source that suppresses its pauses may listen for longer",
        Conversation().soundless(CUSTOMER, 1_000, 2_000).speech(AGENT, 3_000, 9_000).soundless(CUSTOMER, 3_000),
        *_NOTHING,
    ),
    Case("no packets for two seconds", Conversation().no_packets(CUSTOMER, 5_000), Kind.ONE_WAY_AUDIO, CUSTOMER, 7_000),
    Case("no packets on hold", Conversation().hold(3_000).no_packets(CUSTOMER, 5_000), *_NOTHING),
    Case(
        "no packets behind the end", Conversation().hang_up(Party.AGENT, 3_000).no_packets(CUSTOMER, 5_000), *_NOTHING
    ),
    Case(
        "no packets from one who is muted",
        Conversation().mute(CUSTOMER, 3_000, 90_000).no_packets(CUSTOMER, 5_000),
        *_NOTHING,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_missing(case: Case) -> None:
    findings = case.told.quiet_until(16_000).play(detector())
    opened = [(each.kind, each.leg, each.audio_end_ms) for each in findings if each.stage is Stage.CERTAIN]
    assert opened == ([] if case.kind is None else [(case.kind, case.leg, case.at_ms)])


def test_a_suppressing_source_is_told_in_the_end() -> None:
    told = Conversation().soundless(CUSTOMER, 1_000, 2_000).speech(AGENT, 3_000, 9_000).soundless(CUSTOMER, 3_000)
    assert [each.audio_end_ms for each in told.quiet_until(40_000).play(detector())] == [27_000]


def test_its_length_when_the_sound_is_back() -> None:
    told = Conversation().speech(AGENT, 700, 4_000).soundless(CUSTOMER, 0, 11_000).quiet_until(20_000)
    first, last = told.play(detector())
    assert (first.severity, first.event) == (Severity.MAJOR, last.event)
    assert (last.stage, measured(last, "silent_ms"), measured(last, "cause")) == (Stage.REVISED, 11_000, "no sound")


def test_packets_lost_on_both_legs() -> None:
    told = Conversation().no_packets(CUSTOMER, 5_000, 30_000).no_packets(AGENT, 5_100, 31_000).quiet_until(40_000)
    findings = told.play(detector())
    assert [(each.kind, each.leg, each.stage) for each in findings] == [
        (Kind.ONE_WAY_AUDIO, CUSTOMER, Stage.CERTAIN),
        (Kind.NO_AUDIO, None, Stage.CERTAIN),
        (Kind.ONE_WAY_AUDIO, CUSTOMER, Stage.REVISED),
        (Kind.NO_AUDIO, None, Stage.REVISED),
    ]


def test_packets_that_were_only_late_are_no_loss() -> None:
    told = Conversation().no_packets(CUSTOMER, 5_000).leg_resumes(CUSTOMER, 5_000, late_ms=4_000).quiet_until(20_000)
    first, last = told.play(detector())
    assert (first.stage, last.stage, last.event) == (Stage.CERTAIN, Stage.WITHDRAWN, first.event)
    assert measured(last, "silent_ms") == 2_000


@pytest.mark.parametrize(
    ("agent_back_ms", "late_ms", "stage"), [(5_100, 4_100, Stage.WITHDRAWN), (9_200, 0, Stage.REVISED)]
)
def test_of_two_parties_whose_packets_come_late_the_second_may_have_lost_some(
    agent_back_ms: int, late_ms: int, stage: Stage
) -> None:
    told = Conversation().no_packets(CUSTOMER, 5_000).no_packets(AGENT, 5_100)
    told.leg_resumes(CUSTOMER, 5_000, late_ms=4_000).leg_resumes(AGENT, agent_back_ms, late_ms).quiet_until(20_000)
    assert [(each.kind, each.stage) for each in told.play(detector())][2:] == [
        (Kind.ONE_WAY_AUDIO, Stage.WITHDRAWN),
        (Kind.NO_AUDIO, stage),
    ]
