"""Recordings while they are written, and those a killed node left behind: each becomes a whole file under its name.

Nodes may share the folder. Who writes a `.part` holds a lock on it, which ends with its process.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

import numpy as np
import soundfile
import structlog

from service.clips.places import earlier_path, name_of_part, part_path
from streaming.frames import ANALYSIS_RATE_HZ

_log = structlog.get_logger(__name__)
_BLOCK = 4_096  # FLAC's own; what is behind the last whole one never reached the disk


class Unfinished:
    """A recording that is being written. Raises OSError or soundfile.SoundFileError throughout."""

    def __init__(self, path: Path, channels: int) -> None:
        self._path = path
        self._part = part_path(path)
        fresh = self._part.with_suffix(".new")  # has its lock before anybody takes it for one left behind
        self._lock = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        fresh.replace(self._part)
        try:
            self.file = _flac_file(self._part, channels)
        except soundfile.SoundFileError:
            os.close(self._lock)
            raise

    def abandon(self) -> None:
        """Write no more; what is there is finished at the next start."""
        with suppress(soundfile.SoundFileError):
            self.file.close()
        os.close(self._lock)

    def finish(self) -> None:
        """Give it its name; an earlier one of the same call, from before it came to this node, stays beside it."""
        try:
            self.file.close()
            if self._path.exists():
                self._path.replace(earlier_path(self._path))
            self._part.replace(self._path)
        finally:
            os.close(self._lock)


def finish_left_behind(folder: Path) -> int:
    """Finish every `.part` of a folder that nobody writes to; answers how many. One without sound goes."""
    finished = 0
    for part in sorted(folder.glob("call-*.part")) if folder.is_dir() else ():
        try:
            with part.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                finished += part.exists() and _finish(part)
        except (BlockingIOError, FileNotFoundError):
            continue  # a living node is at it
        except (OSError, soundfile.SoundFileError) as error:
            _log.warning("a recording left behind could not be finished", failure=type(error).__name__)
    return finished


def _finish(part: Path) -> bool:
    path = name_of_part(part)
    whole = part.with_suffix(".whole")
    written = 0
    try:
        with soundfile.SoundFile(part) as torn, _flac_file(whole, torn.channels) as file:
            whole.chmod(0o600)
            while len(samples := _next(torn)):
                file.write(samples)
                written += len(samples)
    except soundfile.LibsndfileError:
        if written:
            raise  # the new file could not be written: the old one stays
    if written:
        whole.replace(earlier_path(path) if path.exists() else path)
    whole.unlink(missing_ok=True)
    part.unlink()
    return written > 0


def _flac_file(path: Path, channels: int) -> soundfile.SoundFile:
    return soundfile.SoundFile(
        path, "w", samplerate=ANALYSIS_RATE_HZ, channels=channels, format="FLAC", subtype="PCM_16"
    )


def _next(torn: soundfile.SoundFile) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    """The next block; empty where the file breaks off."""
    try:
        block: np.ndarray[tuple[int, int], np.dtype[np.int16]] = torn.read(_BLOCK, dtype="int16", always_2d=True)
    except soundfile.LibsndfileError:
        return np.empty((0, torn.channels), np.int16)
    return block
