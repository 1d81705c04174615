"""Whole calls judged: sound alone, no model."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from alerts.alert import Kind
from config.settings import Settings
from service.evaluation.calls import card_of, hear_calls, judge_calls, judged_files
from service.evaluation.scorecard import EvaluationError
from tests.calls.played import path_of

pytestmark = pytest.mark.calls


def folder_of(folder: Path, *names: str, **changes: Any) -> Path:
    """Recordings of the package and their truth, changed."""
    for name in names:
        shutil.copy(path_of(name), folder)
        truth = json.loads(path_of(name).with_suffix(".json").read_text(encoding="utf-8")) | changes
        (folder / f"{name}.json").write_text(json.dumps(truth), encoding="utf-8")
    return folder


async def test_what_is_found_and_what_is_not(tmp_path: Path) -> None:
    folder_of(tmp_path, "talk_over")
    events = [{"kind": "talk_over", "leg": None, "start_ms": 1_000, "end_ms": 1_500}]
    folder_of(tmp_path, "dead_air", judged=["dead_air", "talk_over"], events=events)
    report = await hear_calls(judged_files(tmp_path), Settings(), 8_000, words=False)
    dead_air, talk_over = report.kinds[Kind.DEAD_AIR], report.kinds[Kind.TALK_OVER]
    assert (dead_air.events, dead_air.found, dead_air.false_alarms) == (0, 0, 1)  # the truth was changed
    assert (talk_over.events, talk_over.found, talk_over.false_alarms) == (2, 1, 0)
    assert report.confusion() == {
        (Kind.TALK_OVER, Kind.TALK_OVER): 1,
        (Kind.TALK_OVER, None): 1,
        (None, Kind.DEAD_AIR): 1,
    }
    body: Any = card_of(report).document
    assert body["recall"] == 0.5
    assert body["false_alarms_per_hour"] == pytest.approx(3_600 / (33.280 + 28.623), abs=0.1)
    found = body["kinds"]["talk_over"]
    assert 0 < found["latency_p50_ms"] == found["latency_p95_ms"] < 500
    assert body["kinds"]["dead_air"]["latency_p50_ms"] is None


def test_the_card_names_what_went_wrong(tmp_path: Path) -> None:
    folder_of(tmp_path, "dead_air", judged=["dead_air"], events=[])
    told: list[float] = []
    card = judge_calls(tmp_path, Settings(), 16_000, False, told.append)
    (wrong,) = card.tables[1].rows
    assert wrong[:4] == ("dead_air", "false alarm", "dead_air", "agent")
    assert told == [1.0]
    assert "none to find" in card.title


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"judged": ["nonsense"]}, "nonsense"),
        ({"judged": 3}, "judged"),
        ({"events": [{"kind": "dead_air"}]}, "start_ms"),
        ({"pbx": [{"type": "nonsense", "at_ms": 0}]}, "dead_air.json"),
    ],
)
def test_a_truth_that_is_none_is_refused_by_name(changes: dict[str, Any], said: str, tmp_path: Path) -> None:
    folder_of(tmp_path, "dead_air", **changes)
    with pytest.raises(EvaluationError, match=said):
        judge_calls(tmp_path, Settings(), 16_000, False, lambda share: None)


def test_a_folder_without_truths_is_refused(tmp_path: Path) -> None:
    shutil.copy(path_of("calm"), tmp_path)
    with pytest.raises(EvaluationError, match=r"NAME\.json"):
        judged_files(tmp_path)
