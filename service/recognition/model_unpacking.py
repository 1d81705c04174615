"""Unpacking a model archive without trusting it: no way out of the folder, no links, no bombs."""

import stat
import zipfile
from pathlib import Path, PurePosixPath

_MOST_BYTES = 8_589_934_592  # the largest published models unpack to about 4 GB
_MOST_RATIO = 100  # the whole archive; acoustic models and graphs shrink 2 to 4 times
_MOST_FILES = 2_000
_RATIO_COUNTS_FROM_BYTES = 10_485_760  # a tiny text file may shrink as it likes
_CHUNK_BYTES = 1_048_576


class UnpackError(Exception):
    """The archive is refused or broken; the text is one sentence. Nothing of it may be used."""


def unpack_model(archive: Path, name: str, into: Path) -> None:
    """Unpack the one folder `name` of a model archive to `into`/`name`. Raises UnpackError."""
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = opened.infolist()
            _check(entries, name, archive.stat().st_size)
            for entry in entries:
                _unpack(opened, entry, into)
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise UnpackError(f"{name}: the archive is damaged.") from error


def _check(entries: list[zipfile.ZipInfo], name: str, archive_bytes: int) -> None:
    if len(entries) > _MOST_FILES:
        raise UnpackError(f"{name}: the archive holds more than {_MOST_FILES} files.")
    unpacked_bytes = sum(entry.file_size for entry in entries)
    if unpacked_bytes > _MOST_BYTES or unpacked_bytes > max(_RATIO_COUNTS_FROM_BYTES, archive_bytes * _MOST_RATIO):
        raise UnpackError(f"{name}: the archive would unpack to {unpacked_bytes} bytes, more than any model has.")
    if len({entry.filename for entry in entries}) < len(entries):
        raise UnpackError(f"{name}: the archive holds a file twice.")
    for entry in entries:
        path = PurePosixPath(entry.filename)
        outside = path.is_absolute() or ".." in path.parts or "\\" in entry.orig_filename or ":" in entry.filename
        if outside or path.parts[:1] != (name,):
            raise UnpackError(f"{name}: the archive holds a file outside the folder {name}.")
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise UnpackError(f"{name}: the archive holds a link or a device.")
        if entry.flag_bits & 0x1:
            raise UnpackError(f"{name}: the archive is encrypted.")


def _unpack(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, into: Path) -> None:
    target = into / entry.filename
    if entry.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with opened.open(entry) as packed, target.open("xb") as file:
        while chunk := packed.read(_CHUNK_BYTES):
            written += len(chunk)
            if written > entry.file_size:  # the check above went by what the archive says of itself
                raise UnpackError("the archive unpacks to more than it says.")
            file.write(chunk)
