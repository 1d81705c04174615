"""Settings of what is heard: leg timing, gaps, voice activity, speech segments."""

from pydantic import Field

from config.section import Section


class HearingSettings(Section):
    """How wire audio becomes observations."""

    unknown_after_ms: int = Field(
        300, ge=100, le=5_000, description="No packet for longer than this: time is unknown and rules abstain."
    )
    media_lost_ms: int = Field(
        2_000,
        ge=500,
        le=60_000,
        description="No packet for longer than this: the leg has lost its media, which is a fault.",
    )
    late_hold_ms: int = Field(
        100,
        ge=0,
        le=1_000,
        description="After a stall, wait this long to tell a burst (late audio) from a gap (lost audio).",
    )
    silence_suppression: bool = Field(False, description="The sources stop sending in silence; such a gap is silence.")
    speech_on_probability: float = Field(0.5, gt=0, lt=1, description="Silero probability that begins speech.")
    speech_off_probability: float = Field(
        0.35, gt=0, lt=1, description="Silero probability below which speech may end."
    )
    speech_on_windows: int = Field(
        3, ge=1, le=4, description="Of the last 4 windows of 32 ms, this many above the first probability begin speech."
    )
    speech_off_ms: int = Field(300, ge=100, le=2_000, description="This long below the second probability ends speech.")
    quiet_dbfs: float = Field(
        -60.0, ge=-96, le=-30, description="Frames quieter than this are not speech and skip the voice detector."
    )
    ring_s: int = Field(
        60, ge=30, le=600, description="Seconds of audio kept in memory per leg for replay and re-recognition."
    )


class SegmentSettings(Section):
    """Which audio goes to the recogniser."""

    pre_roll_ms: int = Field(300, ge=0, le=1_000, description="Audio before the speech that goes along.")
    hangover_ms: int = Field(
        500,
        ge=0,
        le=2_000,
        description="Audio after the speech that goes along; speech within it continues the segment.",
    )
    block_ms: int = Field(100, ge=20, le=500, description="Audio is handed over in blocks of this length.")
    longest_ms: int = Field(
        30_000,
        ge=5_000,
        le=120_000,
        description="A segment longer than this is cut, so one monologue cannot hold a recogniser.",
    )
