"""Recordings that a killed node left behind: what was written becomes a whole file under the name it was to get."""

from collections.abc import Set
from pathlib import Path

import numpy as np
import soundfile
import structlog

from streaming.frames import ANALYSIS_RATE_HZ

_log = structlog.get_logger(__name__)
_BLOCK = 4_096  # FLAC's own; what is behind the last whole one never reached the disk


def finish_left_behind(folder: Path, running: Set[Path]) -> int:
    """Finish every `.part` of a folder but those that are `running`; answers how many. One without sound goes."""
    finished = 0
    for part in sorted(set(folder.glob("call-*.part")) - running) if folder.is_dir() else ():
        try:
            finished += _finish(part)
        except (OSError, soundfile.SoundFileError) as error:
            _log.warning("a recording left behind could not be finished", failure=type(error).__name__)
    return finished


def put_in_place(unfinished: Path, path: Path) -> None:
    """Give a recording its name; an earlier one of the same call, from before a restart, stays beside it."""
    if path.exists():
        number = len(list(path.parent.glob(f"{path.stem}.earlier-*.flac"))) + 1
        path.replace(path.with_name(f"{path.stem}.earlier-{number}.flac"))
    unfinished.replace(path)


def _finish(part: Path) -> bool:
    whole = part.with_suffix(".whole")
    written = 0
    try:
        with soundfile.SoundFile(part) as torn:
            kind = {"samplerate": ANALYSIS_RATE_HZ, "channels": torn.channels, "format": "FLAC", "subtype": "PCM_16"}
            with soundfile.SoundFile(whole, "w", **kind) as file:
                whole.chmod(0o600)
                while len(samples := _next(torn)):
                    file.write(samples)
                    written += len(samples)
    except soundfile.LibsndfileError:
        if written:
            raise  # the new file could not be written: the old one stays
    if written:
        put_in_place(whole, part.with_suffix(".flac"))
    whole.unlink(missing_ok=True)
    part.unlink()
    return written > 0


def _next(torn: soundfile.SoundFile) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    """The next block; empty where the file breaks off."""
    try:
        block: np.ndarray[tuple[int, int], np.dtype[np.int16]] = torn.read(_BLOCK, dtype="int16", always_2d=True)
    except soundfile.LibsndfileError:
        return np.empty((0, torn.channels), np.int16)
    return block
