"""Tone judged on voices made of tones: calm ones and raised ones."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from config.settings import Settings
from service.evaluation.emotion import auc, judge_emotion, roc
from service.evaluation.scorecard import EvaluationError

_RATE_HZ = 16_000


class LoudIsSpeech:
    """Stands for the voice model: a window with sound in it is speech."""

    def probabilities(self, windows: npt.NDArray[np.float32]) -> list[float]:
        return [1.0 if np.abs(window).max() > 0.005 else 0.0 for window in windows]

    def reset(self) -> None:
        pass


def voice(path: Path, pitch_hz: float, sharp: float) -> None:
    """A second and a half of a voice; `sharp` is how loud its upper partials are."""
    at_s = np.arange(int(1.5 * _RATE_HZ)) / _RATE_HZ
    partials = np.arange(1, 18)
    weights = np.where(partials * pitch_hz > 1_000, sharp, 1.0) / partials
    sound = sum(
        weight * np.sin(2 * np.pi * number * pitch_hz * at_s) for number, weight in zip(partials, weights, strict=True)
    )
    soundfile.write(path, 0.1 * np.asarray(sound) / np.abs(sound).max(), _RATE_HZ)


def folder(path: Path, neutral: int = 8) -> Path:
    rows = ["file,corpus,speaker,emotion"]
    for speaker, hz in (("a", 110.0), ("b", 200.0)):
        for number in range(neutral):
            voice(path / f"{speaker}{number}.wav", hz * (1 + 0.01 * number), 1.0)
            rows.append(f"{speaker}{number}.wav,made,{speaker},neutral")
        for number in range(3):
            voice(path / f"{speaker}angry{number}.wav", hz * 1.5, 3.0)
            rows.append(f"{speaker}angry{number}.wav,made,{speaker},angry")
    (path / "labels.csv").write_text("\n".join([*rows, ""]), encoding="utf-8")
    return path


def test_raised_voices_stand_above_calm_ones(tmp_path: Path) -> None:
    told: list[float] = []
    card = judge_emotion(folder(tmp_path), Settings(), LoudIsSpeech(), told.append)
    document: Any = card.document
    made = document["corpora"]["made"]
    assert made["auc_angry_neutral"] == 1.0
    assert made["auc_angry_happy"] is None
    assert (made["angry"], made["neutral"], made["too_short"]) == (6, 6, 0)
    assert told[-1] == 1.0


def test_a_speaker_without_a_beginning_is_left_out(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="no speaker has 5 neutral"):
        judge_emotion(folder(tmp_path, neutral=4), Settings(), LoudIsSpeech(), lambda share: None)


def test_areas() -> None:
    assert auc([2.0, 3.0], [1.0, 0.0]) == 1.0
    assert auc([1.0], [1.0]) == 0.5
    assert auc([], [1.0]) is None
    assert roc([2.0, 3.0], [1.0]) == [(0.0, 0.0), (0.0, 0.5), (0.0, 1.0), (1.0, 1.0)]
    assert roc([], []) == []
