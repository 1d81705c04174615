"""All detectors of one call together."""

from dataclasses import dataclass

import pytest

from alerts.alert import Kind
from alerts.findings import Finding, Stage
from alerts.watch import CallWatch
from config.detection import DetectionSettings
from config.rule_packs import load_rule_pack, packaged_rules
from streaming.frames import Leg, Party
from streaming.observations import LevelHeard
from tests.fakes.conversation import AGENT, CUSTOMER, FRAME_MS, Conversation, final_of
from tests.fakes.rules import pack, rule

SETTINGS = DetectionSettings()
KO = load_rule_pack(packaged_rules() / "ko")


def watch() -> CallWatch:
    return CallWatch(SETTINGS, KO)


def bad_call() -> Conversation:
    """Dead air at 8000, talk-over at 16000, a forbidden phrase, a raised voice, and cut off at 33000."""
    told = Conversation().says(AGENT, 700, 3_700, "안녕하세요 고객님 무엇을 도와드릴까요")
    told.says(CUSTOMER, 4_200, 8_000, "지난주에 주문한 상품이 아직 도착하지 않았습니다")
    told.says(AGENT, 12_500, 19_000, "배송이 지연되고 있습니다 그건 제 책임이 아닙니다")
    told.says(CUSTOMER, 16_000, 20_000, "당장 책임자 바꿔 주세요")
    told.voice(CUSTOMER, 4_200, 8_000, -30.0).voice(CUSTOMER, 16_000, 20_000, -15.0, 150.0)
    told.says(AGENT, 20_500, 24_000, "주문 번호가 어떻게 되십니까").speech(CUSTOMER, 25_000, 33_000)
    return (
        told.hang_up(Party.AGENT, 33_000).leg_ends(AGENT, 33_000).leg_ends(CUSTOMER, 33_100).over(33_000, late_ms=900)
    )


def kinds(findings: list[Finding]) -> set[Kind]:
    return {finding.kind for finding in findings if finding.stage is not Stage.WITHDRAWN}


def test_all_rules_of_one_call() -> None:
    watching = watch()
    findings = bad_call().play(watching)
    assert kinds(findings) == {
        Kind.DEAD_AIR,
        Kind.TALK_OVER,
        Kind.PHRASE,
        Kind.VOLUME_RISE,
        Kind.HOSTILE_TONE,
        Kind.AGENT_HANGUP,
        Kind.MISSING_CLOSING,
    }
    assert watching.verdict == "agent cut the customer off"


def test_a_phrase_that_nobody_was_sure_of_is_left_undecided_unless_the_other_ear_heard_it() -> None:
    said = "그건 제 책임이 아님다"
    alone, agreed = watch(), watch()
    mumbled = Conversation().says(AGENT, 1_000, 4_000, said, confidence=0.55)
    assert not kinds(mumbled.play(alone))
    (unsure,) = alone.coverage.undecided(9_000)
    assert (unsure.leg, unsure.kinds, unsure.cause) == (AGENT, (Kind.PHRASE,), "low_confidence")
    assert 1_000 <= unsure.from_ms < unsure.to_ms <= 4_000
    mumbled.spotted(AGENT, 1_000, 3_900, "그건 제 책임이 아닙니다")
    assert kinds(mumbled.play(agreed)) == {Kind.PHRASE}
    assert agreed.coverage.undecided(9_000) == ()


@pytest.mark.parametrize("stride_ms", [100, 200, 333])
def test_the_same_findings_for_any_grain(stride_ms: int) -> None:
    def told(findings: list[Finding]) -> set[tuple[Kind, str, Stage, Leg | None, int, int]]:
        return {
            (each.kind, each.event, each.stage, each.leg, each.evidence.from_ms, each.evidence.to_ms)
            for each in findings
        }

    assert told(bad_call().play(watch(), stride_ms)) == told(bad_call().play(watch()))


def test_the_same_findings_every_time() -> None:
    assert bad_call().play(watch()) == bad_call().play(watch())


def test_levels_are_looked_at_only_to_know_the_legs() -> None:
    watching, told = watch(), bad_call()
    for at_ms in range(FRAME_MS, 33_000, FRAME_MS):
        told.told += [(at_ms + FRAME_MS, LevelHeard(leg, at_ms, at_ms + FRAME_MS, -20.0, True)) for leg in Leg]
    told.told = [each for each in told.told if getattr(each[1], "leg", None) is not Leg.MIXED]
    assert told.play(watching) == bad_call().play(watch())


