"""Folders of labelled speech made of noise, for tests that need no words."""

from pathlib import Path

import numpy as np
import soundfile


def labelled_folder(folder: Path, *rows: str, head: str = "file,speaker,language,text") -> Path:
    """`labels.csv` with these rows, and half a second of noise for every file it names."""
    (folder / "labels.csv").write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    noise = (np.random.default_rng(1).standard_normal(8_000) * 300).astype(np.int16)
    for row in rows:
        if (name := row.split(",")[0]).endswith(".flac"):
            soundfile.write(folder / name, noise, 16_000)
    return folder
