"""Dead air at its edges: 2.9 and 3.1 seconds, hold, gaps, coughs."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.alert import Severity
from alerts.detectors.dead_air import DeadAirDetector
from alerts.findings import Finding, Stage
from alerts.lateness import Lateness
from config.detection import DeadAirSettings
from config.hearing import HearingSettings
from streaming.frames import Leg
from streaming.observations import GapHeard
from tests.fakes.conversation import AGENT, CUSTOMER, MIXED, Conversation, measured


def detector() -> DeadAirDetector:
    return DeadAirDetector(DeadAirSettings(), Lateness.of(HearingSettings()))


def asked() -> Conversation:
    """The customer's turn ends at 8000."""
    return Conversation().speech(AGENT, 700, 3_700).speech(CUSTOMER, 4_200, 8_000)


def opened(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.stage is Stage.CERTAIN]


@dataclass(frozen=True)
class Case:
    name: str
    told: Conversation
    starts_ms: tuple[int, ...]


QUIET = [
    Case("answered after 2.9 s", asked().speech(AGENT, 10_900, 13_000), ()),
    Case("answered at 3.0 s sharp", asked().speech(AGENT, 11_000, 13_000), ()),
    Case(
        "the customer goes on after 2.9 s", asked().speech(CUSTOMER, 10_900, 12_000).speech(AGENT, 12_500, 14_000), ()
    ),
    Case("a cough asks for nothing", Conversation().speech(CUSTOMER, 4_000, 4_500).quiet_until(12_000), ()),
    Case(
        "yes, I see inside the agent's turn asks for nothing",
        Conversation().speech(AGENT, 1_000, 5_000).speech(CUSTOMER, 3_000, 3_950).quiet_until(12_000),
        (),
    ),
    Case("the agent has spoken last", asked().speech(AGENT, 8_500, 9_500).quiet_until(20_000), ()),
    Case("an answer that began inside the question", asked().speech(AGENT, 7_500, 8_400).quiet_until(20_000), ()),
    Case("hold over the silence", asked().hold(9_000, 30_000).quiet_until(40_000), ()),
    Case("held before the customer had finished", asked().hold(7_000).quiet_until(40_000), ()),
    Case("music has played for long", asked().music(AGENT, 3_600, 30_000).quiet_until(40_000), ()),
    Case("the customer's own music", asked().music(CUSTOMER, 3_000, 30_000).quiet_until(40_000), ()),
    Case("the agent is muted", asked().mute(AGENT, 8_500, 14_000).quiet_until(20_000), ()),
    Case("a gap inside the silence", asked().gap(AGENT, 9_000, 9_600).quiet_until(20_000), ()),
    Case("a gap of the customer inside the silence", asked().gap(CUSTOMER, 9_000, 9_600).quiet_until(20_000), ()),
    Case("a leg stalls", asked().stall(AGENT, 9_000, 14_000).quiet_until(20_000), ()),
    Case("the customer's leg ends", asked().leg_ends(CUSTOMER, 9_000).quiet_until(20_000), ()),
    Case("the call is over", asked().over(9_000).quiet_until(20_000), ()),
    Case("answered while it rang", asked().answered(9_000).quiet_until(12_500), ()),
    Case("transferred", asked().transfer(9_000).quiet_until(12_500), ()),
    Case("both on one leg", Conversation(legs=(MIXED,)).speech(MIXED, 4_200, 8_000).quiet_until(20_000), ()),
    Case(
        "no agent was ever heard", Conversation(legs=(CUSTOMER,)).speech(CUSTOMER, 1_000, 4_000).quiet_until(9_000), ()
    ),
]

LOUD = [
    Case("answered after 3.1 s", asked().speech(AGENT, 11_100, 13_000), (8_000,)),
    Case("a click is no answer", asked().speech(AGENT, 9_000, 9_200).quiet_until(12_000), (8_000,)),
    Case("a click at the limit is no answer", asked().speech(AGENT, 10_950, 11_150).quiet_until(12_000), (8_000,)),
    Case(
        "two halves make one turn",
        Conversation().speech(CUSTOMER, 3_000, 3_500).speech(CUSTOMER, 4_000, 4_400).quiet_until(9_000),
        (4_400,),
    ),
    Case(
        "a cough restarts the clock of an open question",
        asked().speech(CUSTOMER, 9_900, 10_200).quiet_until(14_000),
        (10_200,),
    ),
    Case("a short gap is bridged", asked().gap(AGENT, 9_000, 9_300).quiet_until(12_000), (8_000,)),
    Case(
        "after hold the customer asks again",
        asked().hold(8_500, 10_000).speech(CUSTOMER, 11_000, 13_000).quiet_until(17_000),
        (13_000,),
    ),
    Case("no greeting at all", Conversation().speech(CUSTOMER, 3_000, 7_500).quiet_until(11_000), (7_500,)),
    Case(
        "twice in a call",
        asked().speech(AGENT, 12_000, 14_000).speech(CUSTOMER, 15_000, 17_000).quiet_until(21_000),
        (8_000, 17_000),
    ),
]


