"""Titles, advice and clauses in both languages."""

import pytest

from alerts.alert import ByLanguage, Evidence, Kind, Measure, Severity
from alerts.findings import Finding, Stage
from alerts.reader import Reader
from alerts.verdict import Verdict
from alerts.wording import words_of
from streaming.frames import Leg


def finding(kind: Kind, leg: Leg | None = Leg.AGENT, title: str = "", **values: float | str) -> Finding:
    measures = tuple(Measure(name, value) for name, value in values.items())
    return Finding(
        kind, kind.value, "1", Stage.CERTAIN, Severity.MAJOR, leg, 1_000, 0, Evidence(0, 1_000, measures), title=title
    )


@pytest.mark.parametrize(
    ("told", "english", "chinese", "clause"),
    [
        (
            finding(Kind.DEAD_AIR, silence_ms=3_160),
            "No answer to the customer for 3.2 s",
            "3.2 秒未应答客户",
            "002 话务空白",
        ),
        (
            finding(Kind.LONG_SILENCE, silence_ms=10_000),
            "Nobody has spoken for 10.0 s",
            "双方静默 10.0 秒",
            "002 冷场或停顿",
        ),
        (
            finding(Kind.TALK_OVER, overlap_ms=2_000),
            "Both speaking at once for 2.0 s",
            "双方同时说话 2.0 秒",
            "002 不打断客户的话",
        ),
        (
            finding(Kind.VOLUME_RISE, rise_db=13.5),
            "The agent is 13.5 dB louder",
            "客服代表音量升高 13.5 分贝",
            "002 音量突然增大",
        ),
        (
            finding(Kind.VOLUME_RISE, Leg.CUSTOMER, rise_db=13.5),
            "The customer is 13.5 dB louder",
            "客户音量升高 13.5 分贝",
            "002 音量突然增大",
        ),
        (
            finding(Kind.AGENT_HANGUP, verdict=Verdict.CUT_OFF),
            "The agent cut the customer off",
            "客服代表中断客户通话",
            "002 主动挂机",
        ),
        (finding(Kind.ABUSE_AFTER_HANGUP), "Abuse after the customer hung up", "挂机后谩骂客户", "002 挂机后谩骂客户"),
        (
            finding(Kind.LONG_HOLD, hold_ms=61_000),
            "The customer has been on hold for 61 s",
            "客户已等待 61 秒",
            "002 等待时间过长",
        ),
    ],
    ids=lambda value: value.kind if isinstance(value, Finding) else "",
)
def test_each_kind_in_both_languages(told: Finding, english: str, chinese: str, clause: str | None) -> None:
    assert words_of(told, Reader.EN).title == english
    assert words_of(told, Reader.ZH).title == chinese
    assert words_of(told, Reader.EN).clause == clause


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("reader", Reader)
def test_every_verdict_that_is_told_has_words(verdict: Verdict, reader: Reader) -> None:
    words = words_of(finding(Kind.AGENT_HANGUP, verdict=verdict.value), reader)
    assert words.title
    assert words.advice


def test_a_rules_own_words_win() -> None:
    assert words_of(finding(Kind.PHRASE, title="Said so"), Reader.ZH).title == "Said so"


# Phrases bring the words of their rule; alerts about the service itself are no findings and bring their own.
@pytest.mark.parametrize(
    "kind", [kind for kind in Kind if kind is not Kind.PHRASE and not kind.value.startswith("service_")]
)
def test_every_kind_has_advice_in_both_languages(kind: Kind) -> None:
    told = finding(
        kind,
        verdict=Verdict.CUT_OFF,
        silence_ms=1,
        overlap_ms=1,
        rise_db=1,
        times=1,
        hold_ms=1,
        speech_ms=1,
        silent_ms=1,
        reason="early",
        fault="lost",
    )
    english, chinese = words_of(told, Reader.EN), words_of(told, Reader.ZH)
    assert english.advice
    assert chinese.advice
    assert english.advice != chinese.advice
    assert english.advice_by_language == chinese.advice_by_language == ByLanguage(chinese.advice, english.advice)
    assert english.title != chinese.title
