"""What an alert says to the people who read it: title, advice and the manual's clause for each kind of finding."""

from dataclasses import dataclass

from alerts.alert import Kind
from alerts.findings import Finding
from alerts.reader import Reader
from alerts.verdict import Verdict
from streaming.frames import Leg


@dataclass(frozen=True, slots=True)
class Words:
    """Title and advice in the reader's language, and the clause of the manuals the finding goes back to."""

    title: str
    advice: str
    clause: str | None


# Named by the manuals' first three digits (docs: requirements).
_CLAUSES = {
    Kind.DEAD_AIR: "002 话务空白",
    Kind.LONG_SILENCE: "002 冷场或停顿",
    Kind.TALK_OVER: "002 不打断客户的话",
    Kind.VOLUME_RISE: "002 音量突然增大",
    Kind.AGENT_HANGUP: "002 主动挂机",
    Kind.ABUSE_AFTER_HANGUP: "002 挂机后谩骂客户",
}

_ADVICE = {
    Reader.EN: {
        Kind.DEAD_AIR: "Help the agent with an answer, or let the agent tell the customer what the wait is for.",
        Kind.LONG_SILENCE: "Listen in: does the agent need help, or has the line gone dead?",
        Kind.TALK_OVER: "Remind the agent to let the customer finish.",
        Kind.VOLUME_RISE: "Listen in: a voice has been raised.",
        Kind.AGENT_HANGUP: "Check the end of the call; call the customer back where it was cut off.",
        Kind.ABUSE_AFTER_HANGUP: "Talk to the agent at once; the customer has gone.",
    },
    Reader.ZH: {
        Kind.DEAD_AIR: "协助客服代表作答,或提醒其向客户说明等待原因。",
        Kind.LONG_SILENCE: "请监听:客服代表是否需要协助,线路是否中断?",
        Kind.TALK_OVER: "提醒客服代表让客户把话说完。",
        Kind.VOLUME_RISE: "请监听:通话中有人提高了音量。",
        Kind.AGENT_HANGUP: "核查通话结尾;如客户被中断,请安排回拨。",
        Kind.ABUSE_AFTER_HANGUP: "客户已挂机,请立即与客服代表沟通。",
    },
}

_VERDICTS = {
    Reader.EN: {
        Verdict.CUT_OFF: "The agent cut the customer off",
        Verdict.AFTER_FAREWELL: "The agent hung up first, after the farewell",
        Verdict.AGENT_ENDED: "The agent hung up first",
        Verdict.UNDECIDED: "The agent's line closed first",
    },
    Reader.ZH: {
        Verdict.CUT_OFF: "客服代表中断客户通话",
        Verdict.AFTER_FAREWELL: "客服代表道别后先挂机",
        Verdict.AGENT_ENDED: "客服代表主动挂机",
        Verdict.UNDECIDED: "客服代表一侧先断线",
    },
}


def words_of(finding: Finding, reader: Reader) -> Words:
    """The finding in the reader's language. A pack's rule brings its own words; they win."""
    return Words(
        title=finding.title or _title(finding, reader),
        advice=finding.advice or _ADVICE[reader].get(finding.kind, ""),
        clause=finding.clause or _CLAUSES.get(finding.kind),
    )


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
            return _VERDICTS[reader][Verdict(str(values["verdict"]))]
        case Kind.ABUSE_AFTER_HANGUP, Reader.EN:
            return "Abuse after the customer hung up"
        case Kind.ABUSE_AFTER_HANGUP, Reader.ZH:
            return "挂机后谩骂客户"
        case kind, _:
            return kind.value.replace("_", " ").capitalize()


def _seconds(milliseconds: int | float | str | bool) -> str:
    return f"{float(milliseconds) / 1000:.1f}"
