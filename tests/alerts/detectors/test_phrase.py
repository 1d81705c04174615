"""Phrases in partials and finals: provisional, confirmed, withdrawn."""

from dataclasses import dataclass

import pytest

from alerts.alert import ByLanguage, Kind, Severity
from alerts.detectors.phrase import PhraseDetector
from alerts.findings import Stage
from alerts.phrase_book import books_of
from alerts.reader import Reader
from config.detection import PhraseSettings
from config.rule_packs import load_rule_pack, packaged_rules
from streaming.frames import Leg, Party
from tests.fakes.conversation import AGENT, CUSTOMER, MIXED, Conversation, final_of, measured, stages

NOT_MINE = "그건 제 책임이 아닙니다"
RULE = "ko.forbidden.not_my_responsibility"


def detector(reader: Reader = Reader.EN) -> PhraseDetector:
    pack = load_rule_pack(packaged_rules() / "ko")
    settings = PhraseSettings()
    return PhraseDetector(settings, books_of(pack, settings.longest_distance).alerting, reader)


@dataclass(frozen=True)
class Case:
    name: str
    told: Conversation
    stages: list[str]


CASES = [
    Case("said", Conversation().says(AGENT, 1_000, 3_000, NOT_MINE), ["phrase certain"]),
    Case(
        "misheard a little, surely",
        Conversation().says(AGENT, 1_000, 3_000, "그건 제 채김이 아닙니다"),
        ["phrase certain"],
    ),
    Case("misheard a little, unsure", Conversation().says(AGENT, 1_000, 3_000, "그건 제 제김이 아닙니다", 0.4), []),
    Case("heard exactly, unsure", Conversation().says(AGENT, 1_000, 3_000, NOT_MINE, 0.4), ["phrase certain"]),
    Case("meant the other way round", Conversation().says(AGENT, 1_000, 3_000, "그건 제 책임입니다"), []),
    Case("said by the other party", Conversation().says(CUSTOMER, 1_000, 3_000, NOT_MINE), []),
    Case("on a leg for both", Conversation(legs=(MIXED,)).says(MIXED, 1_000, 3_000, NOT_MINE), ["phrase certain"]),
    Case(
        "confirmed",
        Conversation().partial(AGENT, 1_000, 2_500, NOT_MINE).says(AGENT, 1_000, 3_000, NOT_MINE),
        ["phrase provisional", "phrase certain"],
    ),
    Case(
        "the final says otherwise",
        Conversation().partial(AGENT, 1_000, 2_500, NOT_MINE).says(AGENT, 1_000, 3_000, "그건 제가 책임지겠습니다"),
        ["phrase provisional", "phrase withdrawn"],
    ),
    Case(
        "the final is too unsure",
        Conversation().partial(AGENT, 1_000, 2_500, NOT_MINE).says(AGENT, 1_000, 3_000, "그건 제 제김이 아닙니다", 0.3),
        ["phrase provisional", "phrase withdrawn"],
    ),
    Case(
        "never confirmed",
        Conversation().partial(AGENT, 1_000, 2_500, NOT_MINE).quiet_until(8_000),
        ["phrase provisional", "phrase withdrawn"],
    ),
    Case(
        "partials that go on holding it",
        Conversation()
        .partial(AGENT, 1_000, 2_500, NOT_MINE)
        .partial(AGENT, 1_000, 5_000, NOT_MINE + " 고객님")
        .says(AGENT, 1_000, 7_000, NOT_MINE + " 고객님"),
        ["phrase provisional", "phrase certain"],
    ),
    Case(
        "words of a time when recognition was off",
        Conversation().deaf(AGENT, 500).says(AGENT, 1_000, 3_000, NOT_MINE),
        [],
    ),
    Case(
        "recognition is back",
        Conversation().deaf(AGENT, 100, 800).says(AGENT, 1_000, 3_000, NOT_MINE),
        ["phrase certain"],
    ),
    Case(
        "said before recognition went off",
        Conversation().says(AGENT, 1_000, 3_000, NOT_MINE).deaf(AGENT, 3_200),
        ["phrase certain"],
    ),
    Case(
        "after the customer hung up",
        Conversation()
        .hang_up(Party.CUSTOMER, 500)
        .partial(AGENT, 1_000, 2_000, NOT_MINE)
        .says(AGENT, 1_000, 3_000, NOT_MINE),
        ["abuse_after_hangup certain"],
    ),
    Case(
        "said before the customer hung up, heard after",
        Conversation().says(AGENT, 1_000, 3_000, NOT_MINE).hang_up(Party.CUSTOMER, 3_100),
        ["phrase certain"],
    ),
    Case(
        "the customer's leg came back",
        Conversation().leg_ends(CUSTOMER, 500, False).leg_resumes(CUSTOMER, 800).says(AGENT, 1_000, 3_000, NOT_MINE),
        ["phrase certain"],
    ),
    Case("spotted", Conversation().spotted(AGENT, 1_000, 3_000, NOT_MINE), ["phrase certain"]),
    Case("spotted, of the other party", Conversation().spotted(CUSTOMER, 1_000, 3_000, NOT_MINE), []),
    Case("spotted, no rule of its own", Conversation().spotted(AGENT, 1_000, 3_000, "좋은 하루 되세요"), []),
    Case(
        "spotted, while the words are off",
        Conversation().deaf(AGENT, 500).spotted(AGENT, 1_000, 3_000, NOT_MINE),
        ["phrase certain"],
    ),
    Case(
        "spotted where the text has something else",
        Conversation().spotted(AGENT, 1_000, 3_000, NOT_MINE).says(AGENT, 1_000, 3_000, "그건 색인 이 아기 기사"),
        ["phrase certain"],
    ),
    Case(
        "a partial confirmed by spotting, whatever the final says",
        Conversation()
        .partial(AGENT, 1_000, 2_500, NOT_MINE)
        .spotted(AGENT, 1_000, 2_900, NOT_MINE)
        .says(AGENT, 1_000, 3_000, "그건 색인 이 아기 기사"),
        ["phrase provisional", "phrase certain"],
    ),
    Case(
        "heard by both",
        Conversation().spotted(AGENT, 1_000, 2_900, NOT_MINE).says(AGENT, 1_000, 3_000, NOT_MINE),
        ["phrase certain", "phrase revised"],
    ),
    Case(
        "heard by both, the text first",
        Conversation().says(AGENT, 1_000, 3_000, NOT_MINE).spotted(AGENT, 1_000, 3_800, NOT_MINE),
        ["phrase certain", "phrase revised"],
    ),
    Case(
        "spotted twice after a crash",
        Conversation().spotted(AGENT, 1_000, 2_900, NOT_MINE).spotted(AGENT, 1_030, 2_960, NOT_MINE),
        ["phrase certain"],
    ),
    Case(
        "spotted, said again later",
        Conversation().spotted(AGENT, 1_000, 2_900, NOT_MINE).says(AGENT, 9_000, 12_000, NOT_MINE),
        ["phrase certain", "phrase certain"],
    ),
    Case(
        "spotted after the customer hung up",
        Conversation().hang_up(Party.CUSTOMER, 500).spotted(AGENT, 1_000, 3_000, NOT_MINE),
        ["abuse_after_hangup certain"],
    ),
    Case(
        "two rules in one breath",
        Conversation().says(AGENT, 1_000, 4_000, "그것도 모르세요 조용히 하세요"),
        ["phrase certain", "phrase certain"],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_when_it_is_told(case: Case) -> None:
    assert stages(case.told.play(detector())) == case.stages


def test_what_is_told() -> None:
    told = Conversation().says(AGENT, 1_000, 5_000, "네 고객님 " + NOT_MINE)
    (finding,) = told.play(detector())
    assert (finding.rule, finding.leg, finding.severity) == (RULE, Leg.AGENT, Severity.MAJOR)
    assert finding.event == f"phrase:{RULE}:agent:1"
    assert finding.evidence.text == NOT_MINE
    assert 2_000 < finding.evidence.from_ms < finding.evidence.to_ms == finding.audio_end_ms == 5_000
    assert measured(finding, "phrase") == NOT_MINE
    assert measured(finding, "distance") == 0
    assert (finding.title, finding.clause) == ("“That is not my responsibility”", "002 敷衍、推诿")
    (chinese,) = told.play(detector(Reader.ZH))
    assert chinese.title == "推卸责任:“不是我的责任”"
    assert finding.title_by_language == chinese.title_by_language == ByLanguage(chinese.title, finding.title)
    assert finding.advice_by_language == chinese.advice_by_language == ByLanguage(chinese.advice, finding.advice)
    assert chinese.advice != finding.advice


def test_one_alert_per_event_from_first_sight_to_withdrawal() -> None:
    findings = CASES[8].told.play(detector())
    assert len({(finding.event, finding.kind, finding.rule) for finding in findings}) == 1
    assert findings[-1].stage is Stage.WITHDRAWN


def test_abuse_after_the_call_is_critical_and_worded_by_its_kind() -> None:
    told = Conversation().hang_up(Party.CUSTOMER, 500).says(AGENT, 1_000, 3_000, "정말 바보 같은 사람이네")
    (finding,) = told.play(detector())
    assert (finding.kind, finding.severity, finding.title) == (Kind.ABUSE_AFTER_HANGUP, Severity.CRITICAL, "")


def test_hits_are_the_same_before_and_after_it_was_fed() -> None:
    watching = detector()
    heard = final_of(AGENT, 1, 1_000, 5_000, "네 고객님 " + NOT_MINE)
    before = watching.hits_of(heard)
    watching.feed(heard)
    assert watching.hits_of(heard) == before
    (hit,) = before
    assert heard.text[hit.from_char : hit.to_char] == NOT_MINE
    assert (hit.rule, hit.end_ms, hit.provisional) == (RULE, 5_000, False)


def test_a_hit_in_a_partial_is_provisional() -> None:
    (_, _), (_, _), (_, partial) = Conversation().partial(AGENT, 1_000, 3_000, NOT_MINE).observations()
    (hit,) = detector().hits_of(partial)  # type: ignore[arg-type]  # the third observation is the partial
    assert hit.provisional


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_grain_of_advance_changes_nothing_but_the_moment(case: Case) -> None:
    assert case.told.play(detector(), 200) == case.told.play(detector())


def _event_of(told: Conversation) -> tuple[set[str], list[object]]:
    findings = told.play(detector())
    return {finding.event for finding in findings}, [measured(finding, "ear") for finding in findings]


def test_which_ear_heard_it_is_told_as_one_event() -> None:
    spotted = Conversation().spotted(AGENT, 1_000, 2_900, NOT_MINE)
    assert _event_of(spotted)[1] == ["spotting"]
    events, ears = _event_of(spotted.says(AGENT, 1_000, 3_000, NOT_MINE))
    assert (len(events), ears) == (1, ["spotting", "both"])
    events, ears = _event_of(
        Conversation().partial(AGENT, 1_000, 2_500, NOT_MINE).spotted(AGENT, 1_000, 2_900, NOT_MINE)
    )
    assert (len(events), ears) == (1, ["text", "both"])


def test_what_a_spotted_phrase_says_of_itself() -> None:
    (finding,) = Conversation().spotted(AGENT, 1_000, 2_900, NOT_MINE, 0.876).play(detector())
    assert (finding.rule, finding.leg, finding.audio_end_ms, finding.evidence.text) == (RULE, AGENT, 2_900, NOT_MINE)
    assert (finding.evidence.from_ms, finding.evidence.to_ms) == (1_000, 2_900)
    assert (measured(finding, "phrase"), measured(finding, "word_confidence")) == (NOT_MINE, 0.88)
