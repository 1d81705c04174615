"""The words and order of the contract."""

from dataclasses import FrozenInstanceError

import pytest

from alerts.alert import AlertState, Evidence, Kind, Severity


def test_severities_are_ordered_and_written_in_small_letters() -> None:
    assert Severity.INFO < Severity.MINOR < Severity.MAJOR < Severity.CRITICAL
    assert [severity.word for severity in Severity] == ["info", "minor", "major", "critical"]


def test_kinds_and_states_are_the_words_of_the_contract() -> None:
    assert all(kind.value == kind.name.lower() for kind in Kind)
    assert [state.value for state in AlertState] == [
        "provisional",
        "open",
        "acknowledged",
        "snoozed",
        "resolved",
        "false_positive",
        "withdrawn",
    ]


def test_an_alert_never_changes_in_place() -> None:
    evidence = Evidence(0, 1)
    with pytest.raises(FrozenInstanceError):
        evidence.to_ms = 2  # type: ignore[misc]  # that it cannot is the point
