"""Talk-over: long ones, summed ones, and what is none."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.alert import Severity
from alerts.detectors.talk_over import TalkOverDetector
from alerts.findings import Stage
from alerts.lateness import Lateness
from config.detection import TalkOverSettings
from config.hearing import HearingSettings
from streaming.frames import Leg
from tests.fakes.conversation import AGENT, CUSTOMER, MIXED, Conversation, measured


def detector() -> TalkOverDetector:
    return TalkOverDetector(TalkOverSettings(), Lateness.of(HearingSettings()))


def explaining() -> Conversation:
    """The agent speaks from 1000 to 20000 without a break."""
    return Conversation().speech(AGENT, 1_000, 20_000)


def interjecting(length_ms: int, every_ms: int, times: int) -> Conversation:
    told = Conversation().speech(AGENT, 1_000, 1_000 + every_ms * times + 5_000)
    for number in range(times):
        told.speech(CUSTOMER, 3_000 + number * every_ms, 3_000 + number * every_ms + length_ms)
    return told.quiet_until(1_000 + every_ms * times + 7_000)


@dataclass(frozen=True)
class Case:
    name: str
    told: Conversation
    runs_ms: tuple[tuple[int, int], ...]  # from, and where it became true


CASES = [
    Case("1.9 s", explaining().speech(CUSTOMER, 5_000, 6_900), ()),
    Case("2.1 s", explaining().speech(CUSTOMER, 5_000, 7_100), ((5_000, 7_000),)),
    Case(
        "a break of 200 ms is joined",
        explaining().speech(CUSTOMER, 5_000, 6_000).speech(CUSTOMER, 6_200, 7_300),
        ((5_000, 7_000),),
    ),
    Case("a break of 300 ms is not", explaining().speech(CUSTOMER, 5_000, 6_500).speech(CUSTOMER, 6_800, 8_000), ()),
    Case(
        "the agent's break is joined too",
        Conversation().speech(CUSTOMER, 1_000, 9_000).speech(AGENT, 4_000, 5_200).speech(AGENT, 5_400, 6_300),
        ((4_000, 6_000),),
    ),
    Case("three pieces of 1.8 s in a minute", interjecting(1_800, 6_000, 3), ((3_000, 16_400),)),
    Case("three pieces of 1.6 s are 4.8 s", interjecting(1_600, 6_000, 3), ()),
    Case("backchannels do not add up", interjecting(900, 3_000, 12), ()),
    Case("three pieces over more than a minute", interjecting(1_800, 35_000, 3), ()),
    Case("one after the other", Conversation().speech(AGENT, 1_000, 4_000).speech(CUSTOMER, 4_200, 8_000), ()),
    Case("during hold", explaining().hold(4_000).speech(CUSTOMER, 5_000, 9_000), ()),
    Case("hold breaks it off", explaining().speech(CUSTOMER, 5_000, 9_000).hold(6_500), ()),
    Case("a stalled leg", explaining().speech(CUSTOMER, 5_000, 9_000).stall(CUSTOMER, 5_500, 8_800), ()),
    Case("one leg for both", Conversation(legs=(MIXED,)).speech(MIXED, 1_000, 9_000), ()),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_when_it_is_told(case: Case) -> None:
    findings = [finding for finding in case.told.play(detector()) if finding.stage is Stage.CERTAIN]
    assert tuple((finding.evidence.from_ms, finding.audio_end_ms) for finding in findings) == case.runs_ms


def test_it_is_told_while_it_lasts_and_ends_with_its_length() -> None:
    watching = detector()
    told = Conversation().speech(CUSTOMER, 1_000, 9_000).speech(AGENT, 3_000, 8_500).quiet_until(10_000)
    seen: list[tuple[int, Stage]] = []
    now_ms = 0
    for known_ms, observation in told.observations():
        while now_ms < known_ms:
            now_ms += 20
            seen += [(now_ms, finding.stage) for finding in watching.advance(now_ms)]
        seen += [(known_ms, finding.stage) for finding in watching.feed(observation)]
    assert seen[0] == (5_400, Stage.CERTAIN)  # 2 s, and the time a speaker may have stopped unknown
    findings = told.play(detector())
    assert [(finding.stage, measured(finding, "overlap_ms")) for finding in findings] == [
        (Stage.CERTAIN, 2_000),
        (Stage.REVISED, 5_500),
    ]
    assert (findings[0].leg, findings[0].severity) == (None, Severity.MINOR)


def test_hold_ends_what_was_told() -> None:
    findings = explaining().speech(CUSTOMER, 5_000, 9_500).hold(8_000).play(detector())
    assert [(finding.stage, finding.evidence.to_ms) for finding in findings] == [
        (Stage.CERTAIN, 7_000),
        (Stage.REVISED, 8_000),
    ]


def test_what_was_told_is_not_summed_again() -> None:
    told = Conversation().speech(AGENT, 1_000, 40_000).speech(CUSTOMER, 5_000, 9_500).speech(CUSTOMER, 20_000, 21_500)
    assert [finding.stage for finding in told.quiet_until(45_000).play(detector())] == [Stage.CERTAIN, Stage.REVISED]


speech = st.lists(st.tuples(st.integers(400, 3_000), st.integers(300, 6_000)), max_size=6)


def laid(told: Conversation, leg: Leg, pieces: list[tuple[int, int]]) -> int:
    at_ms = 0
    for pause_ms, length_ms in pieces:
        told.speech(leg, at_ms + pause_ms, at_ms + pause_ms + length_ms)
        at_ms += pause_ms + length_ms
    return at_ms


@given(speech, speech)
def test_only_true_overlaps_are_told(agent: list[tuple[int, int]], customer: list[tuple[int, int]]) -> None:
    told = Conversation()
    end_ms = max(laid(told, AGENT, agent), laid(told, CUSTOMER, customer))
    told.quiet_until(end_ms + 2_000)
    findings = told.play(detector())
    assert findings == told.play(detector())
    for finding in findings:
        assert finding.evidence.from_ms < finding.evidence.to_ms <= end_ms


@given(speech, speech, st.sampled_from([100, 200, 333]))
def test_the_grain_of_advance_changes_nothing(
    agent: list[tuple[int, int]], customer: list[tuple[int, int]], stride_ms: int
) -> None:
    told = Conversation()
    end_ms = max(laid(told, AGENT, agent), laid(told, CUSTOMER, customer))
    told.quiet_until(end_ms + 2_000)
    assert told.play(detector(), stride_ms) == told.play(detector())
