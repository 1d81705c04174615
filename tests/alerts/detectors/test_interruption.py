"""Who broke in on whom."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.alert import Severity
from alerts.detectors.interruption import InterruptionDetector
from alerts.lateness import Lateness
from config.detection import InterruptionSettings
from config.hearing import HearingSettings
from streaming.frames import Leg
from tests.fakes.conversation import AGENT, CUSTOMER, MIXED, Conversation, measured


def detector() -> InterruptionDetector:
    return InterruptionDetector(InterruptionSettings(), Lateness.of(HearingSettings()))


def complaining(end_ms: int = 8_000) -> Conversation:
    return Conversation().speech(AGENT, 500, 2_000).speech(CUSTOMER, 3_000, end_ms)


@dataclass(frozen=True)
class Case:
    name: str
    told: Conversation
    by: Leg | None


CASES = [
    Case("the agent breaks in and goes on", complaining().speech(AGENT, 7_000, 12_000), AGENT),
    Case("the customer breaks in", Conversation().speech(AGENT, 0, 5_000).speech(CUSTOMER, 4_000, 9_000), CUSTOMER),
    Case("half a second of overlap is enough", complaining().speech(AGENT, 7_450, 12_000), AGENT),
    Case("less is a late turn", complaining().speech(AGENT, 7_600, 12_000), None),
    Case("the other goes on for more than two seconds", complaining().speech(AGENT, 5_900, 12_000), None),
    Case("the other had only begun", complaining().speech(AGENT, 3_900, 12_000), None),
    Case("who broke in stops first", complaining().speech(AGENT, 6_500, 7_500), None),
    Case("and says no more than half a second", complaining().speech(AGENT, 7_000, 8_500), None),
    Case("after a breath it goes on", complaining().speech(AGENT, 7_000, 8_500).speech(AGENT, 8_900, 10_000), AGENT),
    Case(
        "the other was at the end of a turn",
        Conversation()
        .speech(AGENT, 0, 900)
        .speech(CUSTOMER, 1_500, 6_200)
        .speech(CUSTOMER, 6_600, 7_400)
        .speech(AGENT, 6_800, 12_000),
        None,
    ),
    Case(
        "the other only took a breath",
        complaining().speech(CUSTOMER, 8_400, 11_000).speech(AGENT, 7_000, 14_000),
        None,
    ),
    Case("on hold", complaining().hold(6_000).speech(AGENT, 7_000, 12_000), None),
    Case("hold in between", complaining().speech(AGENT, 7_000, 12_000).hold(8_200), None),
    Case(
        "a gap in the words of the one who stopped",
        complaining().gap(CUSTOMER, 7_900, 8_400).speech(AGENT, 7_000, 12_000),
        None,
    ),
    Case("both on one leg", Conversation(legs=(MIXED,)).speech(MIXED, 0, 9_000), None),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_who_interrupts(case: Case) -> None:
    findings = case.told.quiet_until(20_000).play(detector())
    assert [finding.leg for finding in findings] == ([case.by] if case.by is not None else [])


def test_what_is_told() -> None:
    (finding,) = complaining().speech(AGENT, 7_000, 12_000).play(detector())
    assert (finding.severity, finding.audio_end_ms) == (Severity.INFO, 9_000)
    assert (finding.evidence.from_ms, finding.evidence.to_ms, measured(finding, "overlap_ms")) == (7_000, 8_000, 1_000)
    assert finding.refractory_ms == 300_000


def interrupting(by: Leg, other: Leg, every_ms: int, times: int) -> Conversation:
    told = Conversation()
    for number in range(times):
        at_ms = number * every_ms
        told.speech(other, at_ms + 1_000, at_ms + 6_000).speech(by, at_ms + 5_000, at_ms + 9_000)
    return told


def test_the_third_by_the_agent_within_five_minutes_is_major() -> None:
    severities = [each.severity for each in interrupting(AGENT, CUSTOMER, 20_000, 4).play(detector())]
    assert severities == [Severity.INFO, Severity.INFO, Severity.MAJOR, Severity.MAJOR]
    rare = [each.severity for each in interrupting(AGENT, CUSTOMER, 160_000, 4).play(detector(), 1_000)]
    assert rare == [Severity.INFO] * 4


def test_what_customers_do_is_only_shown() -> None:
    severities = {each.severity for each in interrupting(CUSTOMER, AGENT, 20_000, 4).play(detector())}
    assert severities == {Severity.INFO}


turns = st.lists(
    st.tuples(st.sampled_from([AGENT, CUSTOMER]), st.integers(0, 2_000), st.integers(500, 4_000)), max_size=8
)


@given(turns, st.sampled_from([100, 333]))
def test_the_grain_of_advance_changes_nothing(spoken: list[tuple[Leg, int, int]], stride_ms: int) -> None:
    told, free_ms, at_ms = Conversation(), {AGENT: 0, CUSTOMER: 0}, 0
    for leg, later_ms, length_ms in spoken:
        at_ms = max(at_ms + later_ms, free_ms[leg])
        told.speech(leg, at_ms, at_ms + length_ms)
        free_ms[leg] = at_ms + length_ms + 400
    told.quiet_until(at_ms + 8_000)
    assert told.play(detector(), stride_ms) == told.play(detector(), 20)
