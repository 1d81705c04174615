"""What the inspectors' desk says and is told in JSON."""

from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints

from alerts.inspection.records import Mark, MarkState, SheetScore
from config.score_sheets import ScoreSheet
from web.inspection.views import Agreement, AppealView, Calibration, ImprovementView, Score, Task, TrailStep
from web.stamps import Stamp

Points = Annotated[Decimal, PlainSerializer(float, return_type=float)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2_000, strip_whitespace=True)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
RecordId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9:._-]{1,128}$")]


class Body(BaseModel):
    """What goes out."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Incoming(BaseModel):
    """What comes in: an unknown field is refused and named."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Versioned(Incoming):
    """Says from which version it was seen; a stale one is 409."""

    version: int = Field(ge=1)


class MarkBody(Body):
    """How an item stands: `open`, `proved` by findings, or `judged` by a person."""

    item: str
    state: MarkState
    counts: dict[str, int]
    choice: str | None
    evidence: list[str] = Field(description="Ids of the alerts that prove it.")
    reason: str | None


class MarkFields(Incoming):
    """A judgement: how often each thing happened, or what was chosen."""

    counts: dict[Name, Annotated[int, Field(ge=0, le=1_000)]] = Field(default_factory=dict, max_length=50)
    choice: Name | None = None
    reason: Text | None = None

    def mark(self, item: str, state: MarkState = MarkState.JUDGED) -> Mark:
        """The same in our own words."""
        return Mark(item, state, dict(self.counts), self.choice, reason=self.reason)


class ItemFields(Versioned, MarkFields):
    """A judgement of one item of a score; `open` takes it back."""

    open: bool = False


class CorrectionFields(MarkFields):
    """A judgement that replaces another."""

    item: Name


class GroupScoreBody(Body):
    """Points of one group."""

    group: str
    points: Points
    most: Points


class IndicatorCountBody(Body):
    """Indicators of one call."""

    passed: int
    key_failed: int
    ordinary_failed: int
    not_involved: int
    meets_standard: bool


class ResultBody(Body):
    """What the marks give as they stand; open items count as faultless."""

    points: Points | None
    most: Points | None
    groups: list[GroupScoreBody]
    bonus: Points
    monthly_points: Points
    fatal: list[str]
    grade: str | None
    passed: bool
    indicators: IndicatorCountBody | None
    open_items: list[str]

    @classmethod
    def of(cls, result: SheetScore) -> Self:
        """From our own words."""
        return cls.model_validate(result)


class CallFactsBody(Body):
    """The call, as it was when the record was made."""

    call_id: str
    agent_id: str | None
    team: str | None
    queue: str | None
    site: str | None
    started_at: Stamp
    duration_ms: int


class ScoreBody(Body):
    """A score."""

    score_id: str
    version: int
    state: str
    call: CallFactsBody
    sheet: str
    sheet_version: int
    sheet_digest: str
    inspector: str
    marks: list[MarkBody]
    result: ResultBody
    note: str | None
    calibration_id: str | None
    created_at: Stamp
    updated_at: Stamp
    closed_at: Stamp | None

    @classmethod
    def of(cls, score: Score) -> Self:
        """From our own words."""
        return cls.model_validate(score)


class ScoreList(Body):
    """Scores; `next_before` asks for the page after."""

    scores: list[ScoreBody]
    next_before: Stamp | None = None


class SheetBody(Body):
    """A score sheet: its content as it is written, with its digest."""

    digest: str
    sheet: dict[str, Any]

    @classmethod
    def of(cls, sheet: ScoreSheet) -> Self:
        """From our own words."""
        return cls(digest=sheet.digest, sheet=sheet.model_dump(mode="json"))


class SheetList(Body):
    """The sheets in use."""

    sheets: list[SheetBody]


class TrailStepBody(Body):
    """One step of a record's life."""

    version: int
    act: str
    by: str | None
    at: Stamp
    reason: str | None
    content: dict[str, Any]


class TrailBody(Body):
    """A record's life, oldest first."""

    steps: list[TrailStepBody]

    @classmethod
    def of(cls, steps: "list[TrailStep]") -> Self:
        """From our own words."""
        return cls(steps=[TrailStepBody.model_validate(step) for step in steps])


