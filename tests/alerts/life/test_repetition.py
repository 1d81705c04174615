"""The same fault again by the same agent."""

from dataclasses import replace
from datetime import timedelta

from alerts.alert import AlertState, Severity
from alerts.life.repetition import Repetitions, raised
from tests.fakes.desk import NOON, an_alert

_DAY = timedelta(days=1)


def test_only_the_same_rule_by_the_same_agent_within_the_window_counts() -> None:
    faults = Repetitions(_DAY)
    faults.note(an_alert("a1", opened_at=NOON))
    again = an_alert("a2", opened_at=NOON + timedelta(hours=23))
    assert faults.earlier(again) == 1
    assert faults.earlier(replace(again, rule="other")) == 0
    assert faults.earlier(replace(again, agent_id="1008")) == 0
    assert faults.earlier(replace(again, agent_id=None)) == 0
    assert faults.earlier(replace(again, opened_at=NOON + _DAY + timedelta(seconds=1))) == 0


def test_an_alert_is_not_its_own_repetition_and_what_was_none_is_forgotten() -> None:
    faults = Repetitions(_DAY)
    first = an_alert("a1", opened_at=NOON)
    faults.note(first)
    faults.note(replace(first, version=2))
    assert faults.earlier(first) == 0
    faults.note(replace(first, version=3, state=AlertState.FALSE_POSITIVE))
    assert faults.earlier(an_alert("a2", opened_at=NOON)) == 0


def test_what_is_only_shown_is_not_remembered() -> None:
    faults = Repetitions(_DAY)
    faults.note(an_alert("a1", severity=Severity.INFO, opened_at=NOON))
    assert faults.earlier(an_alert("a2", opened_at=NOON)) == 0


def test_a_repetition_is_one_level_higher_and_says_why() -> None:
    higher = raised(an_alert(severity=Severity.MINOR), 3)
    assert higher.severity is Severity.MAJOR
    said = {measure.name: measure.value for measure in higher.evidence.values}
    assert (said["repeated_within_window"], said["severity_before"]) == (3, "minor")
    for severity in (Severity.INFO, Severity.CRITICAL):
        assert raised(an_alert(severity=severity), 3).severity is severity
    assert raised(an_alert(), 0) == an_alert()
