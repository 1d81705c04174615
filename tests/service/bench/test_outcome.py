"""The figures as JSON and as a table: medians over trials, shares that add up, nothing invented."""

import json

import pytest
from rich.console import Console

from service.bench.orders import PlayReport
from service.bench.outcome import Capacity, Outcome, cpu_share
from service.bench.report_table import limits_of, table_of
from service.bench.trial import CpuSpent, Trial

_CPU = CpuSpent(60, service_s=6, full_decode_s=70, spotting_s=20, workers_rest_s=4, driver_s=3, others_s=12)


def _trial(partial_s: float, growth_mb: float = 120) -> Trial:
    report = PlayReport(partial_lags_s=[partial_s] * 10, alert_latencies_s=[0.2] * 10)
    return Trial(6, report, _CPU, (0.1, 0.4, 0.8), service_growth_mb=growth_mb, recognition_mb=900)


def _outcome(*, composed: bool = True) -> Outcome:
    trials = (_trial(0.5), _trial(0.9), _trial(0.6, growth_mb=150))
    return Outcome(
        {
            "full": Capacity(6, 2, trials, limit=("partial lag 1.20 s",)),
            "spotting": Capacity(12, 2, trials),
            "acoustic": Capacity(0, 1, (), reason="there was no time left for it"),
        },
        Capacity(2, 2, (_trial(0.12),)),
        quick=False,
        composed=composed,
    )


def test_the_json_is_what_was_agreed() -> None:
    plain = json.loads(json.dumps(_outcome().plain()))
    assert set(plain) >= {"tiers", "cpu_share", "peer", "machine"}
    assert plain["graph"] == "composed"
    full, spotting, acoustic = (plain["tiers"][tier] for tier in ("full", "spotting", "acoustic"))
    assert (full["calls"], full["calls_per_core"], full["partial_lag_p95_s"]) == (6, 3.0, 0.6)
    assert full["memory_per_call_mb"] == 20
    assert (full["cpu_cores"], full["others_cpu_cores"]) == (1.667, 0.2)
    assert full["limited_by"] == ["partial lag 1.20 s"]
    assert spotting["partial_lag_p95_s"] == 0.4  # it has no partials: how late its sound was decoded
    assert (acoustic["calls_per_core"], acoustic["partial_lag_p95_s"]) == (None, None)
    assert plain["peer"]["calls_per_core"] == 1
    assert plain["peer"]["reply_lag_p95_s"] == 0.12
    assert plain["cpu_share"] == full["cpu_share"]


def test_shares_add_up_and_tell_what_is_outside_vosk() -> None:
    share = cpu_share([_CPU, _CPU])
    assert share == {
        "service": 0.06,
        "full_decode": 0.7,
        "spotting": 0.2,
        "workers_rest": 0.04,
        "outside_vosk_to_vosk": pytest.approx(0.111),
    }
    assert cpu_share([CpuSpent(60)]) == {}


def test_a_tier_that_carries_nothing_is_zero_and_one_not_tried_is_unknown() -> None:
    assert Capacity(0, 2, ()).calls_per_core == 0
    assert Capacity(0, 2, (), reason="no time").calls_per_core is None


def test_the_table_shows_every_tier_and_the_ratio_is_said() -> None:
    console = Console(width=100, record=True)
    with console.capture() as shown:
        console.print(table_of(_outcome()))
    for words in ("full", "spotting", "acoustic", "vosk-server", "3.00", "20.00", "0.60/0.60/0.60", "70%"):
        assert words in shown.get()
    assert limits_of(_outcome()) == [
        "full: more fails by partial lag 1.20 s",
        "acoustic: there was no time left for it",
        "Earshot carries 3.0 times the peer's calls in the full tier.",
    ]
    assert "earshot models compose" in limits_of(_outcome(composed=False))[-1]


def test_it_has_failed_when_something_could_not_be_played_or_nothing_was() -> None:
    measured, untried = Capacity(0, 2, ()), Capacity(0, 2, (), reason="no time")
    refused = Capacity(0, 2, (), reason="could not be played", failed=True)
    assert not Outcome({"full": measured, "spotting": untried}, None, quick=True).failed
    assert Outcome({"full": untried}, None, quick=True).failed
    assert Outcome({"full": measured}, refused, quick=True).failed
