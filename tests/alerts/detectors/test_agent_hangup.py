"""Who ended the call, judged at its edges."""

from dataclasses import dataclass

import pytest

from alerts.alert import Severity
from alerts.detectors.agent_hangup import AgentHangUpDetector
from alerts.end_of_call import end_books_of
from alerts.findings import Finding, Stage
from config.detection import HangUpSettings
from config.rule_packs import load_rule_pack, packaged_rules
from streaming.frames import Party
from tests.fakes.conversation import AGENT, CUSTOMER, MIXED, Conversation, measured

BYE = "감사합니다 좋은 하루 되세요"


def detector() -> AgentHangUpDetector:
    return AgentHangUpDetector(HangUpSettings(), end_books_of(load_rule_pack(packaged_rules() / "ko"), 0.25, 0.15))


def call() -> Conversation:
    return Conversation().says(AGENT, 700, 3_700, "무엇을 도와드릴까요").says(CUSTOMER, 4_200, 8_000, "언제 도착합니까")


def parted() -> Conversation:
    """The customer ends at 17200, the agent's farewell at 19700."""
    told = call().says(AGENT, 9_000, 14_000, "환불 처리해 드리겠습니다")
    return told.says(CUSTOMER, 15_200, 17_200, "네 알겠습니다 감사합니다").says(AGENT, 17_700, 19_700, BYE)


def cut() -> Conversation:
    """The customer speaks to the end at 17400."""
    told = call().says(AGENT, 8_600, 10_400, "배송이 지연되고 있습니다").speech(CUSTOMER, 13_400, 17_400)
    return told.final(CUSTOMER, 13_400, 17_400, "지난주에 주문한 상품이 아직")


def ended(told: Conversation, party: Party, at_ms: int) -> Conversation:
    return told.hang_up(party, at_ms).leg_ends(AGENT, at_ms).leg_ends(CUSTOMER, at_ms + 40).over(at_ms, late_ms=1_400)


@dataclass(frozen=True)
class Case:
    name: str
    told: Conversation
    verdict: str
    severity: Severity | None


