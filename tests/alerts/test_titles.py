"""Titles in both languages, filled with what was measured."""

import pytest

from alerts.alert import Kind
from alerts.reader import Reader
from alerts.titles import title_of
from streaming.frames import Leg

_VALUES: dict[str, int | float | str | bool] = {
    "silent_ms": 8_000,
    "hold_ms": 61_000,
    "speech_ms": 60_400,
    "times": 3,
    "reason": "on hold",
    "fault": "clipped",
}


@pytest.mark.parametrize(
    ("kind", "leg", "english", "chinese"),
    [
        (Kind.INTERRUPTION, Leg.AGENT, "The agent interrupted the customer", "客服代表打断客户"),
        (Kind.HOSTILE_TONE, Leg.CUSTOMER, "Raised, tense voice: the customer", "客户语气激动"),
        (Kind.CUSTOMER_ABANDONED, Leg.CUSTOMER, "The customer gave up: on hold", "客户放弃通话:保持等待中"),
        (Kind.MISSING_GREETING, Leg.AGENT, "No greeting was heard", "未使用规范开头语"),
        (Kind.MISSING_CLOSING, Leg.AGENT, "No closing words were heard", "未使用规范结束语"),
        (Kind.MISSING_APOLOGY, Leg.AGENT, "No apology after a complaint", "客户不满后未致歉"),
        (Kind.REPEATED_QUESTION, Leg.AGENT, "The same question 3 times", "同一问题重复询问 3 次"),
        (Kind.FAST_SPEECH, Leg.AGENT, "The agent speaks too fast", "客服代表语速过快"),
        (Kind.SLOW_SPEECH, Leg.AGENT, "The agent speaks too slowly", "客服代表语速过慢"),
        (Kind.LONG_MONOLOGUE, Leg.CUSTOMER, "The customer has been speaking for 60 s", "客户连续说话 60 秒"),
        (Kind.LONG_HOLD, Leg.AGENT, "The customer has been on hold for 61 s", "客户已等待 61 秒"),
        (Kind.ONE_WAY_AUDIO, Leg.CUSTOMER, "No sound from the customer for 8 s", "客户一侧 8 秒无声音"),
        (Kind.NO_AUDIO, None, "No sound on either line for 8 s", "双方 8 秒均无声音"),
        (Kind.BACKGROUND_NOISE, Leg.MIXED, "Loud background behind the call", "通话背景噪音过大"),
        (Kind.BAD_MEDIA, Leg.AGENT, "Bad sound from the agent: clipped", "客服代表一侧声音异常:削波失真"),
        (
            Kind.OFF_CALL_TALK,
            Leg.AGENT,
            "The agent talks to others while the customer waits",
            "客户等待时客服代表与旁人交谈",
        ),
        (Kind.PHRASE, Leg.AGENT, "Phrase", "Phrase"),
    ],
)
def test_each_kind(kind: Kind, leg: Leg | None, english: str, chinese: str) -> None:
    assert title_of(kind, leg, _VALUES, Reader.EN) == english
    assert title_of(kind, leg, _VALUES, Reader.ZH) == chinese
