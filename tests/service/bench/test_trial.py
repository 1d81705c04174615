"""What counts as served in time, tier by tier; and that nothing measured is nothing proved."""

import pytest

from service.bench.orders import EarshotTarget, PeerTarget, PlayReport
from service.bench.trial import CpuSpent, Trial
from web.sources import Tier

_GOOD = PlayReport(
    partial_lags_s=[0.2] * 99 + [5.0],
    alert_latencies_s=[0.2] * 20,
    alert_arrivals_s=[0.3] * 20,
    level_lags_s=[0.1] * 100,
    driver_lates_s=[0.02] * 100,
)
_LAGS = (0.2, 0.5, 0.9)


def _target(tier: Tier) -> EarshotTarget:
    return EarshotTarget(http="http://127.0.0.1:1", audiosocket_port=2, tier=tier, language="ko", via="audiosocket")


def _trial(report: PlayReport = _GOOD, dropped: int = 0, lags: tuple[float | None, ...] = _LAGS) -> Trial:
    return Trial(6, report, CpuSpent(window_s=60), lags, dropped)


@pytest.mark.parametrize("tier", list(Tier))
def test_what_is_in_time_has_no_shortfall(tier: Tier) -> None:
    assert _trial().shortfalls(_target(tier)) == []


def test_a_peer_is_judged_by_its_replies_only() -> None:
    peer = PeerTarget(url="ws://127.0.0.1:1")
    assert _trial(PlayReport(partial_lags_s=[0.5], driver_lates_s=[0.02])).shortfalls(peer) == []
    late = PlayReport(partial_lags_s=[1.2] * 10, driver_lates_s=[0.02])
    assert _trial(late).shortfalls(peer) == ["reply lag 1.20 s"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"partial_lags_s": [1.01] * 10}, "partial lag 1.01 s"),
        ({"partial_lags_s": []}, "no partial lag was measured"),
        ({"alert_latencies_s": [0.2] * 9 + [0.6]}, "alert latency 0.60 s"),
        ({"alert_latencies_s": []}, "no alert latency was measured"),
        ({"alert_arrivals_s": [0.7]}, "alert arrival 0.70 s"),
        ({"level_lags_s": [0.9] * 10}, "level lag 0.90 s"),
        ({"level_lags_s": []}, "no level lag was measured"),
        ({"calls_shed": 1}, "1 calls shed"),
        ({"sockets_lost": 2}, "2 sockets lost"),
        ({"faults": ["a call was not taken: OSError (1 times)"]}, "a call was not taken: OSError (1 times)"),
        ({"driver_lates_s": [0.3] * 10}, "the driver itself 0.30 s"),
    ],
)
def test_each_shortfall_is_named(changed: dict[str, object], said: str) -> None:
    assert _trial(_GOOD.model_copy(update=changed)).shortfalls(_target(Tier.FULL)) == [said]


def test_words_do_not_count_where_none_are_written() -> None:
    without = _GOOD.model_copy(update={"partial_lags_s": []})
    assert _trial(without).shortfalls(_target(Tier.SPOTTING)) == []
    assert _trial(without, lags=(None, None, None)).shortfalls(_target(Tier.ACOUSTIC)) == []
    assert _trial(without, lags=(0.2, 1.2, 1.3)).shortfalls(_target(Tier.SPOTTING)) == ["decoding lag 1.20 s"]


def test_a_dropped_segment_is_a_shortfall() -> None:
    assert _trial(dropped=2).shortfalls(_target(Tier.FULL)) == ["2 segments dropped"]