@pytest.mark.parametrize("case", [*QUIET, *LOUD], ids=lambda case: case.name)
def test_when_it_is_told(case: Case) -> None:
    findings = opened(case.told.play(detector()))
    assert tuple(finding.evidence.from_ms for finding in findings) == case.starts_ms


def test_what_is_told_and_when() -> None:
    watching, told = detector(), asked().quiet_until(20_000)
    seen_ms: list[int] = []
    for known_ms, observation in told.observations():
        assert watching.feed(observation) == [], known_ms
    for now_ms in range(8_300, 12_000, 20):
        seen_ms += [now_ms] * len(watching.advance(now_ms))
    assert seen_ms == [11_180]  # 3 s after the end of the speech, and the time in which speech could have begun
    first = asked().quiet_until(20_000).play(detector())[0]
    assert (first.leg, first.severity, first.audio_end_ms) == (Leg.AGENT, Severity.MAJOR, 11_000)
    assert (first.evidence.from_ms, first.evidence.to_ms, measured(first, "silence_ms")) == (8_000, 11_000, 3_000)
    assert first.event == "dead_air:8000"
    assert first.refractory_ms == 10_000


def test_it_grows_critical_and_ends_with_its_length() -> None:
    findings = asked().speech(AGENT, 17_500, 19_000).play(detector())
    assert [(finding.stage, finding.severity, measured(finding, "silence_ms")) for finding in findings] == [
        (Stage.CERTAIN, Severity.MAJOR, 3_000),
        (Stage.REVISED, Severity.CRITICAL, 8_000),
        (Stage.REVISED, Severity.CRITICAL, 9_500),
    ]
    assert len({finding.event for finding in findings}) == 1


def test_hold_ends_a_told_silence_where_hold_begins() -> None:
    findings = asked().hold(12_000).quiet_until(30_000).play(detector())
    assert [(finding.stage, finding.evidence.to_ms) for finding in findings] == [
        (Stage.CERTAIN, 11_000),
        (Stage.REVISED, 12_000),
    ]


turns = st.lists(
    st.tuples(st.sampled_from([AGENT, CUSTOMER]), st.integers(0, 5_000), st.integers(100, 4_000)), max_size=8
)


@given(turns, st.sampled_from([100, 200, 333, 1_000]))
def test_the_grain_of_advance_changes_nothing(spoken: list[tuple[Leg, int, int]], stride_ms: int) -> None:
    told, at_ms = Conversation(), 0
    for leg, pause_ms, length_ms in spoken:
        # Speech known later than the voice detector can be would be another matter.
        told.speech(leg, at_ms + pause_ms, at_ms + pause_ms + length_ms)
        at_ms += pause_ms + length_ms + 400
    told.quiet_until(at_ms + 12_000)
    assert told.play(detector(), stride_ms) == told.play(detector(), 20)


@pytest.mark.parametrize("music_ms", [7_900, 8_100, 11_000])
def test_music_that_soon_began_takes_it_back(music_ms: int) -> None:
    findings = asked().music(AGENT, music_ms, 30_000).quiet_until(40_000).play(detector())
    assert [(each.stage, each.event) for each in findings] == [
        (Stage.CERTAIN, "dead_air:8000"),
        (Stage.WITHDRAWN, "dead_air:8000"),
    ]


@pytest.mark.parametrize("leg", [AGENT, CUSTOMER])
def test_a_gap_that_soon_began_and_is_known_late_takes_it_back(leg: Leg) -> None:
    ear = detector()
    told = asked().quiet_until(17_000).play(ear)
    assert [each.stage for each in told] == [Stage.CERTAIN, Stage.REVISED]
    (found,) = ear.feed(GapHeard(leg, 10_600, 16_900))
    assert (found.stage, found.event, found.evidence.to_ms) == (Stage.WITHDRAWN, "dead_air:8000", 10_600)


def test_a_gap_that_began_too_late_ends_it() -> None:
    ear = detector()
    asked().quiet_until(13_000).play(ear)
    (found,) = ear.feed(GapHeard(AGENT, 11_400, 12_900))
    assert (found.stage, found.evidence.to_ms) == (Stage.REVISED, 11_400)


def test_music_that_began_too_late_ends_it() -> None:
    findings = asked().music(AGENT, 11_400, 30_000).quiet_until(40_000).play(detector())
    assert [each.stage for each in findings] == [Stage.CERTAIN, Stage.REVISED]
    assert (findings[-1].evidence.from_ms, findings[-1].evidence.to_ms) == (8_000, 11_400)


def test_after_music_the_customer_must_be_answered_again() -> None:
    told = asked().music(AGENT, 8_200, 15_000).speech(CUSTOMER, 20_000, 22_000).quiet_until(26_000)
    assert [each.event for each in opened(told.play(detector()))] == ["dead_air:8000", "dead_air:22000"]
