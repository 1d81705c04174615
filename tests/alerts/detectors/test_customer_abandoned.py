"""Customers who give up."""

from dataclasses import dataclass, replace

import pytest

from alerts.alert import Evidence, Kind, Severity
from alerts.detectors.customer_abandoned import CustomerAbandonedDetector
from alerts.findings import Finding, Stage
from alerts.phrase_book import PhraseBook
from config.detection import CustomerAbandonedSettings
from config.rule_packs import Topic, load_rule_pack, packaged_rules
from config.settings import Language
from streaming.frames import Party
from tests.fakes.conversation import AGENT, CUSTOMER, Conversation, measured

KO = load_rule_pack(packaged_rules() / "ko")
BYE = "감사합니다 좋은 하루 되세요"
SILENCE = Finding(
    Kind.DEAD_AIR, "dead_air", "d", Stage.CERTAIN, Severity.MAJOR, AGENT, 33_000, 0, Evidence(30_000, 33_000)
)


def detector() -> CustomerAbandonedDetector:
    closings = PhraseBook(Language.KO, KO.about(Topic.CLOSING), 0.25)
    return CustomerAbandonedDetector(CustomerAbandonedSettings(), closings)


def talk() -> Conversation:
    return Conversation().speech(AGENT, 700, 3_700).speech(CUSTOMER, 4_200, 8_000)


def left(told: Conversation, at_ms: int, party: Party = Party.CUSTOMER) -> Conversation:
    return told.hang_up(party, at_ms).over(at_ms, late_ms=1_500)


@dataclass(frozen=True)
class Case:
    name: str
    told: Conversation
    reason: str | None


CASES = [
    Case("on hold", left(talk().hold(9_000), 30_000), "on hold"),
    Case("after the hold", left(talk().hold(9_000, 20_000), 30_000), None),
    Case("before the agent said a word", left(Conversation().speech(CUSTOMER, 4_000, 8_000), 12_000), "early"),
    Case("a cough of the agent is none", left(Conversation().speech(AGENT, 4_000, 4_700), 12_000), "early"),
    Case("the agent had answered", left(talk(), 12_000), None),
    Case("not so early", left(Conversation().speech(CUSTOMER, 4_000, 8_000), 21_000), None),
    Case("answered late", left(Conversation().answered(30_000), 45_000), "early"),
    Case("the agent ended it", left(talk().hold(9_000), 30_000, Party.AGENT), None),
    Case("nobody knows who", left(talk().hold(9_000), 30_000, Party.UNKNOWN), None),
    Case("a farewell on hold", left(talk().says(CUSTOMER, 8_500, 10_000, BYE).hold(10_500), 14_000), None),
    Case("a farewell long ago", left(talk().says(AGENT, 8_500, 10_000, BYE).hold(10_500), 40_000), "on hold"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_why_they_left(case: Case) -> None:
    findings = case.told.play(detector(), 100)
    assert [measured(each, "reason") for each in findings] == ([] if case.reason is None else [case.reason])


def test_what_is_told() -> None:
    (finding,) = left(talk().hold(9_000), 30_000).play(detector(), 100)
    assert (finding.severity, finding.leg) == (Severity.MAJOR, CUSTOMER)
    assert (finding.evidence.from_ms, finding.evidence.to_ms, finding.audio_end_ms) == (30_000, 30_000, 30_000)


@pytest.mark.parametrize(
    ("found", "at_ms", "reason"),
    [
        (SILENCE, 42_000, "angry leave"),
        (SILENCE, 44_000, None),
        (replace(SILENCE, kind=Kind.HOSTILE_TONE), 42_000, "angry leave"),
        (replace(SILENCE, kind=Kind.HOSTILE_TONE, severity=Severity.INFO), 42_000, None),
        (replace(SILENCE, kind=Kind.TALK_OVER), 42_000, None),
        (replace(SILENCE, evidence=Evidence(30_000, 40_000), stage=Stage.REVISED), 49_000, "angry leave"),
    ],
)
def test_who_leaves_in_anger(found: Finding, at_ms: int, reason: str | None) -> None:
    watching = detector()
    assert watching.heed(found) == []
    findings = left(talk(), at_ms).play(watching, 100)
    assert [measured(each, "reason") for each in findings] == ([] if reason is None else [reason])


def test_a_silence_that_was_none_is_no_reason() -> None:
    watching = detector()
    watching.heed(SILENCE)
    watching.heed(replace(SILENCE, stage=Stage.WITHDRAWN))
    assert left(talk(), 40_000).play(watching, 100) == []


def test_a_farewell_recognised_late_takes_it_back() -> None:
    told = left(talk().speech(CUSTOMER, 8_500, 10_000).hold(10_500), 14_000).final(
        CUSTOMER, 8_500, 10_000, BYE, late_ms=9_000
    )
    assert [each.stage for each in told.play(detector(), 100)] == [Stage.CERTAIN, Stage.WITHDRAWN]
