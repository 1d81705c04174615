"""What an alert says to the people who read it: title, advice and the manual's clause for each kind of finding."""

from dataclasses import dataclass

from alerts.alert import ByLanguage, Kind
from alerts.findings import Finding
from alerts.reader import Reader
from alerts.titles import title_of
from alerts.verdict import Verdict
from streaming.frames import Leg


@dataclass(frozen=True, slots=True)
class Words:
    """Title and advice in the reader's language and in both, and the clause the finding goes back to."""

    title: str
    advice: str
    clause: str | None
    advice_by_language: ByLanguage | None
    title_by_language: ByLanguage | None


# Named by the manuals' first three digits (docs: requirements).
_CLAUSES = {
    Kind.DEAD_AIR: "002 话务空白",
    Kind.LONG_SILENCE: "002 冷场或停顿",
    Kind.TALK_OVER: "002 不打断客户的话",
    Kind.VOLUME_RISE: "002 音量突然增大",
    Kind.AGENT_HANGUP: "002 主动挂机",
    Kind.ABUSE_AFTER_HANGUP: "002 挂机后谩骂客户",
    Kind.INTERRUPTION: "002 不打断客户的话",
    Kind.HOSTILE_TONE: "002 与客户发生争执",
    Kind.CUSTOMER_ABANDONED: "002 客户主动挂机且未回电",
    Kind.MISSING_GREETING: "002 规范用语",
    Kind.MISSING_CLOSING: "002 规范用语",
    Kind.MISSING_APOLOGY: "002 未主动致歉",
    Kind.REPEATED_QUESTION: "002 重复用户问题3次以上",
    Kind.FAST_SPEECH: "002 语速",
    Kind.SLOW_SPEECH: "002 语速",
    Kind.LONG_HOLD: "002 等待时间过长",
    Kind.OFF_CALL_TALK: "002 与旁人聊天",
}

ADVICE = {
    Reader.EN: {
        Kind.DEAD_AIR: "Help the agent with an answer, or let the agent tell the customer what the wait is for.",
        Kind.LONG_SILENCE: "Listen in: does the agent need help, or has the line gone dead?",
        Kind.TALK_OVER: "Remind the agent to let the customer finish.",
        Kind.VOLUME_RISE: "Listen in: a voice has been raised.",
        Kind.AGENT_HANGUP: "Check the end of the call; call the customer back where it was cut off.",
        Kind.ABUSE_AFTER_HANGUP: "Talk to the agent at once; the customer has gone.",
        Kind.INTERRUPTION: "Remind the agent to let the customer finish.",
        Kind.HOSTILE_TONE: "Listen in now; help to calm the call, or take it over.",
        Kind.CUSTOMER_ABANDONED: "Have the customer called back.",
        Kind.MISSING_GREETING: "Remind the agent of the opening words.",
        Kind.MISSING_CLOSING: "Remind the agent of the closing words.",
        Kind.MISSING_APOLOGY: "Ask the agent to apologise and to calm the customer.",
        Kind.REPEATED_QUESTION: "Help the agent: the same question has been asked again and again.",
        Kind.FAST_SPEECH: "Ask the agent to speak more slowly.",
        Kind.SLOW_SPEECH: "Ask the agent to come to the point.",
        Kind.LONG_MONOLOGUE: "Does the other party still follow? Let the agent ask.",
        Kind.LONG_HOLD: "Let the agent go back to the customer and say how it stands.",
        Kind.ONE_WAY_AUDIO: "Check the line: one party may not be heard.",
        Kind.NO_AUDIO: "Check the line: nobody is heard.",
        Kind.BACKGROUND_NOISE: "Check headset and surroundings.",
        Kind.BAD_MEDIA: "Have the line or the device checked.",
        Kind.OFF_CALL_TALK: "Remind the agent that the customer is waiting.",
    },
    Reader.ZH: {
        Kind.DEAD_AIR: "协助客服代表作答，或提醒其向客户说明等待原因。",
        Kind.LONG_SILENCE: "请监听：客服代表是否需要协助，线路是否中断?",
        Kind.TALK_OVER: "提醒客服代表让客户把话说完。",
        Kind.VOLUME_RISE: "请监听：通话中有人提高了音量。",
        Kind.AGENT_HANGUP: "核查通话结尾；如客户被中断，请安排回拨。",
        Kind.ABUSE_AFTER_HANGUP: "客户已挂机，请立即与客服代表沟通。",
        Kind.INTERRUPTION: "提醒客服代表让客户把话说完。",
        Kind.HOSTILE_TONE: "请立即监听，协助安抚，必要时接管通话。",
        Kind.CUSTOMER_ABANDONED: "请安排回拨客户。",
        Kind.MISSING_GREETING: "提醒客服代表使用规范开头语。",
        Kind.MISSING_CLOSING: "提醒客服代表使用规范结束语。",
        Kind.MISSING_APOLOGY: "提醒客服代表致歉并安抚客户。",
        Kind.REPEATED_QUESTION: "请协助客服代表：同一问题已重复询问。",
        Kind.FAST_SPEECH: "提醒客服代表放慢语速。",
        Kind.SLOW_SPEECH: "提醒客服代表简明扼要。",
        Kind.LONG_MONOLOGUE: "对方是否仍在听?请客服代表确认。",
        Kind.LONG_HOLD: "提醒客服代表回到线上，向客户说明进展。",
        Kind.ONE_WAY_AUDIO: "请检查线路：一方可能无法被听到。",
        Kind.NO_AUDIO: "请检查线路：双方均无声音。",
        Kind.BACKGROUND_NOISE: "请检查耳麦和周围环境。",
        Kind.BAD_MEDIA: "请检查线路或设备。",
        Kind.OFF_CALL_TALK: "提醒客服代表：客户正在等待。",
    },
}