@dataclass(frozen=True)
class Case:
    name: str
    told: Conversation
    kinds: set[Kind]


def held() -> Conversation:
    told = Conversation().says(AGENT, 700, 3_700, "안녕하세요").says(CUSTOMER, 4_200, 8_000, "언제 도착합니까")
    return told.says(AGENT, 8_500, 10_000, "잠시만 기다려 주십시오").hold(10_200)


CASES = [
    Case("a held call is silent", held().quiet_until(50_000), set()),
    Case("for a while", held().quiet_until(90_000), {Kind.LONG_HOLD}),
    Case("and left by the customer", held().hang_up(Party.CUSTOMER, 50_000).over(50_000), {Kind.CUSTOMER_ABANDONED}),
    Case(
        "both silences are told, the desk keeps them apart",
        Conversation().speech(AGENT, 700, 3_700).speech(CUSTOMER, 4_200, 8_000).quiet_until(20_000),
        {Kind.DEAD_AIR, Kind.LONG_SILENCE},
    ),
    Case(
        "abuse when the customer has gone",
        Conversation()
        .speech(CUSTOMER, 500, 2_000)
        .hang_up(Party.CUSTOMER, 4_000)
        .over(4_000)
        .says(AGENT, 10_000, 12_000, "정말 바보 같은 사람이네"),
        {Kind.ABUSE_AFTER_HANGUP, Kind.CUSTOMER_ABANDONED},
    ),
    Case(
        "what others find is heeded: an angry leave",
        held().hold(10_300, 11_000).speech(CUSTOMER, 12_000, 15_000).hang_up(Party.CUSTOMER, 19_000).over(19_000),
        {Kind.DEAD_AIR, Kind.CUSTOMER_ABANDONED},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_who_is_told_what(case: Case) -> None:
    assert kinds(case.told.play(watch())) == case.kinds


def test_without_a_pack_the_sound_is_judged_alone() -> None:
    watching = CallWatch(SETTINGS, None)
    assert Kind.PHRASE not in kinds(bad_call().play(watching))
    assert watching.hits_of(final_of(AGENT, 9, 0, 1_000, "그것도 모르세요")) == ()


def test_hits_for_the_transcript() -> None:
    (hit,) = watch().hits_of(final_of(AGENT, 9, 0, 1_000, "그것도 모르세요"))
    assert hit.rule == "ko.forbidden.dont_you_know_that"


def test_no_verdict_while_the_call_runs() -> None:
    watching = watch()
    held().play(watching)
    assert watching.verdict is None


def test_the_tone_of_a_voice_can_be_read() -> None:
    watching = watch()
    assert watching.tone(CUSTOMER) == 0.0
    told = Conversation().voice(CUSTOMER, 0, 8_000, -30.0).voice(CUSTOMER, 9_000, 12_000, -18.0, 160.0, -5.0)
    told.play(watching)
    assert watching.tone(CUSTOMER) > 0.9
    assert watching.tone(AGENT) == 0.0


def test_when_nothing_happens_nothing_is_made() -> None:
    watching = watch()
    told = Conversation().speech(AGENT, 700, 3_700).speech(CUSTOMER, 4_200, 6_000)
    told.play(watching)
    assert watching.advance(6_320) == []


def test_changed_rules_are_heard_in_a_running_call() -> None:
    old = pack(rule("en.forbidden.rude", phrases=("shut up now",)), rule("en.closing.bye", phrases=("good bye now",)))
    new = pack(rule("en.forbidden.rude", phrases=("go away now",)), rule("en.closing.bye", phrases=("good bye now",)))
    watch = CallWatch(DetectionSettings(), old)
    told = [finding.rule for finding in Conversation().says(AGENT, 0, 2_000, "you shut up now").play(watch)]
    watch.change_rules(new)
    later = Conversation().says(AGENT, 5_000, 6_000, "well then").says(AGENT, 10_000, 12_000, "you go away now")
    later.says(AGENT, 20_000, 22_000, "shut up now")
    told += [finding.rule for finding in later.play(watch) if finding.rule.startswith("en.")]
    assert told == ["en.forbidden.rude", "en.forbidden.rude"]


def test_a_call_without_rules_stays_without() -> None:
    watch = CallWatch(DetectionSettings(), None)
    watch.change_rules(pack(rule("en.forbidden.rude", phrases=("shut up now",))))
    assert Conversation().says(AGENT, 0, 2_000, "you shut up now").play(watch) == []
