"""Whole sentences compared by sound."""

import pytest

from alerts.sounds_like.likeness import Murmured, apart, apart_before_ending, each_apart, sounds_of
from config.settings import Language

KO, ZH, EN = Language.KO, Language.ZH, Language.EN


@pytest.mark.parametrize(
    ("language", "one", "other", "alike"),
    [
        (KO, "주문 번호가 어떻게 되십니까", "주문번호가 어떠케 되심니까", True),
        (KO, "스무 선후배 사 쌓게 십니다", "스무 선후배 쌓게 십니다", True),
        (KO, "성함을 말씀해 주시겠습니까", "주소를 알려 주시겠습니까", False),
        (KO, "주문 번호가 어떻게 되십니까", "언제 받으시겠습니까", False),
        (ZH, "请问您的订单号是多少", "请问您的定单号是多少", True),
        (ZH, "请问您的订单号是多少", "请问您贵姓", False),
        (EN, "what is your order number please", "what's your order number please", True),
        (EN, "what is your order number please", "when did you buy it please", False),
    ],
)
def test_sentences(language: Language, one: str, other: str, alike: bool) -> None:
    between = apart_before_ending(sounds_of(one, language), sounds_of(other, language), language)
    assert (between <= 0.4) is alike
    assert apart(sounds_of(one, language), sounds_of(other, language), language) <= between


@pytest.mark.parametrize("language", [KO, ZH, EN])
def test_the_same_is_at_zero_and_order_does_not_matter(language: Language) -> None:
    said, other = sounds_of("请问 주문 order 12", language), sounds_of("请 번호 number 7", language)
    assert apart_before_ending(said, said, language) == 0.0
    assert apart(said, other, language) == pytest.approx(apart(other, said, language), abs=1e-5)
    assert apart((), (), language) == 0.0
    assert apart_before_ending(said, (), language) >= 0.4


@pytest.mark.parametrize(
    ("language", "phrases", "text", "both"),
    [
        (KO, ("안녕하세요", "무엇을 도와드릴까요"), "아냐 아쓰 고객님 무었 을 쏘아 칸 이다", True),
        (KO, ("안녕하세요", "무엇을 도와드릴까요"), "부문 선어록 말씀 해 수시 겠어요", False),
        (ZH, ("您好", "请问有什么可以帮您"), "宁好 请问 有 什么 可以 傍 您", True),
        (ZH, ("您好", "请问有什么可以帮您"), "请问 有 什么 可以 帮 您", False),
        (EN, ("good morning", "how may I help you"), "could morning how may i held you", True),
        (EN, ("good morning", "how may I help you"), "your order number please", False),
    ],
)
def test_two_phrases_murmured(language: Language, phrases: tuple[str, ...], text: str, both: bool) -> None:
    assert Murmured(phrases, language, 0.4).twice(text) is both


@pytest.mark.parametrize("language", [KO, ZH, EN])
def test_many_sentences_are_compared_at_once(language: Language) -> None:
    said = [sounds_of(text, language) for text in ("请问 주문 order 12", "", "名字 이름이 name", "请 번호 number 7")]
    assert each_apart(said, said[0], language) == [apart(one, said[0], language) for one in said]
    assert each_apart(said, said[0], language)[0] == 0.0 < each_apart(said, said[0], language)[3]
    assert each_apart([], said[0], language) == []
