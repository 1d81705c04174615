"""The manifest of a pulled model: every file with size and SHA-256, so that it can be verified at any time."""

import hashlib
import json
from pathlib import Path

_NAME = "earshot-manifest.json"


def write_manifest(folder: Path, archive_sha256: str) -> None:
    """Record every file of a model folder, and the archive it came from."""
    files = {
        str(file.relative_to(folder)): {"bytes": file.stat().st_size, "sha256": _sha256(file)}
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    content = {"archive_sha256": archive_sha256, "files": files}
    (folder / _NAME).write_text(json.dumps(content, indent=1), encoding="utf-8")


def manifest_faults(folder: Path) -> list[str] | None:
    """What differs from the manifest, one phrase a file, empty when all is well; None when there is no manifest."""
    try:
        files = dict(json.loads((folder / _NAME).read_text(encoding="utf-8"))["files"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        return [f"{_NAME} cannot be read"]
    faults = [fault for name, recorded in files.items() if (fault := _fault(folder, name, recorded)) is not None]
    present = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    return faults + [f"{name} was added" for name in sorted(present - files.keys() - {_NAME})]


def _fault(folder: Path, name: str, recorded: dict[str, object]) -> str | None:
    file = folder / name
    if not file.is_file():
        return f"{name} is missing"
    if file.stat().st_size != recorded.get("bytes"):
        return f"{name} has another size"
    return None if _sha256(file) == recorded.get("sha256") else f"{name} has other content"


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
