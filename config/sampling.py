"""Sampling plans: which share of the calls inspectors hear, and how the calls are chosen."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from config.section import Section

_Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class SamplingPlan(Section):
    """One plan. Of every agent, queue, team, or of all calls, `number` a week or `share_ratio` of them are drawn."""

    plan: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    sheet: _Name = Field(description="The score sheet its calls are scored on.")
    per: Literal["agent", "queue", "team", "all"] = "agent"
    number: int | None = Field(None, ge=1, le=10_000, description="Calls a week.")
    share_ratio: float | None = Field(None, gt=0, le=1, description="Share of the week's calls (0 to 1).")
    risk_weight: float = Field(0.0, ge=0, le=100, description="0 draws blindly; more prefers risky calls.")
    least_risk: int = Field(0, ge=0, le=100, description="Calls of less risk are never drawn.")
    least_duration_s: float = Field(0.0, ge=0, le=36_000, description="Shorter calls are never drawn, s.")
    teams: tuple[_Name, ...] = ()
    queues: tuple[_Name, ...] = ()
    sites: tuple[_Name, ...] = ()
    inspectors: tuple[_Name, ...] = Field((), description="People who hear them, in turn; nobody means everybody.")

    @model_validator(mode="after")
    def _draws_some(self) -> Self:
        if self.number is None and self.share_ratio is None:
            raise ValueError("say number or share_ratio")
        return self
