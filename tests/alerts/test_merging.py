"""What is found anew leaves alone what people have made of the alert."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from alerts.alert import AlertState, Severity
from alerts.merging import merged
from tests.service.store.examples import an_alert

_AT = datetime(2026, 3, 1, tzinfo=UTC)


def test_an_alert_nobody_touched_becomes_what_was_found() -> None:
    stored = an_alert(version=1)
    found = replace(an_alert(version=2), state=AlertState.WITHDRAWN, severity=Severity.MINOR, timing=stored.timing)
    assert merged(stored, found) == found


@pytest.mark.parametrize(
    "state", [AlertState.ACKNOWLEDGED, AlertState.SNOOZED, AlertState.RESOLVED, AlertState.FALSE_POSITIVE]
)
def test_state_owner_and_clock_of_people_stay(state: AlertState) -> None:
    stored = replace(
        an_alert(version=5),
        state=state,
        assignee="li",
        snoozed_until=_AT,
        outcome="missed",
        escalation_level=2,
        severity=Severity.CRITICAL,
        suppressed_by="mute:1",
        evidence=replace(an_alert().evidence, clip_sha256="ab"),
    )
    found = replace(an_alert(version=3), state=AlertState.WITHDRAWN, count=4)
    both = merged(stored, found)
    assert both == replace(stored, version=6, count=4, updated_at=found.updated_at)
    assert both.evidence.clip_sha256 == "ab"


def test_a_confirmed_alert_opens() -> None:
    stored = replace(an_alert(version=1), state=AlertState.PROVISIONAL)
    assert merged(stored, an_alert(version=2)).state is AlertState.OPEN
