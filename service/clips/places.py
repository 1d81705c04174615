"""Where the file of a clip and of a recording is."""

import uuid
from glob import escape
from pathlib import Path

from config.settings import Settings


def clips_folder(settings: Settings) -> Path:
    """Where the clips of alerts are."""
    return settings.clips.folder or settings.data_dir / "clips"


def recordings_folder(settings: Settings) -> Path:
    """Where the recordings of calls are."""
    return settings.recording.folder or settings.data_dir / "recordings"


def clip_path(folder: Path, alert_id: str) -> Path:
    """The clip of an alert; alerts of three days share a folder."""
    return folder / alert_id[:4] / f"{alert_id}.flac"


def recording_path(folder: Path, call_id: str) -> Path:
    """The recording of a call."""
    return folder / f"{_stem(call_id)}.flac"


def part_path(path: Path) -> Path:
    """A recording while it is written: no other node writes one of the same name."""
    return path.with_name(f"{path.stem}%-{uuid.uuid4().hex}.part")


def earlier_path(path: Path) -> Path:
    """Where a recording of a call stands that had been heard before it came to this node, or to this run of it."""
    number = len(list(path.parent.glob(f"{escape(path.stem)}%-earlier-*.flac"))) + 1
    return path.with_name(f"{path.stem}%-earlier-{number}.flac")


def name_of_part(part: Path) -> Path:
    """The name that a `.part` is to get."""
    return part.with_name(f"{part.stem.rpartition('%-')[0] or part.stem}.flac")


def recordings_of(folder: Path, call_id: str) -> list[Path]:
    """Every file with the sound of a call, unfinished ones too."""
    path = recording_path(folder, call_id)
    return [*([path] if path.exists() else []), *folder.glob(f"{escape(path.stem)}%-*")]


def _stem(call_id: str) -> str:
    return f"call-{call_id.replace(':', '%3A')}"
