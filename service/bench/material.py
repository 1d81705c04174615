"""What the calls are made of: turns cut out of the demo's recordings, and sentences of one's own beside them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr

from service.demo.recording import RecordingError, demo_recordings, load_recording
from streaming.frames import Leg

RATE_HZ = 16_000
_MARGIN_MS = (100, 200)  # kept before and after a turn, so that no word is cut
_LONGEST_MS = 12_000
_SHORTEST_MS = 500
_SOUND_FILES = (".flac", ".wav")

Samples = npt.NDArray[np.int16]


class MaterialError(Exception):
    """There is nothing to play; the text names the place."""


@dataclass(frozen=True, slots=True)
class Material:
    """Spoken pieces by the leg that says them, int16 at 16 kHz, half a second to twelve seconds each."""

    pieces: dict[Leg, tuple[Samples, ...]]


def load_material(own_sentences: Path | None = None) -> Material:
    """The turns of the demo's recordings; each file of the folder (and below) is a piece more for both legs.

    Raises MaterialError for a folder without sound, or a file that is none.
    """
    pieces: dict[Leg, list[Samples]] = {Leg.AGENT: [], Leg.CUSTOMER: []}
    for path in demo_recordings():
        for leg, piece in _turns_of(path):
            pieces[leg].append(piece)
    if own_sentences is not None:
        sentences = list(_sentences_in(own_sentences))
        for of_leg in pieces.values():
            of_leg += sentences
    return Material({leg: tuple(each) for leg, each in pieces.items()})


def _turns_of(path: Path) -> Iterable[tuple[Leg, Samples]]:
    recording = load_recording(path)
    samples = dict(recording.legs)
    per_ms = recording.rate_hz // 1000
    for turn in json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["turns"]:
        leg = Leg(turn["leg"])
        start_ms = max(0, turn["start_ms"] - _MARGIN_MS[0])
        yield leg, samples[leg][start_ms * per_ms : (turn["end_ms"] + _MARGIN_MS[1]) * per_ms]


def _sentences_in(folder: Path) -> Iterable[Samples]:
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SOUND_FILES)
    if not paths:
        raise MaterialError(f"{folder}: holds no FLAC or WAV file")
    for path in paths:
        try:
            recording = load_recording(path)
        except RecordingError as error:
            raise MaterialError(str(error)) from None
        for _, samples in recording.legs:
            at_rate = soxr.resample(samples, recording.rate_hz, RATE_HZ) if recording.rate_hz != RATE_HZ else samples
            piece = np.ascontiguousarray(at_rate[: _LONGEST_MS * RATE_HZ // 1000], dtype=np.int16)
            if len(piece) >= _SHORTEST_MS * RATE_HZ // 1000:
                yield piece
