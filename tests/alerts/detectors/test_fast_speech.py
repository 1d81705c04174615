"""Too fast, by sound and by text."""

import pytest

from alerts.alert import Severity
from alerts.detectors.fast_speech import FastSpeechDetector
from alerts.findings import Stage
from config.detection import PaceSettings
from config.settings import Language
from tests.fakes.conversation import AGENT, CUSTOMER, Conversation, measured


def detector(language: Language | None = None) -> FastSpeechDetector:
    return FastSpeechDetector(PaceSettings(), language)


def heard(per_s: float, until_ms: int = 20_000, from_ms: int = 0) -> Conversation:
    """`per_s` syllables, of which the ear finds five in six."""
    return Conversation().speech(AGENT, from_ms, until_ms).syllables(AGENT, from_ms, until_ms, per_s / 1.2)


@pytest.mark.parametrize(
    ("told", "language", "count"),
    [
        (heard(5.0), Language.ZH, 0),
        (heard(6.6), Language.ZH, 1),
        (heard(6.6), Language.EN, 1),
        (heard(6.6), Language.KO, 0),  # ordinary Korean
        (heard(6.6), None, 0),
        (heard(9.0), Language.KO, 1),
        (heard(9.0), None, 1),
        (heard(9.0, 9_000), None, 0),  # not enough speech
        (Conversation().speech(CUSTOMER, 0, 20_000).syllables(CUSTOMER, 0, 20_000, 9), None, 0),
        (heard(4.5, 10_500).speech(AGENT, 12_000, 24_000).syllables(AGENT, 12_000, 24_000, 5.6), None, 1),  # 1.5 × own
        (heard(3.0, 10_500).speech(AGENT, 12_000, 24_000).syllables(AGENT, 12_000, 24_000, 4.0), None, 0),
    ],
)
def test_by_sound(told: Conversation, language: Language | None, count: int) -> None:
    findings = told.play(detector(language))
    assert sum(each.stage is Stage.CERTAIN for each in findings) == count


def test_what_is_told_and_that_it_ends() -> None:
    told = heard(9.0, 15_000).speech(AGENT, 20_000, 40_000).syllables(AGENT, 20_000, 40_000, 4.0)
    first, last = told.play(detector())
    assert (first.severity, first.leg, first.refractory_ms) == (Severity.MINOR, AGENT, 60_000)
    assert measured(first, "by") == "sound"
    assert 9_000 < first.audio_end_ms < 11_000
    assert (last.stage, last.event) == (Stage.REVISED, first.event)
    assert first.evidence.to_ms <= last.evidence.to_ms < 30_000


def reading(text: str, seconds: float) -> Conversation:
    told = Conversation()
    for number in range(5):
        told.says(AGENT, number * 6_000, number * 6_000 + round(seconds * 1_000), text)
    return told


@pytest.mark.parametrize(
    ("text", "language", "slow_s", "fast_s"),
    [
        ("您 的 订单 已经 发货 请您 耐心 等待 谢谢", Language.ZH, 3.6, 3.2),  # 16 characters: 267 and 300 a minute
        ("your order has been sent please wait a little longer", Language.EN, 3.5, 3.2),  # 171 and 187 words
        ("주문하신 상품이 어제 창고에서 출발했습니다 감사합니다", Language.KO, 3.6, 3.2),  # 6.7 and 7.5 syllables
    ],
)
def test_by_text(text: str, language: Language, slow_s: float, fast_s: float) -> None:
    assert reading(text, slow_s).play(detector(language)) == []
    (finding,) = reading(text, fast_s).play(detector(language))
    assert measured(finding, "by") == "text"
