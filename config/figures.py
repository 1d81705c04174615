"""Settings of the figures: when a day begins, where, and what a month should reach."""

from datetime import time
from typing import Annotated

from pydantic import AfterValidator, Field

from config.section import Section
from config.zone import Zone


def _clock_time(said: str) -> str:
    time.fromisoformat(said)  # its ValueError says what is wrong
    return said


class TargetSettings(Section):
    """What a month should reach; a report names what was missed."""

    pass_ratio: float | None = Field(None, ge=0, le=1, description="Share of the scored calls that pass, at least.")
    error_ratio: float | None = Field(None, ge=0, le=1, description="Share of the scored calls with an error, at most.")
    fatal_ratio: float | None = Field(None, ge=0, le=1, description="Share of them with a fatal error, at most.")
    fcr: float | None = Field(0.85, ge=0, le=1, description="First-call resolution, at least.")
    csat: float | None = Field(0.9, ge=0, le=100, description="Customer satisfaction, at least.")
    site_gap: float = Field(0.02, gt=0, le=1, description="A site so far below all sites together is named.")


class FiguresSettings(Section):
    """The figures per day."""

    timezone: Zone = Field("UTC", description="Whose days are counted, such as Asia/Shanghai.")
    day_begins: Annotated[str, AfterValidator(_clock_time)] = Field(
        "00:00", pattern=r"^[0-2]\d:[0-5]\d$", description="When a day begins there; after the last night shift."
    )
    targets: TargetSettings = TargetSettings()
