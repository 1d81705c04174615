"""A greeting that nobody heard."""

from dataclasses import dataclass

import pytest

from alerts.alert import Severity
from alerts.detectors.missing_greeting import MissingGreetingDetector
from alerts.findings import Stage
from alerts.phrase_book import PhraseBook
from alerts.sounds_like.likeness import Murmured
from config.detection import MissingWordsSettings
from config.rule_packs import Topic, load_rule_pack, packaged_rules
from config.settings import Language
from streaming.frames import Party
from tests.fakes.conversation import AGENT, CUSTOMER, Conversation

KO = load_rule_pack(packaged_rules() / "ko")
HELLO, NUMBER = "안녕하세요 고객님 무엇을 도와드릴까요", "주문 번호를 말씀해 주시겠습니까"
MURMURED = "부산역 고백 린 무었 오고 아들이 칼 이다"  # a greeting as Vosk wrote it


def detector() -> MissingGreetingDetector:
    settings = MissingWordsSettings()
    greetings = KO.about(Topic.GREETING)
    return MissingGreetingDetector(
        settings,
        PhraseBook(Language.KO, greetings, settings.longest_distance),
        Murmured([phrase for rule in greetings for phrase in rule.phrases], Language.KO, 0.4),
    )


def curt() -> Conversation:
    """The agent does not greet."""
    return (
        Conversation()
        .says(CUSTOMER, 3_000, 7_500, "상품이 아직 도착하지 않았습니다")
        .says(AGENT, 8_000, 10_600, NUMBER)
    )


def told(conversation: Conversation) -> list[tuple[Stage, Severity]]:
    return [(each.stage, each.severity) for each in conversation.quiet_until(40_000).play(detector())]


@dataclass(frozen=True)
class Case:
    name: str
    conversation: Conversation
    told: list[tuple[Stage, Severity]]


MISSING = (Stage.CERTAIN, Severity.MINOR)
CASES = [
    Case("no greeting", curt(), [MISSING]),
    Case("a greeting", Conversation().says(AGENT, 700, 3_700, HELLO), []),
    Case("misheard by a little", Conversation().says(AGENT, 700, 3_700, "안녕아세요 고객님 무어슬 도와드릴까요"), []),
    Case("spotted", curt().spotted(AGENT, 700, 2_000, KO.about(Topic.GREETING)[0].phrases[0]), []),
    Case("seen in a partial", curt().partial(AGENT, 12_000, 14_000, HELLO), []),
    Case("late", curt().says(AGENT, 16_000, 18_000, HELLO), [MISSING, (Stage.REVISED, Severity.INFO)]),
    Case("far too late", curt().says(AGENT, 25_000, 27_000, HELLO), [MISSING]),
    Case(
        "recognised late",
        Conversation().says(AGENT, 6_000, 8_000, NUMBER).final(AGENT, 700, 3_700, HELLO, late_ms=20_000),
        [MISSING, (Stage.WITHDRAWN, Severity.MINOR)],
    ),
    Case("the words have not come", Conversation().speech(AGENT, 700, 3_700), []),
    Case("the agent has not spoken", Conversation().says(CUSTOMER, 3_000, 7_500, "여보세요"), []),
    Case("the words are unsure", Conversation().says(AGENT, 700, 3_700, NUMBER, confidence=0.4), []),
    Case("it may have been a greeting", curt().says(AGENT, 700, 3_700, MURMURED), []),
    Case("the same in the middle of the call", curt().says(AGENT, 11_000, 13_700, MURMURED), [MISSING]),
    Case("recognition is off", curt().deaf(AGENT, 5_000, 6_000), []),
    Case("the call was shorter", curt().hang_up(Party.CUSTOMER, 14_000), []),
    Case("another agent", curt().transfer(14_000), []),
    Case("answered later", curt().answered(9_000).says(AGENT, 12_000, 14_000, HELLO), []),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_when_it_is_told(case: Case) -> None:
    assert told(case.conversation) == case.told


def test_it_waits_for_the_final_that_covers_the_time() -> None:
    conversation = curt().speech(AGENT, 12_000, 14_500).final(AGENT, 12_000, 14_500, NUMBER, late_ms=9_000)
    watching, at_ms = detector(), 0
    for known_ms, observation in conversation.observations():
        for now_ms in range(at_ms, known_ms, 20):
            assert watching.advance(now_ms) == []
        at_ms = known_ms
        watching.feed(observation)
    (finding,) = watching.advance(23_600)
    assert (finding.audio_end_ms, finding.leg) == (15_000, AGENT)


def test_ten_seconds_of_speech_are_time_enough() -> None:
    talk = Conversation().says(AGENT, 0, 6_000, NUMBER).says(AGENT, 6_500, 11_500, NUMBER)
    (finding,) = talk.quiet_until(20_000).play(detector())
    assert finding.evidence.to_ms == 10_500
