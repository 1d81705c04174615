"""Pace by sound and by text."""

from alerts.pace import Pace, PaceGauge
from config.detection import PaceSettings
from config.settings import Language
from tests.fakes.conversation import AGENT, CUSTOMER, Conversation


def measured(told: Conversation, language: Language | None = None, over_ms: int = 10_000) -> list[Pace]:
    gauge = PaceGauge(PaceSettings(), language)
    paces = [gauge.feed(observation, over_ms) for _, observation in told.observations()]
    return [each for each in paces if each is not None]


def speaking(per_s: float, until_ms: int = 20_000) -> Conversation:
    return Conversation().speech(AGENT, 0, until_ms).syllables(AGENT, 0, until_ms, per_s)


def test_by_sound_over_speech_alone() -> None:
    told = speaking(5, 6_000).speech(AGENT, 60_000, 70_000).syllables(AGENT, 60_000, 70_000, 5)
    last = measured(told)[-1]
    assert abs(last.per_s - 6.0) < 0.2  # one in six is missed
    assert not last.by_text
    assert last.to_ms == 70_000
    assert measured(speaking(5, 9_000)) == []


def test_a_voice_too_faint_for_its_syllables_is_not_measured() -> None:
    assert measured(speaking(0.5)) == []


def test_the_pace_at_the_beginning_is_kept() -> None:
    told = speaking(4, 11_000).speech(AGENT, 20_000, 35_000).syllables(AGENT, 20_000, 35_000, 7)
    last = measured(told)[-1]
    assert last.own_per_s is not None
    assert abs(last.own_per_s - 4.8) < 0.3
    assert abs(last.per_s - 8.4) < 0.3


def test_the_other_party_is_not_measured_and_a_new_agent_begins_anew() -> None:
    assert measured(Conversation().speech(CUSTOMER, 0, 20_000).syllables(CUSTOMER, 0, 20_000, 5)) == []
    assert measured(speaking(5, 9_000).transfer(9_800).speech(AGENT, 11_000, 19_000)) == []


def reading(text: str, seconds: int, confidence: float = 0.9) -> Conversation:
    told = Conversation()
    for number in range(4):
        told.says(AGENT, number * 6_000, number * 6_000 + seconds * 1_000, text, confidence)
    return told


def test_trusted_text_counts_letters_words_or_syllables() -> None:
    chinese = measured(reading("您 的 订单 已经 发货 请您 耐心 等待 谢谢", 4), Language.ZH)[-1]
    assert chinese.by_text
    assert abs(chinese.per_s - 16 / 4) < 0.01
    english = measured(reading("your order has been sent please wait a little longer", 4), Language.EN)[-1]
    assert abs(english.per_s - 10 / 4) < 0.01
    korean = measured(reading("주문하신 상품이 어제 창고에서 출발했습니다", 4), Language.KO)[-1]
    assert abs(korean.per_s - 19 / 4) < 0.01


def test_where_text_is_trusted_the_sound_abstains() -> None:
    told = (
        reading("주문하신 상품이 어제 창고에서 출발했습니다", 4)
        .speech(AGENT, 30_000, 45_000)
        .syllables(AGENT, 30_000, 45_000, 9)
    )
    assert {each.by_text for each in measured(told, Language.KO) if each.to_ms > 30_000} == set()
    assert {each.by_text for each in measured(told, None)} == {False}
    unsure = reading("주문하신 상품이 어제 창고에서 출발했습니다", 4, confidence=0.4)
    assert not any(each.by_text for each in measured(unsure, Language.KO))
    deaf = reading("주문하신 상품이 어제 창고에서 출발했습니다", 4).deaf(AGENT, 100)
    assert not any(each.by_text for each in measured(deaf, Language.KO))


def test_little_text_says_nothing() -> None:
    assert not any(each.by_text for each in measured(reading("네 네", 4), Language.KO))
    assert not any(each.by_text for each in measured(reading("", 4), Language.KO))


def test_syllables_that_a_recogniser_made_up_do_not_count() -> None:
    """Twice as many letters as the sound has syllables, and word times that leave half of the speech out."""
    gauge, paces = PaceGauge(PaceSettings(), Language.KO), []
    for number in range(6):
        at_ms = number * 5_000
        told = Conversation().speech(AGENT, at_ms, at_ms + 4_000).syllables(AGENT, at_ms, at_ms + 4_000, 4.5)
        told.final(AGENT, at_ms, at_ms + 4_000, "가나다라 마바사아 " * 5)
        for _, observation in told.observations():
            if (pace := gauge.feed(observation, 10_000)) is not None and pace.by_text:
                paces.append(pace.per_s)
    assert paces
    assert max(paces) < PaceSettings().ko_fast_per_s
