"""`earshot bench`: clear refusals, and the quick form from start to JSON within its time."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

_TIERS = ["full", "spotting", "acoustic"]


def _bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "service.commands.program", "bench", *arguments],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--peer", "http://127.0.0.1:2700"], "ws://127.0.0.1:2700"),
        (["--material", "/nowhere"], "/nowhere"),
        (["--quick", "--calls", "3"], "--calls"),
        (["--tier", "deep"], "deep"),
        (["--seconds", "1"], "equal to 5"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_usage_is_one_clear_sentence(arguments: list[str], words: str) -> None:
    refused = _bench(*arguments)
    assert refused.returncode == 2, refused.stderr
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_model_that_is_not_there_is_said(tmp_path: Path) -> None:
    refused = _bench("--tier", "full", "--calls", "1", "--model", str(tmp_path / "nothing"))
    assert refused.returncode == 1
    assert str(tmp_path / "nothing") in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.alone
@pytest.mark.calls
@pytest.mark.model
def test_the_quick_form_gives_every_tier_within_fifty_seconds() -> None:
    began_s = time.monotonic()
    done = _bench("--quick", "--json")
    took_s = time.monotonic() - began_s
    assert done.returncode == 0, done.stderr
    assert took_s < 50
    found = json.loads(done.stdout)
    assert set(found) >= {"tiers", "cpu_share", "peer", "machine"}
    assert found["quick"] is True
    assert found["peer"] is None
    assert list(found["tiers"]) == _TIERS
    for tier in found["tiers"].values():
        assert set(tier) >= {"calls_per_core", "partial_lag_p95_s", "memory_per_call_mb"}
    assert found["machine"]["cores"] >= 1


def test_so_many_calls_are_played_and_measured() -> None:
    done = _bench("--tier", "acoustic", "--calls", "2", "--seconds", "5", "--json")
    assert done.returncode == 0, done.stderr
    assert "acoustic: 2 calls" in done.stderr
    (tier,) = json.loads(done.stdout)["tiers"].values()
    assert (tier["calls"], tier["cores"], tier["calls_per_core"]) == (2, 1, 2)
    assert tier["level_lag_p50_s"] > 0
    assert tier["partial_lag_p95_s"] is None
    assert 1 < tier["memory_per_call_mb"] < 300
    assert tier["cpu_share"]["service"] > 0.9


def test_a_peer_that_is_not_there_costs_only_its_own_figures() -> None:
    done = _bench("--tier", "acoustic", "--calls", "1", "--seconds", "5", "--peer", "ws://127.0.0.1:9", "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert found["tiers"]["acoustic"]["level_lag_p50_s"] > 0
    assert found["peer"]["calls_per_core"] is None
    assert "127.0.0.1" in found["peer"]["reason"]
