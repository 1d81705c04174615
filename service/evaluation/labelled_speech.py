"""A folder of labelled speech: `labels.csv` (file, speaker, language, text, emotion, …) with its sound files."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from config.settings import Language
from service.evaluation.scorecard import EvaluationError
from streaming.frames import ANALYSIS_RATE_HZ

Samples = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class LabelledSpeech:
    """One utterance: its sound file and every column of its row (`""` where the row has none)."""

    path: Path
    columns: dict[str, str]

    def label(self, column: str) -> str:
        """What a column says of it; empty when there is no such column."""
        return self.columns.get(column, "")


def labelled_speech(folder: Path, *needed: str) -> list[LabelledSpeech]:
    """Every row of `folder/labels.csv`, in its order, its files there, its `needed` columns filled.

    Raises EvaluationError naming the file and line that does not do.
    """
    labels = folder / "labels.csv"
    try:
        with labels.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            missing = [column for column in ("file", *needed) if column not in (reader.fieldnames or ())]
            if missing:
                raise EvaluationError(f"{labels}, line 1: needs the columns {', '.join(missing)}; add them")
            rows = [_speech_of(folder, labels, reader.line_num, row, needed) for row in reader]
    except FileNotFoundError:
        raise EvaluationError(f"{labels}: is not there; name a folder that holds labels.csv") from None
    except (OSError, UnicodeDecodeError, csv.Error):
        raise EvaluationError(f"{labels}: cannot be read; it must be CSV in UTF-8") from None
    if not rows:
        raise EvaluationError(f"{labels}: lists no files")
    return rows


def language_of(speech: list[LabelledSpeech], folder: Path) -> Language:
    """The one language of all rows. Raises EvaluationError for several, or one we do not hear."""
    spoken = sorted({each.label("language") for each in speech})
    if len(spoken) != 1 or spoken[0] not in set(Language):
        said = ", ".join(spoken) or "none"
        raise EvaluationError(f"{folder / 'labels.csv'}: language must be one of {', '.join(Language)}, not {said}")
    return Language(spoken[0])


def sound_of(speech: LabelledSpeech) -> Samples:
    """Its sound at 16 kHz, channels mixed. Raises EvaluationError for what is no sound."""
    try:
        samples, rate_hz = soundfile.read(speech.path, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError):
        raise EvaluationError(f"{speech.path}: cannot be read as a sound file") from None
    mono = samples.mean(axis=1)
    if rate_hz != ANALYSIS_RATE_HZ:
        mono = soxr.resample(mono, rate_hz, ANALYSIS_RATE_HZ)
    pcm: Samples = np.clip(np.rint(mono * 32_768), -32_768, 32_767).astype(np.int16)
    return pcm


def _speech_of(
    folder: Path, labels: Path, line: int, row: dict[str | None, str | None], needed: tuple[str, ...]
) -> LabelledSpeech:
    columns = {column: text or "" for column, text in row.items() if column is not None}
    empty = [column for column in ("file", *needed) if not columns[column].strip()]
    if empty:
        raise EvaluationError(f"{labels}, line {line}: {', '.join(empty)} is empty; fill it in")
    path = folder / columns["file"]
    if not path.is_file():
        raise EvaluationError(f"{labels}, line {line}: {columns['file']} is not there")
    return LabelledSpeech(path, columns)