class TaskBody(Body):
    """A call on a worklist."""

    task_id: str
    version: int
    state: str
    plan: str
    period: str
    sheet: str
    inspector: str
    call: CallFactsBody
    risk: int
    rank: int
    due_at: Stamp
    score_id: str | None
    made_at: Stamp

    @classmethod
    def of(cls, task: Task) -> Self:
        """From our own words."""
        return cls.model_validate(task)


class TaskList(Body):
    """A worklist, the next due first."""

    tasks: list[TaskBody]


class RecheckBody(Body):
    """A later call that was heard again."""

    call_id: str
    faulty: bool


class OutcomeBody(Body):
    """The same fault per 100 scored calls before and after the plan."""

    before_per_100: float | None
    after_per_100: float | None


class ImprovementBody(Body):
    """A confirmed fault on its way."""

    improvement_id: str
    version: int
    agent_id: str
    team: str | None
    site: str | None
    fault: str
    call_id: str
    step: str
    due_at: Stamp | None
    overdue: bool
    confirmed_at: Stamp
    reported_at: Stamp | None
    plan: str | None
    planned_at: Stamp | None
    rechecked: list[RecheckBody]
    result: str | None
    closed_at: Stamp | None
    outcome: OutcomeBody

    @classmethod
    def of(cls, view: ImprovementView) -> Self:
        """From our own words."""
        case = view.case
        return cls(
            improvement_id=case.improvement_id,
            version=view.version,
            agent_id=case.agent_id,
            team=case.team,
            site=case.site,
            fault=case.fault,
            call_id=case.call_id,
            step=case.step,
            due_at=view.due_at,
            overdue=view.overdue,
            confirmed_at=case.confirmed_at,
            reported_at=case.reported_at,
            plan=case.plan,
            planned_at=case.planned_at,
            rechecked=[RecheckBody(call_id=call_id, faulty=faulty) for call_id, faulty in case.rechecked],
            result=case.result,
            closed_at=case.closed_at,
            outcome=OutcomeBody.model_validate(view.outcome),
        )


class ImprovementList(Body):
    """Improvements, the next due first."""

    improvements: list[ImprovementBody]


class AppealStepBody(Body):
    """One line of an appeal's trail."""

    act: str
    by: str
    at: Stamp
    reason: str


class AppealBody(Body):
    """An appeal with everything that was said."""

    appeal_id: str
    version: int
    score_id: str
    agent_id: str
    inspector: str
    state: str
    trail: list[AppealStepBody]

    @classmethod
    def of(cls, view: AppealView) -> Self:
        """From our own words."""
        appeal = view.appeal
        return cls(
            appeal_id=appeal.appeal_id,
            version=view.version,
            score_id=appeal.score_id,
            agent_id=appeal.agent_id,
            inspector=appeal.inspector,
            state=appeal.state,
            trail=[AppealStepBody.model_validate(step) for step in appeal.trail],
        )


class AppealList(Body):
    """Appeals, newest first."""

    appeals: list[AppealBody]


class CalibrationBody(Body):
    """A round."""

    calibration_id: str
    version: int
    title: str
    sheet: str
    call_ids: list[str]
    inspectors: list[str]
    by: str
    created_at: Stamp
    closed_at: Stamp | None

    @classmethod
    def of(cls, each: Calibration) -> Self:
        """From our own words."""
        return cls.model_validate(each)


class CalibrationList(Body):
    """Rounds, newest first."""

    calibrations: list[CalibrationBody]


class ItemAgreementBody(Body):
    """Krippendorff's alpha of one item; null where nothing can be said."""

    item: str
    scale: str
    alpha: float | None


class AgreementBody(Body):
    """How far the inspectors of a round agree; `drift` is points above (milder) or below the others."""

    alpha: float | None
    items: list[ItemAgreementBody]
    drift: dict[str, float]
    scores: int

    @classmethod
    def of(cls, found: Agreement) -> Self:
        """From our own words."""
        return cls(
            alpha=found.alpha,
            items=[ItemAgreementBody(item=item, scale=scale, alpha=alpha) for item, scale, alpha in found.items],
            drift=dict(found.drift),
            scores=found.scores,
        )
