"""Turns of the demo, own sentences beside them, and a clear word when there are none."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from service.bench.material import RATE_HZ, MaterialError, load_material
from streaming.frames import Leg


def test_the_demo_gives_pieces_of_a_turn_to_both_legs() -> None:
    pieces = load_material().pieces
    for leg in (Leg.AGENT, Leg.CUSTOMER):
        assert len(pieces[leg]) > 50
        assert all(0.5 < len(piece) / RATE_HZ < 12 for piece in pieces[leg])
        assert all(np.abs(piece).max() > 500 for piece in pieces[leg])


def test_own_sentences_are_pieces_of_both_legs_at_the_rate_of_all(tmp_path: Path) -> None:
    tone = (10_000 * np.sin(np.arange(8_000 * 2) / 5)).astype(np.int16)
    soundfile.write(tmp_path / "one.wav", tone, 8_000)
    (tmp_path / "deeper").mkdir()
    soundfile.write(tmp_path / "deeper" / "two.flac", np.tile(tone, 20), 8_000)
    (tmp_path / "notes.txt").write_text("no sound")
    demo, own = load_material().pieces, load_material(tmp_path).pieces
    for leg in (Leg.AGENT, Leg.CUSTOMER):
        assert len(own[leg]) == len(demo[leg]) + 2
        assert sorted(len(piece) / RATE_HZ for piece in own[leg][-2:]) == [2.0, 12.0]


@pytest.mark.parametrize("name", [None, "broken.wav"])
def test_a_folder_without_sound_is_named(tmp_path: Path, name: str | None) -> None:
    if name is not None:
        (tmp_path / name).write_bytes(b"no sound")
    with pytest.raises(MaterialError, match=str(tmp_path)):
        load_material(tmp_path)
