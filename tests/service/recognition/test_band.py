"""Whose telephone speech is filled: by the setting, else by how far up the model listens."""

from pathlib import Path

import pytest

from config.recognition import BandFilling, RecognitionSettings
from service.recognition.band import fills_band, listens_up_to_hz


def _model(folder: Path, *options: str) -> Path:
    (folder / "conf").mkdir()
    (folder / "conf/mfcc.conf").write_text("\n".join(options), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("options", "top_hz"),
    [
        (("--high-freq=7600",), 7_600),
        (("--sample-frequency=16000", "--high-freq=-400"), 7_600),
        (("--sample-frequency=8000", "--high-freq=0"), 4_000),
        (("--sample-frequency=8000", "--high-freq=3700", "--use-energy=false"), 3_700),
        ((), 8_000),
        (("--high-freq=much",), 0),
    ],
)
def test_how_far_up_a_model_listens(tmp_path: Path, options: tuple[str, ...], top_hz: float) -> None:
    assert listens_up_to_hz(_model(tmp_path, *options)) == top_hz


def test_a_model_without_a_front_end_file_is_not_filled_for(tmp_path: Path) -> None:
    assert not fills_band(tmp_path, RecognitionSettings())


def test_the_setting_decides_and_auto_asks_the_model(tmp_path: Path) -> None:
    wide = _model(tmp_path, "--high-freq=7600")
    for setting, filled in ((BandFilling.AUTO, True), (BandFilling.NEVER, False), (BandFilling.ALWAYS, True)):
        assert fills_band(wide, RecognitionSettings(fill_band=setting)) is filled
