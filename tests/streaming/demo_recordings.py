"""The demo's recordings and their truth, as two legs on any wire."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from streaming.frames import Leg

FOLDER = Path(__file__).parents[2] / "service" / "demo" / "recordings"
CALLS = tuple(sorted(path.stem for path in FOLDER.glob("*.flac")))
LEGS = (Leg.AGENT, Leg.CUSTOMER)


@dataclass(frozen=True)
class Turn:
    """Speech of one leg without a pause worth the name."""

    start_ms: int
    end_ms: int


def samples_of(call: str, leg: Leg, rate_hz: int) -> NDArray[np.int16]:
    """One leg; at 8 kHz as it comes through µ-law."""
    samples = np.ascontiguousarray(_channels(call)[:, LEGS.index(leg)])
    return samples if rate_hz == 16_000 else through_mulaw(soxr.resample(samples, 16_000, rate_hz))


def turns_of(call: str, leg: Leg, joined_ms: int) -> list[Turn]:
    """The true turns, those joined that are less than `joined_ms` apart."""
    turns: list[Turn] = []
    for said in json.loads((FOLDER / f"{call}.json").read_text(encoding="utf-8"))["turns"]:
        if said["leg"] != leg.value:
            continue
        if turns and said["start_ms"] - turns[-1].end_ms < joined_ms:
            turns[-1] = Turn(turns[-1].start_ms, said["end_ms"])
        else:
            turns.append(Turn(said["start_ms"], said["end_ms"]))
    return turns


def through_mulaw(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    """To G.711 µ-law and back, by its definition: 8 segments of 16 steps, each segment twice as coarse."""
    height = np.minimum(np.abs(samples.astype(np.int32)), 32_635) + 132
    shift = np.floor(np.log2(height)).astype(np.int32) - 4
    decoded = (((height >> shift) << shift) + (1 << shift >> 1)) - 132
    return np.asarray(np.where(samples < 0, -decoded, decoded), np.int16)


@cache
def _channels(call: str) -> NDArray[np.int16]:
    samples: NDArray[np.int16] = soundfile.read(FOLDER / f"{call}.flac", dtype="int16")[0]
    return samples
