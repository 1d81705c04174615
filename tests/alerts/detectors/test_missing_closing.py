"""Closing words that nobody heard."""

from dataclasses import dataclass

import pytest

from alerts.alert import Severity
from alerts.detectors.missing_closing import MissingClosingDetector
from alerts.findings import Stage
from alerts.phrase_book import PhraseBook
from config.detection import MissingWordsSettings
from config.rule_packs import Topic, load_rule_pack, packaged_rules
from config.settings import Language
from streaming.frames import Party
from tests.fakes.conversation import AGENT, CUSTOMER, Conversation

KO = load_rule_pack(packaged_rules() / "ko")
BYE = "감사합니다 좋은 하루 되세요"


def detector() -> MissingClosingDetector:
    settings = MissingWordsSettings()
    return MissingClosingDetector(settings, PhraseBook(Language.KO, KO.about(Topic.CLOSING), settings.longest_distance))


def talk() -> Conversation:
    told = Conversation().says(AGENT, 700, 3_700, "주문 번호를 말씀해 주시겠습니까")
    return told.says(CUSTOMER, 4_000, 9_000, "상품이 아직 도착하지 않았습니다").says(
        AGENT, 10_000, 12_000, "배송이 지연되고 있습니다"
    )


def ended(told: Conversation, at_ms: int = 15_000, party: Party = Party.AGENT) -> Conversation:
    return told.hang_up(party, at_ms).over(at_ms, late_ms=1_500)


@dataclass(frozen=True)
class Case:
    name: str
    told: Conversation
    stages: list[Stage]


CASES = [
    Case("the agent just goes", ended(talk()), [Stage.CERTAIN]),
    Case("with a farewell", ended(talk().says(AGENT, 12_500, 14_500, BYE)), []),
    Case("spotted", ended(talk().spotted(AGENT, 12_500, 14_000, KO.about(Topic.CLOSING)[0].phrases[0])), []),
    Case(
        "a farewell long ago",
        ended(talk().says(AGENT, 12_500, 14_500, BYE).says(AGENT, 20_000, 45_000, "배송이 지연되고 있습니다"), 50_000),
        [Stage.CERTAIN],
    ),
    Case("the customer left first", ended(talk(), party=Party.CUSTOMER), []),
    Case("nobody knows who", ended(talk(), party=Party.UNKNOWN), []),
    Case("transferred", ended(talk().transfer(14_000)), []),
    Case("a very short call", ended(talk(), 4_900), []),
    Case("nobody was there", ended(Conversation().says(AGENT, 700, 3_700, "여보세요 고객님")), []),
    Case(
        "the words are unsure",
        ended(
            talk()
            .final(AGENT, 12_500, 13_500, "네", 0.0, late_ms=200)
            .final(AGENT, 13_500, 14_000, "네", 0.1, late_ms=200)
        ),
        [],
    ),
    Case("recognition was off", ended(talk().deaf(AGENT, 11_000)), []),
    Case("the last words never came", ended(talk().speech(AGENT, 12_500, 14_500)), []),
    Case(
        "they come late",
        ended(talk().speech(AGENT, 12_500, 14_500)).final(
            AGENT, 12_500, 14_500, "환불 처리해 드리겠습니다", late_ms=5_000
        ),
        [Stage.CERTAIN],
    ),
    Case(
        "and a farewell later still",
        ended(talk()).spotted(AGENT, 17_000, 18_000, KO.about(Topic.CLOSING)[0].phrases[0]),
        [Stage.CERTAIN, Stage.WITHDRAWN],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_when_it_is_told(case: Case) -> None:
    findings = case.told.play(detector())
    assert [each.stage for each in findings] == case.stages
    assert {each.severity for each in findings} <= {Severity.MINOR}


def test_it_stands_at_the_end() -> None:
    (finding,) = ended(talk()).play(detector())
    assert (finding.evidence.from_ms, finding.evidence.to_ms, finding.audio_end_ms) == (15_000, 15_000, 15_000)
