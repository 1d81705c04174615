"""Figures of the rules as Prometheus reads them."""

from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from config.rule_packs import RulePackError
from service.rule_metrics import RuleMetrics
from tests.service.test_observation_log import keep, log_of, settings_of
from tests.service.test_rule_shelf import RUDE, rules_in, shelf_of


async def test_reloads_refusals_and_kept_calls(tmp_path: Path) -> None:
    shelf = shelf_of(rules_in(tmp_path / "rules"))
    async with log_of(settings_of(tmp_path, queue=10)) as log:
        registry = CollectorRegistry()
        RuleMetrics(registry, shelf, log)

        def value(name: str) -> float | None:
            return registry.get_sample_value(f"earshot_{name}")

        names = ("rules_reloads_total", "rules_refusals_total", "rules_refused", "observations_written_total")
        assert [value(name) for name in names] == [0, 0, 0, 0]
        rules_in(tmp_path / "rules", RUDE.replace("shut up", "go away"))
        await shelf.reload()
        rules_in(tmp_path / "rules", RUDE.replace("severity", "severe"))
        with pytest.raises(RulePackError):
            await shelf.reload()
        await keep(log)
        await log.write_waiting()
        assert [value(name) for name in names] == [1, 1, 1, 1]


async def test_what_waits_and_what_could_not_be_kept(tmp_path: Path) -> None:
    shelf = shelf_of(rules_in(tmp_path / "rules"))
    async with log_of(settings_of(tmp_path, queue=10)) as log:
        registry = CollectorRegistry()
        RuleMetrics(registry, shelf, log)
        for number in range(12):
            await keep(log, call_id=f"c{number}")
        assert registry.get_sample_value("earshot_observations_waiting") == 10
        assert registry.get_sample_value("earshot_observations_dropped_total") == 2
        assert registry.get_sample_value("earshot_observations_cut_short_total") == 0
        await log.write_waiting()
        assert registry.get_sample_value("earshot_observations_written_total") == 10
        assert registry.get_sample_value("earshot_observations_waiting") == 0
