"""Advice for agents: of minor alerts that are sure and told, once, while it is fresh."""

from dataclasses import replace
from datetime import timedelta

from alerts.alert import AlertState, Severity
from alerts.life.advice import FRESH, becomes_advice, is_advice
from tests.fakes.desk import NOON, an_alert

_MINOR = replace(an_alert(severity=Severity.MINOR, opened_at=NOON), updated_at=NOON)


def test_what_is_graver_unsure_hidden_or_nobodys_is_none() -> None:
    assert is_advice(_MINOR)
    for changed in (
        replace(_MINOR, severity=Severity.MAJOR),
        replace(_MINOR, severity=Severity.INFO),
        replace(_MINOR, state=AlertState.PROVISIONAL),
        replace(_MINOR, state=AlertState.FALSE_POSITIVE),
        replace(_MINOR, suppressed_by="mute:1"),
        replace(_MINOR, agent_id=None),
        replace(_MINOR, advice=""),
        replace(_MINOR, updated_at=NOON + FRESH + timedelta(seconds=1)),
    ):
        assert not is_advice(changed)


def test_it_becomes_advice_once_when_it_is_confirmed_or_told_at_last() -> None:
    assert becomes_advice(_MINOR, None)
    assert becomes_advice(_MINOR, replace(_MINOR, state=AlertState.PROVISIONAL))
    assert becomes_advice(_MINOR, replace(_MINOR, suppressed_by="mute:1"))
    acknowledged = replace(_MINOR, state=AlertState.ACKNOWLEDGED)
    assert not becomes_advice(acknowledged, _MINOR)
    assert not becomes_advice(_MINOR, acknowledged)
