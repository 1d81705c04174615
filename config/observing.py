"""Settings of what is kept of calls for trying changed rules."""

from pydantic import Field

from config.section import Section


class ObservationSettings(Section):
    """What the rules heard of every call, kept for `earshot rules replay`."""

    enabled: bool = Field(True, description="Keep of each call what rules need: times, holds, phrases, who spoke when.")
    with_text: bool = Field(
        True,
        description="Keep the words too, numbers and identifiers masked; without them no new phrase can be tried.",
    )
    most_per_call: int = Field(
        50_000, ge=100, le=1_000_000, description="Entries kept of one call; beyond it the rest of the call is not."
    )
    queue: int = Field(
        500, ge=10, le=100_000, description="Ended calls waiting for the store; beyond it the oldest is dropped."
    )
    kept_days: int = Field(31, ge=1, le=3_660, description="After this time they are deleted.")