_VERDICTS = {
    Reader.EN: {
        Verdict.CUT_OFF: "The agent cut the customer off",
        Verdict.AFTER_FAREWELL: "The agent hung up first, after the farewell",
        Verdict.ALLOWED: "The agent hung up after warnings",
        Verdict.UNDECIDED: "The agent's line closed first",
    },
    Reader.ZH: {
        Verdict.CUT_OFF: "客服代表中断客户通话",
        Verdict.AFTER_FAREWELL: "客服代表道别后先挂机",
        Verdict.ALLOWED: "客服代表警告后挂机",
        Verdict.UNDECIDED: "客服代表一侧先断线",
    },
}
_HUNG_UP = {Reader.EN: "The agent hung up first", Reader.ZH: "客服代表主动挂机"}


def words_of(finding: Finding, reader: Reader) -> Words:
    """The finding in the reader's language. A pack's rule brings its own words; they win."""
    return Words(
        title=finding.title or _title(finding, reader),
        advice=finding.advice or ADVICE[reader].get(finding.kind, ""),
        clause=finding.clause or _CLAUSES.get(finding.kind),
        advice_by_language=finding.advice_by_language if finding.advice else _advice_by_language(finding.kind),
        title_by_language=finding.title_by_language,
    )


def _advice_by_language(kind: Kind) -> ByLanguage | None:
    chinese, english = ADVICE[Reader.ZH].get(kind), ADVICE[Reader.EN].get(kind)
    return ByLanguage(chinese, english) if chinese and english else None


def _title(finding: Finding, reader: Reader) -> str:
    values = {measure.name: measure.value for measure in finding.evidence.values}
    agent = finding.leg is Leg.AGENT
    match finding.kind, reader:
        case Kind.DEAD_AIR, Reader.EN:
            return f"No answer to the customer for {_seconds(values['silence_ms'])} s"
        case Kind.DEAD_AIR, Reader.ZH:
            return f"{_seconds(values['silence_ms'])} 秒未应答客户"
        case Kind.LONG_SILENCE, Reader.EN:
            return f"Nobody has spoken for {_seconds(values['silence_ms'])} s"
        case Kind.LONG_SILENCE, Reader.ZH:
            return f"双方静默 {_seconds(values['silence_ms'])} 秒"
        case Kind.TALK_OVER, Reader.EN:
            return f"Both speaking at once for {_seconds(values['overlap_ms'])} s"
        case Kind.TALK_OVER, Reader.ZH:
            return f"双方同时说话 {_seconds(values['overlap_ms'])} 秒"
        case Kind.VOLUME_RISE, Reader.EN:
            return f"{'The agent' if agent else 'The customer'} is {values['rise_db']} dB louder"
        case Kind.VOLUME_RISE, Reader.ZH:
            return f"{'客服代表' if agent else '客户'}音量升高 {values['rise_db']} 分贝"
        case Kind.AGENT_HANGUP, _:
            return _VERDICTS[reader].get(Verdict(str(values["verdict"])), _HUNG_UP[reader])
        case Kind.ABUSE_AFTER_HANGUP, Reader.EN:
            return "Abuse after the customer hung up"
        case Kind.ABUSE_AFTER_HANGUP, Reader.ZH:
            return "挂机后谩骂客户"
        case _:
            return title_of(finding.kind, finding.leg, values, reader)


def _seconds(milliseconds: int | float | str | bool) -> str:
    return f"{float(milliseconds) / 1000:.1f}"
