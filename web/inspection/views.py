"""What web/ needs from whoever runs the inspectors' desk: its records, and what people do with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from alerts.inspection.records import Appeal, BeforeAndAfter, Improvement, Mark, Scale, SheetScore
from config.sampling import SamplingPlan


class UnknownRecordError(Exception):
    """No such record, or none that this person may see."""


class StaleRecordError(Exception):
    """Somebody was faster. `version` is the newest."""

    def __init__(self, version: int) -> None:
        super().__init__("the record was changed meanwhile")
        self.version = version


class NotNowError(Exception):
    """The record's state or the person does not allow this. The text says why, and names no customer."""


class ScoreState(StrEnum):
    """Where a score stands."""

    DRAFT = "draft"
    CLOSED = "closed"
    CORRECTED = "corrected"  # closed again after an appeal


@dataclass(frozen=True, slots=True)
class CallFacts:
    """The call a record is about, as it was when the record was made."""

    call_id: str
    agent_id: str | None
    team: str | None
    queue: str | None
    site: str | None
    started_at: datetime
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Score:
    """One inspector's sheet of one call. `result` is what its marks give; `sheet_digest` names the sheet's content."""

    score_id: str
    version: int
    state: ScoreState
    call: CallFacts
    sheet: str
    sheet_version: int
    sheet_digest: str
    inspector: str
    marks: tuple[Mark, ...]
    result: SheetScore
    note: str | None
    calibration_id: str | None
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None

    def mark_of(self, item: str) -> Mark | None:
        """How an item is marked; None while it is open."""
        return next((mark for mark in self.marks if mark.item == item), None)


@dataclass(frozen=True, slots=True)
class Task:
    """A call on an inspector's worklist."""

    task_id: str
    version: int
    state: str  # open, done, dropped
    plan: str
    period: str
    sheet: str
    inspector: str
    call: CallFacts
    risk: int
    rank: int
    due_at: datetime
    score_id: str | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """A sampling plan in force; version 0 is as the settings say. One that was removed draws nothing."""

    plan: SamplingPlan
    version: int
    removed: bool = False


@dataclass(frozen=True, slots=True)
class ImprovementView:
    """An improvement on its way, with its deadline and outcome."""

    case: Improvement
    version: int
    due_at: datetime | None
    overdue: bool
    outcome: BeforeAndAfter


@dataclass(frozen=True, slots=True)
class AppealView:
    """An appeal with the version to act on."""

    appeal: Appeal
    version: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """The same calls, scored blind by several inspectors. Scores are shown to nobody but their own until it closes."""

    calibration_id: str
    version: int
    title: str
    sheet: str
    call_ids: tuple[str, ...]
    inspectors: tuple[str, ...]
    by: str
    created_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the inspectors of a calibration agree, over all points and item by item; drift in points."""

    alpha: float | None
    items: tuple[tuple[str, Scale, float | None], ...]
    drift: tuple[tuple[str, float], ...]
    scores: int


@dataclass(frozen=True, slots=True)
class TrailStep:
    """One step of a record's life."""

    version: int
    act: str
    by: str | None
    at: datetime
    reason: str | None
    content: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Example:
    """A good or bad example in the library: a stretch of a call, what it shows, and whether it may be heard there."""

    example_id: str
    version: int
    call: CallFacts
    fault: str
    good: bool
    title: str
    note: str | None
    from_ms: int
    to_ms: int
    consent: bool
    by: str
    added_at: datetime
    removed_at: datetime | None
    alert_id: str | None = None  # whose clip is its sound where the call was not recorded


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to call a customer back."""

    by: str
    at: datetime
    reached: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class CallBack:
    """A customer who gave up waiting and is to be called back. The number stands in the call, not here."""

    call_back_id: str
    version: int
    state: str  # open, reached, given_up, dropped
    call: CallFacts
    abandoned_at: datetime
    due_at: datetime
    assignee: str | None
    attempts: tuple[Attempt, ...]
    closed_at: datetime | None
    reason: str | None = None  # why it was dropped


@dataclass(frozen=True, slots=True)
class OutsideFigure:
    """What another system knows of a day: satisfaction, first-call resolution, complaints, times.

    `value` is the mean of `number` single values, or their count where the figure is one (complaints).
    """

    figure: str
    day: date
    scope: str  # agent, team, site, queue
    name: str
    value: float
    number: int
