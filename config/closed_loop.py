"""Settings of what follows a confirmed fault: deadlines, re-checks, appeals."""

from pydantic import Field

from config.section import Section


class ClosedLoopSettings(Section):
    """Deadlines of 抽查 → 反馈 → 整改 → 复查, and of appeals."""

    report_within_h: float = Field(24, gt=0, le=720, description="Agent and leader are told within so long, h.")
    plan_within_h: float = Field(72, gt=0, le=2_160, description="The improvement plan is there within so long, h.")
    recheck_within_days: float = Field(14, gt=0, le=365, description="The re-check is done within so long, days.")
    remind_before_h: float = Field(4, ge=0, le=720, description="A deadline is called near so long before, h.")
    recheck_calls: int = Field(5, ge=1, le=100, description="Later calls that are heard again.")
    recheck_faults_allowed: int = Field(0, ge=0, le=100, description="Of them so many may show the fault again.")
    compare_days: float = Field(30, gt=0, le=365, description="Days before and after the plan that are compared.")
    appeal_within_days: float = Field(7, gt=0, le=365, description="An agent may appeal for so long, days.")


class CallBackSettings(Section):
    """Calling back customers who gave up waiting (002 客户回访)."""

    within_h: float = Field(24, gt=0, le=720, description="They are called back within so long, h.")
    attempts: int = Field(3, ge=1, le=20, description="So often nobody may answer before it is given up.")
    least_gap_min: float = Field(15, ge=0, le=1_440, description="At least so long between two attempts, min.")
