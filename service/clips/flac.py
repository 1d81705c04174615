"""FLAC and WAV from 16 kHz PCM and back; files appear whole or not at all. Nothing here belongs on the event loop."""

import hashlib
import io
import os
import uuid
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

from streaming.frames import ANALYSIS_RATE_HZ, SAMPLES_PER_MS


def flac_of(channels: Sequence[bytes]) -> bytes:
    """Equally long channels of s16le at 16 kHz as one FLAC file."""
    file = io.BytesIO()
    soundfile.write(file, _interleaved(channels), ANALYSIS_RATE_HZ, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def wav_of_flac(flac: bytes) -> bytes:
    """The same sound as WAV."""
    samples, rate_hz = soundfile.read(io.BytesIO(flac), dtype="int16", always_2d=True)
    file = io.BytesIO()
    soundfile.write(file, samples, rate_hz, format="WAV", subtype="PCM_16")
    return file.getvalue()


def cut_of_file(path: Path, from_ms: int, to_ms: int) -> list[bytes] | None:
    """Every channel of a stretch of a FLAC file, as far as it goes; None where the file is not there."""
    try:
        with soundfile.SoundFile(path) as file:
            begin = min(from_ms * SAMPLES_PER_MS, file.frames)
            file.seek(begin)
            samples = file.read(max(0, to_ms * SAMPLES_PER_MS - begin), dtype="int16", always_2d=True)
    except soundfile.LibsndfileError:
        return None
    return [np.ascontiguousarray(samples[:, number]).tobytes() for number in range(samples.shape[1])]


def write_whole(path: Path, content: bytes) -> str:
    """Put a file in its place: after a crash it is there whole, or not. Answers its SHA-256. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with unfinished.open("wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    return hashlib.sha256(content).hexdigest()


def delete_older(folder: Path, before_s: float) -> int:
    """Delete the files of a folder and the folders in it that were last written before; answers how many."""
    deleted = 0
    for path in folder.rglob("*") if folder.is_dir() else ():
        if path.is_file() and path.stat().st_mtime < before_s:
            path.unlink(missing_ok=True)
            deleted += 1
    return deleted


def _interleaved(channels: Sequence[bytes]) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    return np.stack([np.frombuffer(channel, dtype="<i2") for channel in channels], axis=1)
