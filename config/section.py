"""What every section of the settings has in common: frozen, no unknown keys."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """One block of the settings. Unknown keys are refused, values never change after the start."""

    model_config = ConfigDict(frozen=True, extra="forbid")
