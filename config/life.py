"""Settings of the alert desk: who hears of an alert when, and what rules may no longer say."""

from pathlib import Path

from pydantic import Field

from config.section import Section


class EscalationSettings(Section):
    """When nobody takes an alert in hand."""

    second_supervisor_s: float | None = Field(
        15.0, ge=1, le=3_600, description="A critical alert nobody claims goes to a second supervisor; empty: never."
    )
    floor_manager_s: float | None = Field(
        30.0, ge=1, le=3_600, description="A critical alert nobody claims goes to the floor manager; empty: never."
    )
    major_s: float | None = Field(
        120.0, ge=1, le=3_600, description="A major alert nobody claims goes to a second supervisor; empty: never."
    )


class FeedbackSettings(Section):
    """What people's marks (right, wrong) do to a rule."""

    floor_ratio: float = Field(
        0.5, ge=0, le=1, description="A rule surely right in fewer cases than this goes silent; 0: never."
    )
    least_marks: int = Field(30, ge=5, le=10_000, description="Marks a rule needs before it may go silent.")
    window_days: float = Field(30.0, ge=1, le=365, description="Marks count for this long.")


class DeskSettings(Section):
    """The alert desk."""

    roster_file: Path | None = Field(None, description="YAML file with people, teams, sites, queues and routes.")
    repeat_raises: bool = Field(
        True, description="The same fault by one agent within a day is one severity higher the second time."
    )
    repeat_window_h: float = Field(24.0, ge=0.1, le=168, description="How long a fault of an agent is remembered.")
    advise_agents: bool = Field(True, description="Send a minor alert's advice to the agent as a message.")
    escalation: EscalationSettings = EscalationSettings()
    feedback: FeedbackSettings = FeedbackSettings()
