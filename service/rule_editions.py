"""Every edition of the rules that was published, each in a file of its own beside the store."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from service.clips.flac import write_whole
from web.workshop_sources import Edition, UnknownEditionError

_MOST = 500  # beyond it the oldest goes


@dataclass(frozen=True, slots=True)
class KeptEdition:
    """One file's content."""

    edition_id: str
    at: datetime
    by: str
    note: str
    version: str
    files: Mapping[str, str]


class RuleEditions:
    """Reads and writes them; belongs to one thread at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, files: Mapping[str, str], version: str, by: str, note: str, at: datetime) -> KeptEdition:
        """Write an edition; one of the same version that is the newest already stays as it is."""
        kept = self._all()
        if kept and kept[-1].version == version:
            return kept[-1]
        edition = KeptEdition(f"{at:%Y%m%dT%H%M%S%f}-{version}", at, by, note, version, dict(files))
        body = {"at": at.isoformat(), "by": by, "note": note, "version": version, "files": dict(files)}
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(
            self._folder / f"{edition.edition_id}.json", json.dumps(body, ensure_ascii=False, indent=1).encode()
        )
        for old in kept[: max(0, len(kept) + 1 - _MOST)]:
            (self._folder / f"{old.edition_id}.json").unlink(missing_ok=True)
        return edition

    def listed(self, version: str) -> list[Edition]:
        """The newest first; `version` is in force."""
        kept = self._all()
        current = next((each.edition_id for each in reversed(kept) if each.version == version), None)
        found: list[Edition] = []
        for number, each in enumerate(kept):
            old = kept[number - 1].files if number else each.files
            changed = tuple(sorted(name for name in {*old, *each.files} if old.get(name) != each.files.get(name)))
            is_current = each.edition_id == current
            found.append(Edition(each.edition_id, each.at, each.by, each.note, each.version, changed, is_current))
        return found[::-1]

    def get(self, edition_id: str) -> KeptEdition:
        """One. Raises UnknownEditionError."""
        found = next((each for each in self._all() if each.edition_id == edition_id), None)
        if found is None:
            raise UnknownEditionError
        return found

    def _all(self) -> list[KeptEdition]:
        found: list[KeptEdition] = []
        for path in sorted(self._folder.glob("*.json")):
            try:
                body = json.loads(path.read_text(encoding="utf-8"))
                at = datetime.fromisoformat(body["at"])
                found.append(KeptEdition(path.stem, at, body["by"], body["note"], body["version"], body["files"]))
            except (ValueError, KeyError, OSError):
                continue  # not one of ours, or a disk that failed: the others can still be gone back to
        return found
