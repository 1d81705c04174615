"""Advice for agents: of minor alerts only, once, and not for ever."""

from dataclasses import replace
from datetime import timedelta

from alerts.alert import ByLanguage, Severity
from service.desk.agent_tips import AgentTips
from tests.fakes.desk import NOON, an_alert
from web.desk_sources import AgentTip

_MINOR = an_alert(severity=Severity.MINOR, opened_at=NOON)


def test_a_minor_alert_is_advice_once() -> None:
    tips = AgentTips()
    both = ByLanguage(zh="请立即应答。", en="Answer now.")
    assert tips.tell(_MINOR) == AgentTip("a1", "1007", "call-1", "dead_air", "Answer now.", NOON, both)
    assert tips.tell(replace(_MINOR, version=2)) is None
    assert tips.tell(replace(_MINOR, alert_id="a2", severity=Severity.MAJOR)) is None
    (tip,) = tips.of("1007", None, NOON)
    assert (tip.call_id, tip.text) == ("call-1", "Answer now.")
    assert tips.of("1007", NOON, NOON) == []
    assert tips.of("1007", None, NOON + timedelta(minutes=10)) == []
    assert tips.of("1008", None, NOON) == []


def test_the_bounds_hold() -> None:
    tips = AgentTips()
    for number in range(60):
        tips.tell(replace(_MINOR, alert_id=f"a{number}"))
    assert [tip.alert_id for tip in tips.of("1007", None, NOON)] == [f"a{number}" for number in range(10, 60)]
    for number in range(5_000):
        tips.tell(replace(_MINOR, agent_id=f"agent{number}"))
    assert tips.of("1007", None, NOON) == []
