"""The same question again and again."""

from dataclasses import dataclass

import pytest

from alerts.alert import Severity
from alerts.detectors.repeated_question import RepeatedQuestionDetector
from config.detection import RepeatedQuestionSettings
from config.settings import Language
from streaming.frames import Leg
from tests.fakes.conversation import AGENT, CUSTOMER, Conversation, measured

NUMBER = "주문 번호가 어떻게 되십니까"


def detector(language: Language = Language.KO) -> RepeatedQuestionDetector:
    return RepeatedQuestionDetector(RepeatedQuestionSettings(), language)


def asking(*texts: str, leg: Leg = AGENT) -> Conversation:
    told = Conversation()
    for number, text in enumerate(texts):
        told.says(leg, number * 5_000, number * 5_000 + 2_000, text)
    return told


@dataclass(frozen=True)
class Case:
    name: str
    told: Conversation
    count: int
    language: Language = Language.KO


CASES = [
    Case("twice", asking(NUMBER, NUMBER), 0),
    Case("three times", asking(NUMBER, NUMBER, NUMBER), 1),
    Case("a little misheard", asking(NUMBER, "주문 번호 어떠케 되십니까", "주문번호가 어떻게 되심니까"), 1),
    Case("with something between", asking(NUMBER, "네 잠시만요", NUMBER, "확인했습니다", NUMBER), 1),
    Case("the fourth counts, too", asking(NUMBER, NUMBER, NUMBER, NUMBER), 2),
    Case("three questions", asking(NUMBER, "주소가 어디입니까", "언제 받으시겠습니까"), 0),
    Case(
        "one ending, three questions",
        asking("성함을 말씀해 주시겠습니까", "주소를 알려 주시겠습니까", "상품을 골라 주시겠습니까"),
        0,
    ),
    Case("no question", asking(*["네 확인해 드리겠습니다"] * 3), 0),
    Case("too short", asking(*["뭡니까"] * 3), 0),
    Case("too long ago", asking(NUMBER, NUMBER, *["네 알겠습니다 고객님"] * 11, NUMBER), 0),
    Case("the customer may ask", asking(NUMBER, NUMBER, NUMBER, leg=CUSTOMER), 0),
    Case("another agent", asking(NUMBER, NUMBER).transfer(9_000).says(AGENT, 12_000, 14_000, NUMBER), 0),
    Case("Chinese", asking(*["请问 您的 订单号 是 多少"] * 3), 1, Language.ZH),
    Case("English", asking(*["what is your order number please"] * 3), 1, Language.EN),
    Case(
        "part of a longer one",
        asking(NUMBER, NUMBER, f"{NUMBER} 그리고 성함과 주소와 전화번호도 함께 말씀해 주시겠습니까"),
        0,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_when_it_is_told(case: Case) -> None:
    assert len(case.told.play(detector(case.language))) == case.count


def test_what_is_told() -> None:
    (finding,) = asking(NUMBER, NUMBER, NUMBER).play(detector())
    assert (finding.severity, finding.leg, finding.audio_end_ms) == (Severity.MINOR, AGENT, 12_000)
    assert (finding.evidence.from_ms, measured(finding, "times"), finding.evidence.text) == (0, 3, NUMBER)
