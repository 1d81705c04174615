"""Who speaks on and on."""

from dataclasses import dataclass

import pytest

from alerts.alert import Severity
from alerts.detectors.long_monologue import LongMonologueDetector
from alerts.findings import Stage
from alerts.lateness import Lateness
from config.detection import LongMonologueSettings
from config.hearing import HearingSettings
from tests.fakes.conversation import AGENT, CUSTOMER, Conversation, measured


def detector() -> LongMonologueDetector:
    return LongMonologueDetector(LongMonologueSettings(), Lateness.of(HearingSettings()))


def reading(until_ms: int, pause_ms: int = 500) -> Conversation:
    """The agent reads from 1000 on, a sentence every 5 s."""
    told, at_ms = Conversation(), 1_000
    while at_ms < until_ms:
        told.speech(AGENT, at_ms, min(at_ms + 5_000 - pause_ms, until_ms))
        at_ms += 5_000
    return told


@dataclass(frozen=True)
class Case:
    name: str
    told: Conversation
    starts_ms: tuple[int, ...]


CASES = [
    Case("59 s", reading(60_000), ()),
    Case("62 s", reading(63_000), (1_000,)),
    Case("yes, I see does not end it", reading(63_000).speech(CUSTOMER, 30_000, 30_900), (1_000,)),
    Case("a turn of the customer ends it", reading(63_000).speech(CUSTOMER, 30_000, 32_000), ()),
    Case("and it begins anew", reading(95_000).speech(CUSTOMER, 30_000, 32_000), (31_000,)),
    Case("long pauses end it", reading(90_000, pause_ms=2_500), ()),
    Case("the customer may speak for longer", Conversation().speech(CUSTOMER, 0, 100_000), ()),
    Case("but not for two minutes", Conversation().speech(CUSTOMER, 0, 130_000), (0,)),
    Case("hold ends it", reading(63_000).hold(40_000, 41_000), ()),
    Case("both at once is no monologue", reading(63_000).speech(CUSTOMER, 50_000, 70_000), ()),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_when_it_is_told(case: Case) -> None:
    findings = case.told.quiet_until(140_000).play(detector(), 100)
    opened = [finding for finding in findings if finding.stage is Stage.CERTAIN]
    assert tuple(finding.evidence.from_ms for finding in opened) == case.starts_ms


def test_what_is_told_and_its_length_at_the_end() -> None:
    told = reading(80_000).speech(CUSTOMER, 82_000, 85_000).quiet_until(90_000)
    first, last = told.play(detector())
    assert (first.severity, first.leg, first.audio_end_ms) == (Severity.INFO, AGENT, 61_000)
    assert (last.stage, last.event, last.evidence.to_ms) == (Stage.REVISED, first.event, 80_000)
    assert measured(last, "speech_ms") == 79_000
