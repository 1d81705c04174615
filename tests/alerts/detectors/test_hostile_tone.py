"""Hostile tone: the voice, and who bears witness."""

from dataclasses import dataclass, replace

import pytest

from alerts.alert import Evidence, Kind, Severity
from alerts.detectors.hostile_tone import HostileToneDetector, Mood
from alerts.findings import Finding, Stage
from alerts.phrase_book import PhraseBook
from config.detection import HostileToneSettings
from config.rule_packs import Topic, load_rule_pack, packaged_rules
from config.settings import Language
from tests.fakes.conversation import AGENT, CUSTOMER, MIXED, Conversation, measured

KO = load_rule_pack(packaged_rules() / "ko")
ANGRY = "정말 화가 납니다"
BASE_DBFS, HZ = -30.0, 120.0


def detector() -> HostileToneDetector:
    return HostileToneDetector(HostileToneSettings(), PhraseBook(Language.KO, KO.about(Topic.ANGER), 0.15))


def calm() -> Conversation:
    return Conversation().voice(CUSTOMER, 0, 8_000, BASE_DBFS)


def raging(length_ms: int = 6_000, from_ms: int = 10_000) -> Conversation:
    """+10 dB, 4 semitones, 6 dB brighter."""
    return calm().voice(CUSTOMER, from_ms, from_ms + length_ms, BASE_DBFS + 10, HZ * 2 ** (4 / 12), -6.0)


def found(kind: Kind, from_ms: int, to_ms: int) -> Finding:
    evidence = Evidence(from_ms, to_ms)
    return Finding(kind, kind.value, "x", Stage.CERTAIN, Severity.MINOR, CUSTOMER, to_ms, 0, evidence)


@dataclass(frozen=True)
class Case:
    name: str
    told: Conversation
    severities: list[Severity]


INFO, CRITICAL = Severity.INFO, Severity.CRITICAL
CASES = [
    Case("calm", calm().voice(CUSTOMER, 10_000, 30_000, BASE_DBFS), []),
    Case("raging for long, nobody bears witness: shown", raging(), [INFO, INFO]),
    Case("not for long: nothing", raging(2_000), []),
    Case("with angry words before", raging().final(CUSTOMER, 8_500, 9_500, ANGRY, late_ms=200), [CRITICAL, CRITICAL]),
    Case("with angry words in it", raging().final(CUSTOMER, 12_000, 15_000, ANGRY), [INFO, CRITICAL, CRITICAL]),
    Case("with angry words long before", raging(from_ms=15_000).final(CUSTOMER, 0, 1_000, ANGRY), [INFO, INFO]),
    Case("with other words", raging().final(CUSTOMER, 8_500, 9_500, "감사합니다", late_ms=200), [INFO, INFO]),
    Case("with the other's angry words", raging().final(AGENT, 8_500, 9_500, ANGRY, late_ms=200), [INFO, INFO]),
    Case(
        "spotted", raging().spotted(CUSTOMER, 8_500, 9_500, KO.about(Topic.ANGER)[0].phrases[0]), [CRITICAL, CRITICAL]
    ),
    Case("on hold", raging().hold(9_000), []),
    Case(
        "both on one leg",
        Conversation(legs=(MIXED,)).voice(MIXED, 0, 8_000, -30.0).voice(MIXED, 10_000, 16_000, -15.0, 160.0, -5.0),
        [],
    ),
    Case("gain alone", calm().voice(CUSTOMER, 10_000, 30_000, BASE_DBFS + 12), []),
    Case(
        "effort behind a gain control",
        calm().voice(CUSTOMER, 10_000, 16_000, BASE_DBFS + 1, HZ * 1.3, -5.0),
        [INFO, INFO],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_when_it_is_told(case: Case) -> None:
    findings = case.told.quiet_until(60_000).play(detector())
    assert [each.severity for each in findings] == case.severities
    assert len({each.event for each in findings}) <= 1


@pytest.mark.parametrize("kind", [Kind.TALK_OVER, Kind.VOLUME_RISE, Kind.PHRASE])
def test_other_rules_bear_witness(kind: Kind) -> None:
    watching = detector()
    assert watching.heed(found(kind, 9_000, 10_500)) == []
    findings = raging().play(watching)
    assert findings[0].severity is Severity.CRITICAL
    assert measured(findings[0], "witness") == kind.value
    assert findings[0].audio_end_ms <= 12_200


def test_a_late_witness_makes_it_an_alert() -> None:
    watching = detector()
    assert [each.severity for each in raging().play(watching)] == [Severity.INFO]
    (finding,) = watching.heed(found(Kind.TALK_OVER, 18_000, 20_000))
    assert (finding.stage, finding.severity) == (Stage.REVISED, Severity.CRITICAL)
    assert watching.heed(found(Kind.TALK_OVER, 21_000, 22_000)) == []


@pytest.mark.parametrize(
    "finding",
    [
        found(Kind.DEAD_AIR, 10_000, 13_000),
        replace(found(Kind.VOLUME_RISE, 10_000, 12_000), leg=AGENT),
        replace(found(Kind.PHRASE, 10_000, 12_000), stage=Stage.WITHDRAWN),
        found(Kind.TALK_OVER, 40_000, 42_000),
    ],
)
def test_who_bears_no_witness(finding: Finding) -> None:
    watching = detector()
    raging().play(watching)
    assert watching.heed(finding) == []


def test_an_outburst_of_two_seconds_with_a_raised_voice() -> None:
    watching = detector()
    calm().play(watching)
    watching.heed(found(Kind.VOLUME_RISE, 10_000, 10_900))
    told = Conversation().voice(CUSTOMER, 10_000, 12_000, BASE_DBFS + 13, HZ * 1.2, -9.0)
    assert [each.severity for each in told.play(watching)] == [Severity.CRITICAL]


def test_the_score_can_be_read_and_fades() -> None:
    watching = detector()
    assert (watching.tone(CUSTOMER), watching.mood(CUSTOMER)) == (0.0, Mood.CALM)
    raging().play(watching)
    assert watching.tone(CUSTOMER) > 0.85
    assert watching.mood(CUSTOMER) is Mood.HOSTILE
    assert watching.tone(AGENT) == watching.tone(MIXED) == 0.0
    watching.advance(16_000 + 10_000)
    assert 0.4 < watching.tone(CUSTOMER) < 0.5
    assert watching.mood(CUSTOMER) is Mood.CALM
    assert watching.mood(MIXED) is Mood.CALM


def test_a_tense_voice_is_no_hostile_one() -> None:
    watching = detector()
    tense = calm().voice(CUSTOMER, 10_000, 14_000, BASE_DBFS + 4, HZ * 2 ** (2.4 / 12), -9.0)
    assert tense.play(watching) == []
    assert watching.mood(CUSTOMER) is Mood.TENSE
    assert 0.5 <= watching.tone(CUSTOMER) < 0.75


def test_a_new_agent_has_a_new_beginning() -> None:
    told = Conversation().voice(AGENT, 0, 8_000, BASE_DBFS).transfer(9_000)
    told.voice(AGENT, 10_000, 20_000, BASE_DBFS + 12, HZ * 1.4, -4.0)
    assert told.play(detector()) == []


def test_the_grain_of_advance_changes_nothing() -> None:
    told = raging().final(CUSTOMER, 12_000, 15_000, ANGRY).quiet_until(40_000)
    assert told.play(detector(), 20) == told.play(detector(), 100)
