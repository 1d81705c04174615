"""An apology that was due."""

from dataclasses import dataclass, replace

import pytest

from alerts.alert import Evidence, Kind, Severity
from alerts.detectors.missing_apology import MissingApologyDetector
from alerts.findings import Finding, Stage
from alerts.phrase_book import PhraseBook
from config.detection import MissingWordsSettings
from config.rule_packs import Topic, load_rule_pack, packaged_rules
from config.settings import Language
from tests.fakes.conversation import AGENT, CUSTOMER, Conversation, measured

KO = load_rule_pack(packaged_rules() / "ko")
SORRY, ANGRY = "불편을 드려 죄송합니다", "이게 말이 됩니까 정말 화가 납니다"
RAISED = Finding(
    Kind.VOLUME_RISE, "volume_rise", "v", Stage.CERTAIN, Severity.MINOR, CUSTOMER, 6_000, 0, Evidence(4_000, 6_000)
)


def detector() -> MissingApologyDetector:
    settings = MissingWordsSettings()
    complaints = PhraseBook(Language.KO, KO.about(Topic.ANGER, Topic.THREATS), 0.15)
    return MissingApologyDetector(
        settings, complaints, PhraseBook(Language.KO, KO.about(Topic.APOLOGY), settings.longest_distance)
    )


def complained(text: str = ANGRY) -> Conversation:
    """At 6000; the agent speaks on without regret."""
    told = Conversation().says(CUSTOMER, 3_000, 6_000, text)
    return told.says(AGENT, 8_000, 12_000, "주문 번호를 말씀해 주시겠습니까").says(
        AGENT, 20_000, 23_000, "배송이 지연되고 있습니다"
    )


@dataclass(frozen=True)
class Case:
    name: str
    told: Conversation
    count: int


CASES = [
    Case("no apology", complained(), 1),
    Case("an apology", complained().says(AGENT, 26_000, 28_000, SORRY), 0),
    Case("an apology too late", complained().says(AGENT, 40_000, 42_000, SORRY), 1),
    Case("one just before", Conversation().says(AGENT, 1_000, 2_500, SORRY).says(CUSTOMER, 3_000, 6_000, ANGRY), 0),
    Case("no complaint", complained("언제 도착합니까"), 0),
    Case(
        "the agent hardly speaks",
        Conversation().says(CUSTOMER, 3_000, 6_000, ANGRY).says(AGENT, 8_000, 11_000, "네 네"),
        0,
    ),
    Case(
        "the words are unsure",
        complained().final(AGENT, 24_000, 25_000, "네", 0.0).final(AGENT, 25_000, 26_000, "네", 0.0),
        0,
    ),
    Case("on hold", complained().hold(25_000), 0),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_when_it_is_told(case: Case) -> None:
    assert len(case.told.quiet_until(80_000).play(detector(), 100)) == case.count


def test_what_is_told() -> None:
    (finding,) = complained().quiet_until(60_000).play(detector(), 100)
    assert (finding.severity, finding.leg, finding.audio_end_ms) == (Severity.MINOR, AGENT, 36_000)
    assert measured(finding, "agent_spoke_ms") == 7_000


@pytest.mark.parametrize(
    ("found", "count"),
    [
        (RAISED, 1),
        (replace(RAISED, leg=AGENT), 0),
        (replace(RAISED, severity=Severity.INFO), 0),
        (replace(RAISED, kind=Kind.TALK_OVER), 0),
        (replace(RAISED, stage=Stage.REVISED), 0),
    ],
)
def test_a_raised_voice_is_a_complaint(found: Finding, count: int) -> None:
    watching = detector()
    assert watching.heed(found) == []
    assert len(complained("언제 도착합니까").quiet_until(60_000).play(watching, 100)) == count


def test_a_spotted_complaint_and_a_spotted_apology() -> None:
    angry, sorry = KO.about(Topic.THREATS)[0].phrases[0], KO.about(Topic.APOLOGY)[0].phrases[0]
    complaint = complained("언제 도착합니까").spotted(CUSTOMER, 4_000, 6_000, angry).quiet_until(60_000)
    assert len(complaint.play(detector(), 100)) == 1
    assert complaint.spotted(AGENT, 20_000, 21_000, sorry).play(detector(), 100) == []
