"""Every rule of every pack is tried on its own examples, and all of them on what is ordinarily said."""

import pytest

from alerts.phrase_book import books_of
from alerts.rules.examples import try_examples
from config.detection import DetectionSettings, PhraseSettings
from config.rule_packs import load_rule_pack, packaged_rules
from config.settings import Language
from streaming.frames import Leg

LIMIT = PhraseSettings().longest_distance
PACKS = {language: load_rule_pack(packaged_rules() / language) for language in Language}

ORDINARY = {
    Language.KO: {
        Leg.AGENT: (
            "안녕하세요 고객님 무엇을 도와드릴까요",
            "죄송합니다 고객님 바로 확인해 드리겠습니다",
            "배송이 지연되고 있습니다 주문 번호를 말씀해 주시겠습니까",
            "상품 이름을 알려 주시겠습니까",
            "경비실에 맡겨 드릴까요 문자로 안내해 드리겠습니다",
            "창고에서 어제 출발했습니다 내일 오후에 도착할 예정입니다",
            "환불 처리해 드리겠습니다",
            "주문 번호가 어떻게 되십니까",
            "여보세요 고객님 들리십니까",
            "잠시만 기다려 주십시오",
            "감사합니다 좋은 하루 되세요",
        ),
        Leg.CUSTOMER: (
            "지난주에 주문한 상품이 아직 도착하지 않았습니다",
            "언제 도착합니까 그럼 내일 받을 수 있습니까",
            "오전에는 집에 없습니다 네 그렇게 해 주세요",
            "아까 말씀드렸잖아요 일 이 삼 사 오 입니다",
            "너무 빨라서 못 들었습니다",
            "네 알겠습니다 감사합니다",
        ),
    },
    Language.ZH: {
        Leg.AGENT: (
            "您好,请问有什么可以帮助您?",
            "请您提供一下订单号,我帮您查询",
            "您的快递已经从仓库发出,明天下午可以送到",
            "非常抱歉给您带来不便,我马上为您处理",
            "请问您还有其他业务需要咨询吗?",
            "请稍后为我的服务做出评价,感谢您的来电,再见",
        ),
        Leg.CUSTOMER: (
            "我上个星期买的东西到现在还没有收到",
            "什么时候可以送到",
            "我明天上午不在家,下午可以",
            "好的,谢谢你",
        ),
    },
    Language.EN: {
        Leg.AGENT: (
            "Good morning, thank you for calling, how can I help you?",
            "I am sorry about the delay, let me check that for you",
            "Your parcel left the warehouse yesterday and will arrive tomorrow afternoon",
            "Is there anything else I can help you with? Have a nice day, goodbye",
        ),
        Leg.CUSTOMER: (
            "I ordered a bag last week and it has not arrived yet",
            "When will it be here? I am not at home in the morning",
            "Okay, that is fine, thank you very much",
        ),
    },
}


@pytest.mark.parametrize("language", Language)
def test_every_example_of_every_rule_comes_out_right(language: Language) -> None:
    tried = list(try_examples(PACKS[language], DetectionSettings()))
    assert [(fault.rule_id, fault.wrong, fault.example) for _, _, faults in tried for fault in faults] == []
    assert sum(examples for _, examples, _ in tried) > 500


@pytest.mark.parametrize("language", Language)
def test_an_ordinary_call_raises_nothing(language: Language) -> None:
    book = books_of(PACKS[language], LIMIT).alerting
    for leg, sentences in ORDINARY[language].items():
        for text in sentences:
            assert [(found.rule.id, text) for found in book.find(text, leg)] == []


@pytest.mark.parametrize(
    ("leg", "text", "rule"),
    [
        (Leg.AGENT, "그건 제 책임이 아닙니다", "ko.forbidden.not_my_responsibility"),
        (Leg.AGENT, "그것도 모르세요", "ko.forbidden.dont_you_know_that"),
        (Leg.AGENT, "조용히 하세요", "ko.forbidden.be_quiet"),
        (Leg.AGENT, "정말 바보 같은 사람이네", "ko.forbidden.fool"),
        (Leg.CUSTOMER, "당장 책임자 바꿔 주세요", "ko.threats.supervisor"),
    ],
)
def test_what_the_recordings_hold(leg: Leg, text: str, rule: str) -> None:
    assert [found.rule.id for found in books_of(PACKS[Language.KO], LIMIT).alerting.find(text, leg)] == [rule]
