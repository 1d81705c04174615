"""Titles of the kinds whose sentence is plain: one pattern per language, filled with what was measured."""

from collections.abc import Mapping

from alerts.alert import Kind
from alerts.reader import Reader
from streaming.frames import Leg

_Value = int | float | str | bool

# {who} is the leg's party, {…_s} a measure in milliseconds said in seconds, {reason} and {fault} words of ours.
_PATTERNS = {
    Kind.INTERRUPTION: ("{Who} interrupted {other}", "{who}打断{other}"),
    Kind.HOSTILE_TONE: ("Raised, tense voice: {who}", "{who}语气激动"),
    Kind.CUSTOMER_ABANDONED: ("The customer gave up: {reason}", "客户放弃通话:{reason}"),
    Kind.MISSING_GREETING: ("No greeting was heard", "未使用规范开头语"),
    Kind.MISSING_CLOSING: ("No closing words were heard", "未使用规范结束语"),
    Kind.MISSING_APOLOGY: ("No apology after a complaint", "客户不满后未致歉"),
    Kind.REPEATED_QUESTION: ("The same question {times} times", "同一问题重复询问 {times} 次"),
    Kind.FAST_SPEECH: ("{Who} speaks too fast", "{who}语速过快"),
    Kind.SLOW_SPEECH: ("{Who} speaks too slowly", "{who}语速过慢"),
    Kind.LONG_MONOLOGUE: ("{Who} has been speaking for {speech_s} s", "{who}连续说话 {speech_s} 秒"),
    Kind.LONG_HOLD: ("The customer has been on hold for {hold_s} s", "客户已等待 {hold_s} 秒"),
    Kind.ONE_WAY_AUDIO: ("No sound from {who} for {silent_s} s", "{who}一侧 {silent_s} 秒无声音"),
    Kind.NO_AUDIO: ("No sound on either line for {silent_s} s", "双方 {silent_s} 秒均无声音"),
    Kind.BACKGROUND_NOISE: ("Loud background behind {who}", "{who}背景噪音过大"),
    Kind.BAD_MEDIA: ("Bad sound from {who}: {fault}", "{who}一侧声音异常:{fault}"),
    Kind.OFF_CALL_TALK: ("The agent talks to others while the customer waits", "客户等待时客服代表与旁人交谈"),
}
_PARTIES = {
    Reader.EN: {Leg.AGENT: "the agent", Leg.CUSTOMER: "the customer", Leg.MIXED: "the call", None: "both"},
    Reader.ZH: {Leg.AGENT: "客服代表", Leg.CUSTOMER: "客户", Leg.MIXED: "通话", None: "双方"},
}
_OTHERS = {Leg.AGENT: Leg.CUSTOMER, Leg.CUSTOMER: Leg.AGENT}
_ZH_WORDS = {
    "on hold": "保持等待中",
    "early": "无人应答",
    "angry leave": "情绪激动或无人答复",
    "clipped": "削波失真",
    "off centre": "直流偏移",
    "lost": "丢包",
    "wrong rate": "采样率不符",
}


def title_of(kind: Kind, leg: Leg | None, values: Mapping[str, _Value], reader: Reader) -> str:
    """The title of a finding by its kind, its leg and its evidence; the kind's name where there is no pattern."""
    if kind not in _PATTERNS:
        return kind.value.replace("_", " ").capitalize()
    english, chinese = _PATTERNS[kind]
    parties = _PARTIES[reader]
    who = parties[leg]
    filled: dict[str, str] = {
        "who": who,
        "Who": who[:1].upper() + who[1:],
        "other": parties[_OTHERS.get(leg or Leg.MIXED)],
    }
    for name, value in values.items():
        if name.endswith("_ms"):
            filled[f"{name.removesuffix('_ms')}_s"] = f"{float(value) / 1000:.0f}"
        else:
            said = str(value)
            filled[name] = _ZH_WORDS.get(said, said) if reader is Reader.ZH else said
    return (english if reader is Reader.EN else chinese).format(**filled)
