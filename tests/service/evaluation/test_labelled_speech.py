"""Folders of labelled speech: read in order, or refused with file and line."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from config.settings import Language
from service.evaluation.labelled_speech import LabelledSpeech, labelled_speech, language_of, sound_of
from service.evaluation.scorecard import EvaluationError
from tests.service.evaluation.folders import labelled_folder


def test_rows_come_in_order_with_all_their_columns(tmp_path: Path) -> None:
    labelled_folder(tmp_path, "b.flac,s,ko,둘", "a.flac,s,ko,하나")
    speech = labelled_speech(tmp_path, "text")
    assert [each.path.name for each in speech] == ["b.flac", "a.flac"]
    assert speech[0].label("text") == "둘"
    assert speech[0].label("room") == ""
    assert language_of(speech, tmp_path) is Language.KO


@pytest.mark.parametrize(
    ("rows", "head", "fault"),
    [
        (["a.flac,s,ko,하나"], "file,speaker,language,words", "line 1: needs the columns text"),
        (["a.flac,s,ko,"], "file,speaker,language,text", "line 2: text is empty"),
        (["a.flac,s,ko,하나", "gone.wav,s,ko,둘"], "file,speaker,language,text", "line 3: gone.wav is not there"),
        ([], "file,speaker,language,text", "lists no files"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, rows: list[str], head: str, fault: str) -> None:
    labelled_folder(tmp_path, *rows, head=head)
    with pytest.raises(EvaluationError) as error:
        labelled_speech(tmp_path, "text")
    assert fault in str(error.value)
    assert "labels.csv" in str(error.value)


def test_a_folder_without_labels_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"holds labels\.csv"):
        labelled_speech(tmp_path)


@pytest.mark.parametrize("languages", [("ko", "en"), ("pl", "pl")])
def test_one_language_that_is_heard_or_none(tmp_path: Path, languages: tuple[str, str]) -> None:
    rows = [f"{number}.flac,s,{language},x" for number, language in enumerate(languages)]
    with pytest.raises(EvaluationError, match="language must be one of"):
        language_of(labelled_speech(labelled_folder(tmp_path, *rows)), tmp_path)


def test_any_rate_and_channels_become_16_khz_mono(tmp_path: Path) -> None:
    tone = np.sin(np.arange(22_050) / 22_050 * 2 * np.pi * 440) * 0.5
    soundfile.write(tmp_path / "a.wav", np.stack([tone, np.zeros_like(tone)], axis=1), 22_050, subtype="PCM_16")
    samples = sound_of(LabelledSpeech(tmp_path / "a.wav", {}))
    assert len(samples) == 16_000
    assert abs(int(np.abs(samples[1_000:-1_000]).max()) - 8_192) < 200


def test_a_file_that_is_no_sound_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"no sound")
    with pytest.raises(EvaluationError, match=r"a\.wav: cannot be read as a sound file"):
        sound_of(LabelledSpeech(tmp_path / "a.wav", {}))
