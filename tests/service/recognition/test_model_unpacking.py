"""Archives that want out of their folder, or want the disk."""

import stat
import zipfile
from pathlib import Path

import pytest

from service.recognition.model_unpacking import UnpackError, unpack_model
from tests.fakes.model_zip import NAME, model_zip, zip_of


def _special(kind: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(f"{NAME}/special")
    entry.create_system = 3  # Unix
    entry.external_attr = (kind | 0o777) << 16
    return entry


def _unpack(tmp_path: Path, archive: bytes) -> Path:
    packed, into = tmp_path / "model.zip", tmp_path / "into"
    packed.write_bytes(archive)
    into.mkdir()
    unpack_model(packed, NAME, into)
    return into


def test_a_model_is_unpacked(tmp_path: Path) -> None:
    into = _unpack(tmp_path, model_zip())
    assert (into / NAME / "graph/Gr.fst").read_bytes() == b"G" * 1_000


@pytest.mark.parametrize(
    "name",
    ["../evil", f"{NAME}/../../evil", "/etc/evil", f"{NAME}/..\\evil", "C:/evil", "other/file", f"{NAME}2/file"],
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnpackError, match="outside the folder"):
        _unpack(tmp_path, zip_of((name, b"x")))
    assert list((tmp_path / "into").iterdir()) == []


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    with pytest.raises(UnpackError, match="a link or a device"):
        _unpack(tmp_path, zip_of((_special(kind), b"/etc/passwd")))


def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path) -> None:
    with pytest.raises(UnpackError, match="more than any model"):
        _unpack(tmp_path, zip_of((f"{NAME}/zeros", bytes(20_000_000))))


def test_thousands_of_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnpackError, match="more than 2000 files"):
        _unpack(tmp_path, zip_of(*((f"{NAME}/{number}", b"") for number in range(2_001))))


def test_a_size_that_lies_does_not_get_through(tmp_path: Path) -> None:
    archive = bytearray(zip_of((f"{NAME}/file", b"A" * 50_000)))
    true, false = (50_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    with pytest.raises(UnpackError):
        _unpack(tmp_path, bytes(archive.replace(true, false)))
    assert sum(file.stat().st_size for file in (tmp_path / "into").rglob("*") if file.is_file()) <= 10


@pytest.mark.parametrize("cut", [30, 200, 700])
def test_a_damaged_archive_is_refused(tmp_path: Path, cut: int) -> None:
    with pytest.raises(UnpackError, match="damaged"):
        _unpack(tmp_path, model_zip()[:-cut])


def test_a_damaged_file_inside_is_refused(tmp_path: Path) -> None:
    archive = bytearray(model_zip())
    archive[300] ^= 0xFF  # in the compressed acoustic model
    with pytest.raises(UnpackError, match="damaged"):
        _unpack(tmp_path, bytes(archive))


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    archive = bytearray(zip_of((f"{NAME}/file", b"A")))
    for signature, flag_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        archive[archive.index(signature) + flag_at] |= 1
    with pytest.raises(UnpackError, match="encrypted"):
        _unpack(tmp_path, bytes(archive))


def test_two_entries_of_one_name_are_refused(tmp_path: Path) -> None:
    archive = zip_of((f"{NAME}/one", b"A"), (f"{NAME}/two", b"B")).replace(b"two", b"one")
    with pytest.raises(UnpackError, match="twice"):
        _unpack(tmp_path, archive)