CASES = [
    Case("the customer hangs up", ended(parted(), Party.CUSTOMER, 20_000), "normal", None),
    Case("the customer hangs up unheard", ended(cut(), Party.CUSTOMER, 17_400), "normal", None),
    Case("cut off while speaking", ended(cut(), Party.AGENT, 17_400), "agent cut the customer off", Severity.CRITICAL),
    Case("cut off 2.9 s after", ended(cut(), Party.AGENT, 20_200), "agent cut the customer off", Severity.CRITICAL),
    Case("no farewell, long after", ended(cut(), Party.AGENT, 25_000), "agent cut the customer off", Severity.CRITICAL),
    Case("after the farewell", ended(parted(), Party.AGENT, 20_000), "agent ended after farewell", Severity.MINOR),
    Case(
        "after a farewell that was spotted",
        ended(
            call()
            .says(CUSTOMER, 15_200, 17_200, "순애 싸우기 습니닷")
            .spotted(AGENT, 18_500, 19_700, "좋은 하루 되세요")
            .says(AGENT, 17_700, 19_700, "감사 감리자 조 하셨어요"),
            Party.AGENT,
            20_000,
        ),
        "agent ended after farewell",
        Severity.MINOR,
    ),
    Case(
        "a short thanks after the farewell",
        ended(parted().speech(CUSTOMER, 19_900, 20_600), Party.AGENT, 21_000),
        "agent ended after farewell",
        Severity.MINOR,
    ),
    Case(
        "the customer's farewell comes last",
        ended(parted().says(CUSTOMER, 19_900, 21_600, "네 안녕히 계세요"), Party.AGENT, 23_000),
        "agent ended after farewell",
        Severity.MINOR,
    ),
    Case(
        "a new question after the farewell",
        ended(parted().says(CUSTOMER, 20_000, 23_000, "잠깐만요 그런데 언제 도착합니까"), Party.AGENT, 23_500),
        "agent cut the customer off",
        Severity.CRITICAL,
    ),
    Case(
        "both parted, then silence longer than the farewell counts",
        ended(parted(), Party.AGENT, 40_000),
        "agent ended after farewell",
        Severity.MINOR,
    ),
    Case("the system ends it", ended(parted(), Party.SYSTEM, 20_000), "normal", None),
    Case("transferred", ended(cut().transfer(17_300), Party.AGENT, 17_400), "normal", None),
    Case(
        "the agent after the transfer hangs up",
        ended(
            cut().transfer(17_600).speech(AGENT, 18_000, 19_000).speech(CUSTOMER, 20_000, 22_000), Party.AGENT, 22_000
        ),
        "agent cut the customer off",
        Severity.CRITICAL,
    ),
    Case(
        "4.9 s after answering",
        ended(cut().answered(12_500), Party.AGENT, 17_400),
        "undecided",
        None,
    ),
    Case(
        "5 s after answering",
        ended(cut().answered(12_400), Party.AGENT, 17_400),
        "agent cut the customer off",
        Severity.CRITICAL,
    ),
    Case(
        "the customer was never heard",
        ended(Conversation().says(AGENT, 700, 3_000, "여보세요 고객님"), Party.AGENT, 14_000),
        "line fault",
        None,
    ),
    Case(
        "the customer had gone long before",
        cut().leg_ends(CUSTOMER, 17_400).hang_up(Party.AGENT, 22_000).over(22_000),
        "undecided",
        Severity.INFO,
    ),
    Case(
        "the agent's leg had gone long before",
        cut().leg_ends(AGENT, 12_000).hang_up(Party.CUSTOMER, 22_000).over(22_000),
        "undecided",
        Severity.INFO,
    ),
    Case(
        "one leg for both",
        Conversation(legs=(MIXED,)).says(MIXED, 700, 9_000, BYE).hang_up(Party.AGENT, 9_500).over(9_500),
        "undecided",
        None,
    ),
    Case(
        "bare, the agent first",
        cut().leg_ends(AGENT, 17_400, False).leg_ends(CUSTOMER, 18_400, False).over(18_400, False),
        "undecided",
        Severity.INFO,
    ),
    Case(
        "bare, the customer first",
        cut().leg_ends(CUSTOMER, 17_400, False).leg_ends(AGENT, 18_400, False).over(18_400, False),
        "undecided",
        None,
    ),
    Case(
        "bare, both at once",
        cut().leg_ends(AGENT, 17_400, False).leg_ends(CUSTOMER, 17_440, False).over(17_440, False),
        "undecided",
        None,
    ),
    Case(
        "bare, after a transfer",
        cut().transfer(17_300).leg_ends(AGENT, 17_400, False).over(22_400, False),
        "normal",
        None,
    ),
    Case(
        "nobody listens to words, both silent",
        ended(
            call().speech(CUSTOMER, 15_200, 17_200).speech(AGENT, 17_700, 19_700).deaf(AGENT, 15_000),
            Party.AGENT,
            20_300,
        ),
        "undecided",
        Severity.MINOR,
    ),
    Case(
        "nobody listens to words, the customer speaks",
        ended(cut().deaf(AGENT, 12_000), Party.AGENT, 17_400),
        "agent cut the customer off",
        Severity.CRITICAL,
    ),
    Case("on hold", ended(cut().hold(18_000), Party.AGENT, 40_000), "agent cut the customer off", Severity.CRITICAL),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_verdict(case: Case) -> None:
    watching = detector()
    findings = case.told.play(watching)
    assert watching.verdict is not None
    assert watching.verdict.value == case.verdict
    assert [finding.severity for finding in findings][-1:] == ([] if case.severity is None else [case.severity])
    if case.severity is not None:
        assert measured(findings[-1], "verdict") == case.verdict


def test_it_waits_for_nobody_longer_than_it_must() -> None:
    """Without the word that all is over, the verdict is given 1.5 s after the reported end."""
    watching = detector()
    told = cut().hang_up(Party.AGENT, 17_400).leg_ends(AGENT, 17_400).quiet_until(20_000)
    for known_ms, observation in told.observations():
        assert watching.feed(observation) == [], known_ms
    assert watching.advance(18_880) == []
    (finding,) = watching.advance(18_900)
    assert (finding.stage, finding.audio_end_ms) == (Stage.CERTAIN, 17_400)


def test_one_leg_gone_for_five_seconds_is_a_provisional_verdict() -> None:
    watching = detector()
    findings = cut().leg_ends(AGENT, 17_400, False).quiet_until(22_380).play(watching)
    assert findings == []
    assert watching.verdict is None
    (finding,) = watching.advance(22_400)
    assert (finding.stage, finding.severity) == (Stage.PROVISIONAL, Severity.INFO)


def follow(told: Conversation) -> list[tuple[Stage, Severity]]:
    return [(finding.stage, finding.severity) for finding in told.play(detector())]


def bare() -> Conversation:
    return cut().leg_ends(AGENT, 17_400, False).leg_ends(CUSTOMER, 18_400, False).over(18_400, final=False)


def test_a_late_word_of_the_exchange_confirms() -> None:
    assert follow(bare().hang_up(Party.AGENT, 17_400, late_ms=4_000)) == [
        (Stage.PROVISIONAL, Severity.INFO),
        (Stage.CERTAIN, Severity.CRITICAL),
    ]


def test_a_late_word_of_the_exchange_acquits() -> None:
    assert follow(bare().hang_up(Party.CUSTOMER, 17_400, late_ms=4_000)) == [
        (Stage.PROVISIONAL, Severity.INFO),
        (Stage.WITHDRAWN, Severity.INFO),
    ]


def test_nothing_more_comes_and_undecided_it_stays() -> None:
    assert follow(bare().over(30_000)) == [(Stage.PROVISIONAL, Severity.INFO), (Stage.CERTAIN, Severity.INFO)]


def test_the_leg_comes_back() -> None:
    told = cut().leg_ends(AGENT, 17_400, False).over(22_400, final=False).leg_resumes(AGENT, 24_000)
    assert [stage for stage, _ in follow(told)] == [Stage.PROVISIONAL, Stage.WITHDRAWN]


def test_a_late_final_changes_the_verdict() -> None:
    told = call().says(AGENT, 9_000, 14_000, "환불 처리해 드리겠습니다").speech(CUSTOMER, 15_200, 17_200)
    told.speech(AGENT, 17_700, 19_700).final(AGENT, 17_700, 19_700, BYE, late_ms=3_000)
    findings = ended(told, Party.AGENT, 20_000).play(detector())
    assert [(finding.stage, finding.severity) for finding in findings] == [
        (Stage.CERTAIN, Severity.CRITICAL),
        (Stage.REVISED, Severity.MINOR),
    ]
    assert len({finding.event for finding in findings}) == 1


def test_a_partial_farewell_counts_until_its_final_says_otherwise() -> None:
    told = call().says(AGENT, 9_000, 14_000, "환불 처리해 드리겠습니다").speech(CUSTOMER, 15_200, 17_200)
    told.speech(AGENT, 17_700, 19_700).partial(AGENT, 17_700, 19_600, BYE)
    told.final(AGENT, 17_700, 19_700, "감자 사과 배", late_ms=3_000)
    assert follow(ended(told, Party.AGENT, 20_000)) == [
        (Stage.CERTAIN, Severity.MINOR),
        (Stage.REVISED, Severity.CRITICAL),
    ]


def test_an_unknown_party_does_not_unsay_a_known_one() -> None:
    told = cut().hang_up(Party.AGENT, 17_400).hang_up(Party.UNKNOWN, 17_400, late_ms=100).over(17_400)
    assert follow(told) == [(Stage.CERTAIN, Severity.CRITICAL)]


def told_twice(told: Conversation) -> tuple[list[Finding], list[Finding]]:
    return told.play(detector()), told.play(detector(), 333)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_grain_of_advance_changes_nothing(case: Case) -> None:
    fine, coarse = told_twice(case.told)
    assert fine == coarse
