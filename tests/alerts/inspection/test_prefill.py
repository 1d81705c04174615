"""Pre-filled sheets: what findings prove is marked with its evidence, the rest stays open."""

from alerts.alert import Severity
from alerts.inspection.arithmetic import score_of
from alerts.inspection.marks import FAILED, PASSED
from alerts.inspection.prefill import ProvenFault, prefilled
from alerts.inspection.records import Mark, MarkState
from config.score_sheets import ScoreSheet, load_score_sheets, packaged_sheets

SHEETS = load_score_sheets(packaged_sheets())
HUNDRED, HOTLINE = SHEETS["hundred_points"], SHEETS["hotline_indicators"]


def fault(alert_id: str, kind: str, severity: Severity = Severity.MAJOR, rule: str = "", count: int = 1) -> ProvenFault:
    return ProvenFault(alert_id, kind, rule or f"zh.{kind}", severity, count)


def marks(
    sheet: ScoreSheet, *faults: ProvenFault, whole: bool = True, undecided: tuple[str, ...] = ()
) -> dict[str, Mark]:
    return prefilled(sheet, faults, heard_whole=whole, undecided=undecided)


def test_findings_mark_the_items_they_prove() -> None:
    found = marks(HUNDRED, fault("a1", "dead_air", count=2), fault("a2", "dead_air"), fault("a3", "fast_speech"))
    assert found["answers"] == Mark("answers", MarkState.PROVED, {"dead_air": 3}, None, ("a1", "a2"))
    assert found["pace"].counts == {"too_fast": 1}
    assert score_of(HUNDRED, found).points == 100 - 6 - 2


def test_what_no_finding_can_prove_stays_open() -> None:
    found = marks(HUNDRED)
    assert not {"correct", "warmth", "smile", "good_example", "bad_words"} & set(found)
    assert {"correct", "warmth"} <= set(score_of(HUNDRED, found).open_items)


def test_no_fault_is_proved_only_of_a_call_that_was_heard_whole() -> None:
    assert marks(HUNDRED)["answers"] == Mark("answers", MarkState.PROVED)
    assert "answers" not in marks(HUNDRED, whole=False)
    assert "answers" not in marks(HUNDRED, undecided=("dead_air",))
    assert marks(HUNDRED, fault("a1", "dead_air"), whole=False)["answers"].counts == {"dead_air": 1}


def test_a_proof_may_ask_for_a_severity() -> None:
    assert marks(HUNDRED, fault("a1", "agent_hangup", Severity.INFO))["hangs_up"].counts == {}
    assert marks(HUNDRED, fault("a1", "agent_hangup", Severity.MINOR))["hangs_up"].counts == {"hung_up_first": 1}


def test_a_rule_proves_by_its_name_or_the_list_it_stands_in() -> None:
    rude = fault("a1", "phrase", Severity.MAJOR, "zh.forbidden.rude_word")
    assert marks(HUNDRED, rude)["bad_words"].counts == {"forbidden": 1}
    assert marks(HUNDRED, fault("a1", "phrase", rule="zh.forbiddenness"))["service_fatal"].counts == {}
    fatal = fault("a1", "phrase", Severity.CRITICAL, "zh.forbidden.abuse")
    assert score_of(HUNDRED, marks(HUNDRED, fatal)).fatal == ("service_fatal",)


def test_indicators_pass_and_fail() -> None:
    found = marks(HOTLINE, fault("a1", "missing_greeting"))
    assert (found["opening"].choice, found["opening"].evidence) == (FAILED, ("a1",))
    assert found["closing"].choice == PASSED
    assert "first_dial" not in found
