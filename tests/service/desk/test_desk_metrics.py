"""Figures of the desk as Prometheus reads them."""

from dataclasses import replace
from pathlib import Path

from prometheus_client import CollectorRegistry

from alerts.alert import Action, Severity
from config.life import DeskSettings, FeedbackSettings
from service.desk.desk_metrics import DeskMetrics
from tests.service.desk.desks import OpenDesk, critical, minor, open_desk
from tests.service.desk.test_node_desk import a_mute
from tests.service.store.examples import an_alert


def figures_of(at: OpenDesk) -> CollectorRegistry:
    registry = CollectorRegistry()
    DeskMetrics(registry, at.desk)
    return registry


async def test_open_alerts_escalations_and_outcomes(tmp_path: Path) -> None:
    async with open_desk(tmp_path, DeskSettings(repeat_raises=False)) as at:
        figures = figures_of(at)

        def alerts(state: str, severity: str) -> float | None:
            return figures.get_sample_value("earshot_desk_alerts", {"state": state, "severity": severity})

        assert (alerts("open", "critical"), alerts("resolved", "critical")) == (0, None)
        await at.open(critical())
        await at.open(an_alert("A2"))
        await at.act(Action.ACKNOWLEDGE, alert_id="A2")
        await at.after_s(15)
        assert (alerts("open", "critical"), alerts("acknowledged", "major"), alerts("open", "major")) == (1, 1, 0)
        assert figures.get_sample_value("earshot_desk_escalations_total", {"level": "1"}) == 1
        assert figures.get_sample_value("earshot_desk_escalations_total", {"level": "2"}) == 0
        at.desk.life.call_ended("call-1", at.clock.at)
        await at.after_s(1)
        for outcome in ("reached_in_time", "missed"):
            assert figures.get_sample_value("earshot_desk_outcomes_total", {"outcome": outcome}) == 1


async def test_what_nobody_was_told_by_cause(tmp_path: Path) -> None:
    settings = DeskSettings(repeat_raises=False, feedback=FeedbackSettings(least_marks=6))
    async with open_desk(tmp_path, settings) as at:
        figures = figures_of(at)
        await at.open(critical())
        await at.open(minor("A2"))
        await at.desk.mute(a_mute(at, queue="billing"))
        assert figures.get_sample_value("earshot_desk_suppressed_total", {"cause": "muted"}) == 2
        assert figures.get_sample_value("earshot_desk_suppressed_total", {"cause": "counted"}) == 0
        await at.desk.unmute("M1", "li")
        for number in range(6):
            await at.open(replace(an_alert(f"W{number}"), rule="wrong", severity=Severity.INFO))
            await at.act(Action.FALSE_POSITIVE, alert_id=f"W{number}", reason="misheard")
        assert figures.get_sample_value("earshot_desk_rules_silent") == 0
        await at.desk.judge_rules()
        assert figures.get_sample_value("earshot_desk_rules_silent") == 1


async def test_what_went_wrong(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as at:
        figures = figures_of(at)
        at.desk.life.failures, at.desk.kept_back_lost = 2, 3
        assert figures.get_sample_value("earshot_desk_failures_total") == 2
        assert figures.get_sample_value("earshot_desk_reasons_lost_total") == 3
