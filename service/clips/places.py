"""Where the file of a clip and of a recording is."""

from pathlib import Path


def clip_path(folder: Path, alert_id: str) -> Path:
    """The clip of an alert; alerts of three days share a folder."""
    return folder / alert_id[:4] / f"{alert_id}.flac"


def recording_path(folder: Path, call_id: str) -> Path:
    """The recording of a call; while it is written it is called `.part`."""
    return folder / f"call-{call_id.replace(':', '%3A')}.flac"
