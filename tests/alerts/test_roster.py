"""Who gets a place in a call, and what he wants to be told."""

from typing import get_args

import pytest

from alerts.lateness import Lateness
from alerts.roster import Roster, roster_of
from config.detection import DetectionSettings, MissingWordsSettings, OffCallTalkSettings
from config.hearing import HearingSettings
from config.rule_packs import RulePack, load_rule_pack, packaged_rules
from streaming.observations import LineHeard, Observation, SyllableHeard, VoiceHeard
from tests.fakes.conversation import AGENT

EVERYTHING = DetectionSettings(
    missing_words=MissingWordsSettings(apology_enabled=True), off_call_talk=OffCallTalkSettings(enabled=True)
)
WORDS = {"RepeatedQuestionDetector", "MissingGreetingDetector", "MissingClosingDetector", "MissingApologyDetector"}


def roster(settings: DetectionSettings, pack: RulePack | None) -> Roster:
    return roster_of(settings, Lateness.of(HearingSettings()), pack)


def names(of: Roster) -> set[str]:
    return {type(post.detector).__name__ for post in of.posts}


@pytest.mark.parametrize("language", ["zh", "en", "ko"])
def test_with_a_pack_all_are_there(language: str) -> None:
    pack = load_rule_pack(packaged_rules() / language)
    assert names(roster(EVERYTHING, pack)) >= WORDS | {"OffCallTalkDetector"}
    assert names(roster(DetectionSettings(), pack)) & {"MissingApologyDetector", "OffCallTalkDetector"} == set()


def test_without_a_pack_the_words_are_left_out() -> None:
    assert names(roster(EVERYTHING, None)) & WORDS == set()
    assert "FastSpeechDetector" in names(roster(EVERYTHING, None))


def test_the_many_small_things_go_to_few() -> None:
    of = roster(DetectionSettings(), None)
    for kind, wanted in (
        (VoiceHeard, {"HostileToneDetector"}),
        (SyllableHeard, {"FastSpeechDetector", "SlowSpeechDetector"}),
        (LineHeard, {"BackgroundNoiseDetector", "BadMediaDetector", "HostileToneDetector"}),
    ):
        assert {type(each).__name__ for each in of.told(kind)} == wanted


def test_everything_wanted_is_something_that_can_be_heard() -> None:
    heard = set(get_args(Observation))
    assert all(post.wants <= heard for post in roster(EVERYTHING, load_rule_pack(packaged_rules() / "ko")).posts)


def test_the_tone_can_be_read() -> None:
    assert roster(DetectionSettings(), None).tone.tone(AGENT) == 0.0
