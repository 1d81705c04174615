"""The recordings' own words, as if each had been recognised: what the rules of words find, and what they do not."""

import pytest

from alerts.alert import Kind
from alerts.findings import Finding, Stage
from alerts.judging import Claim, Truth, judge
from alerts.watch import CallWatch
from config.detection import DetectionSettings
from config.rule_packs import load_rule_pack, packaged_rules
from service.demo.recording import demo_recordings
from streaming.frames import Leg, Party
from tests.calls.played import truth
from tests.fakes.conversation import Conversation

KO = load_rule_pack(packaged_rules() / "ko")
_NAMES = [path.stem for path in demo_recordings()]
_SAID = {
    *(Kind.PHRASE, Kind.ABUSE_AFTER_HANGUP, Kind.AGENT_HANGUP, Kind.CUSTOMER_ABANDONED, Kind.INTERRUPTION),
    *(Kind.MISSING_GREETING, Kind.MISSING_CLOSING, Kind.REPEATED_QUESTION, Kind.DEAD_AIR, Kind.TALK_OVER),
}


def told(name: str) -> Conversation:
    """Turns as speech and finals, and what the PBX reports."""
    script, conversation = truth(name), Conversation()
    for turn in script["turns"]:
        conversation.says(Leg(turn["leg"]), turn["start_ms"], turn["end_ms"], turn["text"])
    for event in script["pbx"]:
        match event["type"]:
            case "answered":
                conversation.answered(event["at_ms"])
            case "hold":
                conversation.hold(event["at_ms"])
            case "hangup":
                conversation.hang_up(Party(event["party"]), event["at_ms"]).over(event["at_ms"], late_ms=1_500)
    return conversation.quiet_until(script["duration_ms"] + 3_000)


def claims(findings: list[Finding]) -> list[Claim]:
    newest = {finding.event: finding for finding in findings}
    return [
        Claim(each.kind, each.leg, each.evidence.from_ms, each.evidence.to_ms, each.severity)
        for each in newest.values()
        if each.stage is not Stage.WITHDRAWN
    ]


@pytest.mark.parametrize("name", _NAMES)
def test_words_find_what_is_there_and_nothing_else(name: str) -> None:
    scores = judge(claims(told(name).play(CallWatch(DetectionSettings(), KO))), Truth.of(truth(name)))
    for kind, score in scores.items():
        if kind in _SAID:
            assert (score.found, score.false_alarms) == (score.events, 0), kind
