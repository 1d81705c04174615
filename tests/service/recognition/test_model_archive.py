"""Pulling a model over a bad line, from a bad server, and twice."""

import fcntl
from dataclasses import replace
from pathlib import Path

import pytest

from service.recognition.model_archive import PullError, pull_model
from service.recognition.model_manifest import manifest_faults
from service.recognition.model_unpacking import UnpackError
from streaming.recognizer import ModelError
from tests.fakes.file_server import ServedFile, serving
from tests.fakes.model_zip import NAME, known, model_zip

_ARCHIVE = model_zip()
_MODEL = known(_ARCHIVE)


def _pull(file: ServedFile, folder: Path, seen: list[int] | None = None) -> Path:
    with serving(file):
        return pull_model(
            _MODEL,
            folder,
            base_url=file.url,
            progress=lambda here, _in_all: (seen if seen is not None else []).append(here),
            longest_pause_s=0.0,
        )


def test_a_model_is_fetched_checked_unpacked_and_recorded(tmp_path: Path) -> None:
    seen: list[int] = []
    folder = _pull(ServedFile(_ARCHIVE), tmp_path / "models", seen)
    assert folder == tmp_path / "models" / NAME
    assert (folder / "conf/model.conf").read_bytes() == b"--beam=10\n"
    assert manifest_faults(folder) == []
    assert seen[-1] == len(_ARCHIVE)
    assert sorted(each.name for each in folder.parent.iterdir()) == [".pull.lock", NAME]


def test_a_line_that_breaks_is_taken_up_where_it_broke(tmp_path: Path) -> None:
    file = ServedFile(_ARCHIVE, cut_after=[1_000, 500, 0])
    assert manifest_faults(_pull(file, tmp_path)) == []
    assert file.asked == [None, "bytes=1000-", "bytes=1500-", "bytes=1500-"]


def test_a_pull_that_gave_up_is_resumed_by_the_next(tmp_path: Path) -> None:
    file = ServedFile(_ARCHIVE, cut_after=[1_000, 0, 0, 0, 0, 0])
    with pytest.raises(PullError, match="run the same command again"):
        _pull(file, tmp_path)
    assert [each.name for each in tmp_path.iterdir() if each.is_dir()] == []
    again = ServedFile(_ARCHIVE)
    assert manifest_faults(_pull(again, tmp_path)) == []
    assert again.asked == ["bytes=1000-"]


def test_a_server_without_ranges_begins_anew(tmp_path: Path) -> None:
    file = ServedFile(_ARCHIVE, cut_after=[1_000], ranges=False)
    assert manifest_faults(_pull(file, tmp_path)) == []


def test_a_range_that_begins_elsewhere_is_not_appended(tmp_path: Path) -> None:
    file = ServedFile(_ARCHIVE, cut_after=[1_000], wrong_range=True)
    assert manifest_faults(_pull(file, tmp_path)) == []
    assert file.asked == [None, "bytes=1000-", None]


def test_a_busy_server_is_asked_again_and_a_range_it_cannot_give_begins_anew(tmp_path: Path) -> None:
    (tmp_path / f".{NAME}.zip.part").write_bytes(b"x" * 10)
    file = ServedFile(_ARCHIVE, statuses=[503, 416])
    assert manifest_faults(_pull(file, tmp_path)) == []
    assert file.asked == ["bytes=10-", "bytes=10-", None]


def test_a_file_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    file = ServedFile(_ARCHIVE, statuses=[404])
    with pytest.raises(PullError, match="answers 404"):
        _pull(file, tmp_path)
    assert len(file.asked) == 1


def test_nobody_at_the_address_is_said(tmp_path: Path) -> None:
    with pytest.raises(PullError, match="cannot be reached"):
        pull_model(_MODEL, tmp_path, base_url="http://127.0.0.1:1/", longest_pause_s=0.0)


@pytest.mark.parametrize("position", [0, 1_500, len(_ARCHIVE) - 1])
def test_wrong_bytes_are_thrown_away(tmp_path: Path, position: int) -> None:
    wrong = bytearray(_ARCHIVE)
    wrong[position] ^= 1
    with pytest.raises(PullError, match="SHA-256"):
        _pull(ServedFile(bytes(wrong)), tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == [".pull.lock"]


def test_more_than_the_pinned_size_is_cut_off(tmp_path: Path) -> None:
    with pytest.raises(PullError, match="more than"):
        _pull(ServedFile(_ARCHIVE + b"x" * 1_000_000), tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == [".pull.lock"]


def test_a_part_longer_than_the_archive_is_not_trusted(tmp_path: Path) -> None:
    (tmp_path / f".{NAME}.zip.part").write_bytes(b"x" * (len(_ARCHIVE) + 1))
    assert manifest_faults(_pull(ServedFile(_ARCHIVE), tmp_path)) == []


def test_a_whole_part_is_not_fetched_again(tmp_path: Path) -> None:
    (tmp_path / f".{NAME}.zip.part").write_bytes(_ARCHIVE)
    file = ServedFile(_ARCHIVE)
    assert manifest_faults(_pull(file, tmp_path)) == []
    assert file.asked == []


def test_a_pull_replaces_a_damaged_model(tmp_path: Path) -> None:
    folder = _pull(ServedFile(_ARCHIVE), tmp_path)
    (folder / "graph/Gr.fst").write_bytes(b"damaged")
    (folder / "stray").write_bytes(b"")
    assert manifest_faults(_pull(ServedFile(_ARCHIVE), tmp_path)) == []
    assert sorted(each.name for each in tmp_path.iterdir()) == [".pull.lock", NAME]


@pytest.mark.parametrize(
    ("archive", "error"),
    [
        (model_zip({"am/final.mdl": b"x"}), ModelError),
        (model_zip(top="elsewhere"), UnpackError),
        (b"junk", UnpackError),
    ],
    ids=["no model", "another folder", "no zip"],
)
def test_an_archive_that_holds_no_model_leaves_nothing_behind(
    tmp_path: Path, archive: bytes, error: type[Exception]
) -> None:
    with serving(ServedFile(archive)) as file, pytest.raises(error):
        pull_model(known(archive), tmp_path, base_url=file.url, longest_pause_s=0.0)
    assert not (tmp_path / NAME).exists()


def test_two_pulls_at_once_are_refused(tmp_path: Path) -> None:
    with (tmp_path / ".pull.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(PullError, match="another pull"):
            _pull(ServedFile(_ARCHIVE), tmp_path)


def test_what_the_manifest_records_is_what_is_compared(tmp_path: Path) -> None:
    folder = _pull(ServedFile(_ARCHIVE), tmp_path)
    (folder / "am/final.mdl").write_bytes(b"short")
    (folder / "graph/Gr.fst").write_bytes(b"g" * 1_000)
    (folder / "conf/model.conf").unlink()
    (folder / "added").write_bytes(b"")
    assert manifest_faults(folder) == [
        "am/final.mdl has another size",
        "conf/model.conf is missing",
        "graph/Gr.fst has other content",
        "added was added",
    ]
    (folder / "earshot-manifest.json").write_text("{}")
    assert manifest_faults(folder) == ["earshot-manifest.json cannot be read"]
    (folder / "earshot-manifest.json").unlink()
    assert manifest_faults(folder) is None


def test_the_size_in_the_table_counts(tmp_path: Path) -> None:
    with serving(ServedFile(_ARCHIVE)) as file, pytest.raises(PullError):
        pull_model(replace(_MODEL, archive_bytes=len(_ARCHIVE) + 1), tmp_path, base_url=file.url, longest_pause_s=0.0)
