"""Long silence, announced and not."""

from dataclasses import dataclass

import pytest

from alerts.detectors.long_silence import LongSilenceDetector
from alerts.findings import Stage
from alerts.lateness import Lateness
from alerts.phrase_book import PhraseBook
from config.detection import LongSilenceSettings
from config.hearing import HearingSettings
from config.rule_packs import Topic, load_rule_pack, packaged_rules
from config.settings import Language
from streaming.frames import Leg
from tests.fakes.conversation import AGENT, CUSTOMER, LATEST_OFFSET_MS, MIXED, Conversation, measured

WAIT = "잠시만 기다려 주십시오"


def detector() -> LongSilenceDetector:
    pack = load_rule_pack(packaged_rules() / "ko")
    announcements = PhraseBook(Language.KO, pack.about(Topic.WAIT), 0.15)
    return LongSilenceDetector(LongSilenceSettings(), Lateness.of(HearingSettings()), announcements)


def spoken() -> Conversation:
    """The agent stops at 5000."""
    return Conversation().speech(CUSTOMER, 500, 2_000).speech(AGENT, 2_500, 5_000)


def announced() -> Conversation:
    return Conversation().speech(CUSTOMER, 500, 2_000).says(AGENT, 2_500, 5_000, WAIT)


def nearly_a_word(leg: Leg) -> Conversation:
    """Too short to end the silence, and its end is known as late as it may be."""
    return spoken().speech(leg, 9_000, 9_480, end_late_ms=LATEST_OFFSET_MS)


@dataclass(frozen=True)
class Case:
    name: str
    told: Conversation
    ends_ms: tuple[int, ...]  # audio_end_ms of what is told


CASES = [
    Case("9.9 s", spoken().speech(CUSTOMER, 14_900, 16_000), ()),
    Case("10.1 s", spoken().speech(CUSTOMER, 15_100, 16_000), (15_000,)),
    Case("a short noise does not end it", spoken().speech(CUSTOMER, 9_000, 9_300).quiet_until(16_000), (15_000,)),
    Case("one that is nearly a word neither", nearly_a_word(CUSTOMER).quiet_until(16_000), (15_000,)),
    Case("nor is the silence counted from before it", nearly_a_word(AGENT).quiet_until(12_000), ()),
    Case("a word ends it", spoken().speech(CUSTOMER, 9_000, 9_600).quiet_until(16_000), ()),
    Case("asked for patience, 29 s", announced().speech(AGENT, 34_000, 36_000), ()),
    Case("asked for patience, 31 s", announced().speech(AGENT, 36_000, 38_000), (35_000,)),
    Case(
        "asked for patience, spotted",
        spoken().spotted(AGENT, 3_000, 4_900, WAIT).speech(AGENT, 34_000, 36_000),
        (),
    ),
    Case(
        "another phrase spotted",
        spoken().spotted(AGENT, 3_000, 4_900, "좋은 하루 되세요").speech(CUSTOMER, 15_100, 16_000),
        (15_000,),
    ),
    Case("the customer says yes to it", announced().speech(CUSTOMER, 5_500, 6_200).quiet_until(30_000), ()),
    Case("patience was long ago", announced().speech(AGENT, 8_000, 10_000).quiet_until(22_000), (20_000,)),
    Case("hold", spoken().hold(6_000).quiet_until(60_000), ()),
    Case("after hold it counts anew", spoken().hold(6_000, 20_000).quiet_until(31_000), (30_000,)),
    Case("muted", spoken().mute(AGENT, 6_000, 14_000).quiet_until(20_000), ()),
    Case("a gap in it", spoken().gap(AGENT, 10_000, 10_500).quiet_until(20_000), ()),
    Case("stalled", spoken().stall(CUSTOMER, 8_000, 12_000).quiet_until(20_000), ()),
    Case("one leg never came", Conversation(legs=(AGENT,)).speech(AGENT, 500, 2_000).quiet_until(30_000), ()),
    Case("both on one leg", Conversation(legs=(MIXED,)).speech(MIXED, 500, 2_000).quiet_until(13_000), (12_000,)),
    Case("nobody ever says a word", Conversation().quiet_until(12_000), (10_000,)),
    Case("still speaking", Conversation().speech(AGENT, 1_000, 14_000).quiet_until(16_000), ()),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_when_it_is_told(case: Case) -> None:
    findings = [finding for finding in case.told.play(detector()) if finding.stage is Stage.CERTAIN]
    assert tuple(finding.audio_end_ms for finding in findings) == case.ends_ms


def test_the_end_is_told_once() -> None:
    findings = spoken().speech(AGENT, 18_000, 20_000).quiet_until(25_000).play(detector())
    assert [(finding.stage, measured(finding, "silence_ms")) for finding in findings] == [
        (Stage.CERTAIN, 10_000),
        (Stage.REVISED, 13_000),
    ]


def test_a_late_request_for_patience_takes_it_back_until_thirty_seconds() -> None:
    told = spoken().final(AGENT, 2_500, 5_000, WAIT, late_ms=11_500).quiet_until(36_000)
    findings = told.play(detector())
    assert [(finding.stage, finding.audio_end_ms) for finding in findings] == [
        (Stage.CERTAIN, 15_000),
        (Stage.WITHDRAWN, 15_000),
        (Stage.CERTAIN, 35_000),
    ]


@pytest.mark.parametrize("stride_ms", [100, 333, 1_000])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_grain_of_advance_changes_nothing(case: Case, stride_ms: int) -> None:
    assert case.told.play(detector(), stride_ms) == case.told.play(detector())


def test_music_is_no_silence_and_the_silence_after_it_counts_from_its_end() -> None:
    assert spoken().music(AGENT, 6_000, 30_000).quiet_until(39_000).play(detector()) == []
    findings = spoken().music(AGENT, 6_000, 30_000).quiet_until(41_000).play(detector())
    assert [(each.stage, each.evidence.from_ms) for each in findings] == [(Stage.CERTAIN, 30_000)]


def test_music_that_began_in_time_takes_it_back_and_later_music_ends_it() -> None:
    findings = spoken().music(AGENT, 13_000, 30_000).quiet_until(32_000).play(detector())
    assert [(each.stage, each.event) for each in findings] == [
        (Stage.CERTAIN, "long_silence:5000"),
        (Stage.WITHDRAWN, "long_silence:5000"),
    ]
    findings = spoken().music(AGENT, 17_000, 30_000).quiet_until(32_000).play(detector())
    assert [(each.stage, each.evidence.to_ms) for each in findings] == [
        (Stage.CERTAIN, 15_000),
        (Stage.REVISED, 17_000),
    ]
