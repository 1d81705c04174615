"""Settings of the inspectors' desk: which sheets and plans, and by when things are done."""

from pathlib import Path

from pydantic import Field, field_validator

from config.closed_loop import CallBackSettings, ClosedLoopSettings
from config.sampling import SamplingPlan
from config.section import Section


class InspectionSettings(Section):
    """Scoring and worklists. Whose days and weeks, say the settings of the figures."""

    sheets_dir: Path | None = Field(None, description="Folder of own score sheets; none means those that come along.")
    plans: tuple[SamplingPlan, ...] = Field((), description="Which calls inspectors hear (docs/inspection.md).")
    worklist_within_days: float = Field(7, gt=0, le=90, description="A week's calls are scored so long after it, days.")
    draw_every_s: float = Field(900, ge=10, le=86_400, description="How often plans draw the calls that came since, s.")
    agents_see_hearing: bool = Field(False, description="Agents see when somebody heard their calls, not who.")
    closed_loop: ClosedLoopSettings = ClosedLoopSettings()
    call_back: CallBackSettings = CallBackSettings()

    @field_validator("plans")
    @classmethod
    def _have_own_names(cls, plans: tuple[SamplingPlan, ...]) -> tuple[SamplingPlan, ...]:
        if len({plan.plan for plan in plans}) < len(plans):
            raise ValueError("two plans have the same name")
        return plans
