"""What an agent reads: our sentences for supervisors said to the agent; those of rule packs stand as they are."""

from alerts.alert import Alert, ByLanguage, Kind
from alerts.reader import Reader
from alerts.wording import ADVICE

_TO_AGENTS = {
    Reader.EN: {
        Kind.DEAD_AIR: "Answer the customer, or say what the wait is for.",
        Kind.LONG_SILENCE: "Nobody is speaking: go on, or ask whether the customer is still there.",
        Kind.TALK_OVER: "Let the customer finish.",
        Kind.VOLUME_RISE: "A voice has been raised: stay calm and speak softly.",
        Kind.INTERRUPTION: "Let the customer finish.",
        Kind.HOSTILE_TONE: "Stay calm; ask your supervisor for help.",
        Kind.MISSING_GREETING: "Say the opening words.",
        Kind.MISSING_CLOSING: "Say the closing words.",
        Kind.MISSING_APOLOGY: "Apologise and calm the customer.",
        Kind.REPEATED_QUESTION: "The same question has been asked again and again: look it up or ask for help.",
        Kind.FAST_SPEECH: "Speak more slowly.",
        Kind.SLOW_SPEECH: "Come to the point.",
        Kind.LONG_MONOLOGUE: "Ask whether the other party still follows.",
        Kind.LONG_HOLD: "Go back to the customer and say how it stands.",
        Kind.OFF_CALL_TALK: "The customer is waiting.",
    },
    Reader.ZH: {
        Kind.DEAD_AIR: "请回应客户，或说明等待原因。",
        Kind.LONG_SILENCE: "双方静默：请继续，或确认客户是否仍在线。",
        Kind.TALK_OVER: "请让客户把话说完。",
        Kind.VOLUME_RISE: "通话音量升高：请保持冷静，放低声音。",
        Kind.INTERRUPTION: "请让客户把话说完。",
        Kind.HOSTILE_TONE: "请保持冷静，必要时请班长协助。",
        Kind.MISSING_GREETING: "请使用规范开头语。",
        Kind.MISSING_CLOSING: "请使用规范结束语。",
        Kind.MISSING_APOLOGY: "请致歉并安抚客户。",
        Kind.REPEATED_QUESTION: "同一问题已重复询问：请查询或寻求协助。",
        Kind.FAST_SPEECH: "请放慢语速。",
        Kind.SLOW_SPEECH: "请简明扼要。",
        Kind.LONG_MONOLOGUE: "请确认对方是否仍在听。",
        Kind.LONG_HOLD: "请回到线上，向客户说明进展。",
        Kind.OFF_CALL_TALK: "客户正在等待。",
    },
}
_BY_SENTENCE = {
    (kind, ADVICE[reader][kind]): words for reader, by_kind in _TO_AGENTS.items() for kind, words in by_kind.items()
}


def words_for_agent(alert: Alert) -> str:
    """The alert's advice, said to the agent in the language the alert is written in."""
    return _said(alert.kind, alert.advice)


def both_for_agent(alert: Alert) -> ByLanguage | None:
    """The same in both languages, where the alert has both: an agent's page may be read in the other one."""
    advice = alert.advice_by_language
    return None if advice is None else ByLanguage(_said(alert.kind, advice.zh), _said(alert.kind, advice.en))


def _said(kind: Kind, advice: str) -> str:
    return _BY_SENTENCE.get((kind, advice), advice)
