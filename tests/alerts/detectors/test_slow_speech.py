"""Too slow, by sound and by text."""

import pytest

from alerts.alert import Severity
from alerts.detectors.slow_speech import SlowSpeechDetector
from alerts.findings import Stage
from config.detection import PaceSettings
from config.settings import Language
from tests.fakes.conversation import AGENT, Conversation, measured


def detector(language: Language | None = None) -> SlowSpeechDetector:
    return SlowSpeechDetector(PaceSettings(), language)


def heard(per_s: float, until_ms: int = 20_000) -> Conversation:
    return Conversation().speech(AGENT, 0, until_ms).syllables(AGENT, 0, until_ms, per_s / 1.2)


@pytest.mark.parametrize(("told", "count"), [(heard(3.0), 0), (heard(2.0), 1), (heard(2.0, 14_000), 0)])
def test_by_sound(told: Conversation, count: int) -> None:
    assert sum(each.stage is Stage.CERTAIN for each in told.play(detector())) == count


def test_what_is_told_and_that_it_ends() -> None:
    told = heard(2.0, 18_000).speech(AGENT, 20_000, 60_000).syllables(AGENT, 20_000, 60_000, 4.0)
    first, last = told.play(detector())
    assert (first.severity, first.leg, measured(first, "by")) == (Severity.MINOR, AGENT, "sound")
    assert (last.stage, last.event) == (Stage.REVISED, first.event)


@pytest.mark.parametrize(
    ("text", "language", "fast_s", "slow_s"),
    [
        ("您 的 订单 已经 发货 请您 耐心 等待 谢谢", Language.ZH, 6.6, 7.2),  # 145 and 133 characters a minute
        ("your order has been sent please wait a little longer", Language.EN, 5.8, 6.2),
        ("주문하신 상품이 어제 창고에서 출발했습니다", Language.KO, 8.0, 8.8),
    ],
)
def test_by_text(text: str, language: Language, fast_s: float, slow_s: float) -> None:
    def reading(seconds: float) -> Conversation:
        told = Conversation()
        for number in range(5):
            told.says(AGENT, number * 9_000, number * 9_000 + round(seconds * 1_000), text)
        return told

    assert reading(fast_s).play(detector(language)) == []
    (finding,) = reading(slow_s).play(detector(language))
    assert measured(finding, "by") == "text"
