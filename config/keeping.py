"""Settings of what is kept and for how long: clips, recordings, retention."""

from pathlib import Path

from pydantic import Field

from config.section import Section


class ClipSettings(Section):
    """The sound around each alert."""

    enabled: bool = Field(True, description="Keep a clip of both legs with every alert.")
    before_s: float = Field(10.0, ge=1, le=30, description="The clip begins this long before what the alert is about.")
    after_s: float = Field(5.0, ge=0, le=15, description="The clip ends this long after it.")
    longest_s: float = Field(30.0, ge=5, le=60, description="A longer clip loses its beginning.")
    folder: Path | None = Field(
        None, description="Where clips are kept; empty: `clips` in the data folder. Many nodes need one they all see."
    )


class RecordingSettings(Section):
    """Whole calls."""

    keep_calls: bool = Field(False, description="Record every call, both legs, as FLAC.")
    folder: Path | None = Field(None, description="Where recordings are kept; empty: `recordings` in the data folder.")


class RetentionSettings(Section):
    """When what is kept is deleted for good. 0 keeps it for ever."""

    calls_days: int = Field(90, ge=0, le=3_650, description="Ended calls and their events.")
    alerts_days: int = Field(365, ge=0, le=3_650, description="Alerts that were last changed this long ago.")
    transcripts_days: int = Field(30, ge=0, le=3_650, description="What was said, masked.")
    clips_days: int = Field(30, ge=0, le=3_650, description="Clips of alerts.")
    recordings_days: int = Field(30, ge=0, le=3_650, description="Recordings of calls.")
    deliveries_days: int = Field(14, ge=1, le=365, description="Web hooks that could not be delivered.")
    sweep_s: float = Field(3_600.0, ge=1, le=86_400, description="How often it is looked what is due.")
