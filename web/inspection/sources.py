"""What web/ needs from whoever runs the inspectors' desk. Every answer is given after the commit.

All raise StoreUnavailableError; what is not there or not possible is raised as `web.inspection.views` says.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from alerts.inspection.records import AppealState, Mark, Result
from config.sampling import SamplingPlan
from config.score_sheets import ScoreSheet
from web.inspection.views import (
    Agreement,
    AppealView,
    Calibration,
    CallBack,
    Example,
    ImprovementView,
    KeptPlan,
    OutsideFigure,
    Score,
    ScoreState,
    Task,
    TrailStep,
)


class ScoringSource(Protocol):
    """Sheets and scores."""

    @property
    def sheets(self) -> Mapping[str, ScoreSheet]:
        """The sheets in use by name."""
        ...

    async def sheet_of(self, digest: str) -> ScoreSheet:
        """The sheet as it was when somebody scored on it. Raises UnknownRecordError."""
        ...

    async def begin(self, call_id: str, sheet: str, by: str) -> Score:
        """The call's score on the sheet, pre-filled; the one there is, if there is one.

        Raises UnknownRecordError for call or sheet, NotNowError.
        """
        ...

    async def score(self, score_id: str) -> Score:
        """One score. Raises UnknownRecordError."""
        ...

    async def scores_of(self, call_id: str) -> Sequence[Score]:
        """Every score of a call, oldest first; those of open calibrations are left out."""
        ...

    async def scores(
        self,
        *,
        agent_id: str | None,
        team: str | None,
        inspector: str | None,
        state: Sequence[ScoreState],
        since: datetime | None,
        before: datetime | None,
        limit: int,
    ) -> Sequence[Score]:
        """Scores, newest first; those of calibrations are left out."""
        ...

    async def mark(self, score_id: str, version: int, mark: Mark, by: str) -> Score:
        """Judge one item. Raises UnknownRecordError, StaleRecordError, WrongMarkError, NotNowError."""
        ...

    async def close(self, score_id: str, version: int, note: str | None, by: str) -> Score:
        """The sheet is done. Raises UnknownRecordError, StaleRecordError, NotNowError while items are open."""
        ...

    async def score_trail(self, score_id: str) -> Sequence[TrailStep]:
        """Every step of a score, oldest first."""
        ...


class PlanSource(Protocol):
    """Sampling plans: those of the settings, and those made by lead inspectors."""

    async def all(self) -> Mapping[str, KeptPlan]:
        """The plans in force by name."""
        ...

    async def put(self, plan: SamplingPlan, version: int, by: str) -> KeptPlan:
        """Put a plan in force. Raises StaleRecordError, NotNowError for a sheet that is not there."""
        ...

    async def remove(self, name: str, version: int, by: str) -> None:
        """Draw nothing more by it. Raises UnknownRecordError, StaleRecordError."""
        ...


class WorklistSource(Protocol):
    """The tasks that sampling plans make."""

    async def draw(self, plan_name: str, period: str | None) -> Sequence[Task]:
        """The tasks of a plan for a week (`2026-W48`; None: this one).

        Raises UnknownRecordError, NotNowError, ValueError (period).
        """
        ...

    async def tasks(self, inspector: str | None, state: str | None, limit: int) -> Sequence[Task]:
        """A worklist, the next due first, within the same deadline the riskiest."""
        ...

    async def begin(self, task_id: str, by: str) -> Score:
        """Open the score of a task. Raises UnknownRecordError, NotNowError."""
        ...

    async def drop(self, task_id: str, version: int, by: str, reason: str) -> Task:
        """Take a call off the list. Raises UnknownRecordError, StaleRecordError, NotNowError."""
        ...


class ImprovingSource(Protocol):
    """The closed loop of confirmed faults."""

    async def cases(
        self, *, agent_id: str | None, team: str | None, step: str | Sequence[str] | None, overdue: bool, limit: int
    ) -> Sequence[ImprovementView]:
        """Cases, the next due first."""
        ...

    async def reminders(self) -> Sequence[ImprovementView]:
        """Open cases whose deadline is near or past."""
        ...

    async def case(self, improvement_id: str) -> ImprovementView:
        """One case. Raises UnknownRecordError."""
        ...

    async def report(self, improvement_id: str, version: int, by: str) -> ImprovementView:
        """Agent and leader were told. Raises UnknownRecordError, StaleRecordError, NotNowError."""
        ...

    async def plan(self, improvement_id: str, version: int, plan: str, by: str) -> ImprovementView:
        """What will be done about it. Raises UnknownRecordError, StaleRecordError, NotNowError."""
        ...

    async def close(self, improvement_id: str, version: int, result: Result, reason: str, by: str) -> ImprovementView:
        """A person ends it. Raises UnknownRecordError, StaleRecordError, NotNowError."""
        ...

    async def trail(self, improvement_id: str) -> Sequence[TrailStep]:
        """Every step of a case, oldest first."""
        ...

    async def recheck_candidates(self, improvement_id: str) -> Sequence[str]:
        """Later calls of the agent to be heard again, oldest first. Raises UnknownRecordError."""
        ...


class AppealSource(Protocol):
    """Appeals against scores."""

    async def appeal(self, score_id: str, reason: str, by: str) -> AppealView:
        """The agent objects. Raises UnknownRecordError, NotNowError."""
        ...

    async def get(self, appeal_id: str) -> AppealView:
        """One appeal. Raises UnknownRecordError."""
        ...

    async def appeals(self, *, agent_id: str | None, state: AppealState | None, limit: int) -> Sequence[AppealView]:
        """Appeals, newest first."""
        ...

    async def decide(
        self, appeal_id: str, version: int, *, marks: Sequence[Mark], changed: bool, reason: str, by: str
    ) -> AppealView:
        """Uphold or change. Raises UnknownRecordError, StaleRecordError, WrongMarkError, NotNowError."""
        ...

    async def ask_arbitration(self, appeal_id: str, version: int, reason: str, by: str) -> AppealView:
        """Agent or inspector does not accept it. Raises UnknownRecordError, StaleRecordError, NotNowError."""
        ...

    async def arbitrate(
        self, appeal_id: str, version: int, *, marks: Sequence[Mark], reason: str, by: str
    ) -> AppealView:
        """Decide for good. Raises UnknownRecordError, StaleRecordError, WrongMarkError, NotNowError."""
        ...


class CalibratingSource(Protocol):
    """Rounds in which several inspectors score the same calls blind."""

    async def begin(
        self, title: str, sheet: str, call_ids: Sequence[str], inspectors: Sequence[str], by: str
    ) -> Calibration:
        """Begin a round. Raises UnknownRecordError for sheet or call, NotNowError."""
        ...

    async def get(self, calibration_id: str) -> Calibration:
        """One round. Raises UnknownRecordError."""
        ...

    async def rounds(self, limit: int) -> Sequence[Calibration]:
        """Rounds, newest first."""
        ...

    async def score(self, calibration_id: str, call_id: str, by: str) -> Score:
        """This inspector's own blind score. Raises UnknownRecordError, NotNowError."""
        ...

    async def close(self, calibration_id: str, version: int, by: str) -> Calibration:
        """End the round. Raises UnknownRecordError, StaleRecordError, NotNowError."""
        ...

    async def scores(self, calibration_id: str) -> Sequence[Score]:
        """Every score of a round, drafts too, oldest first; what of them is shown to whom is not said here."""
        ...

    async def agreement(self, calibration_id: str) -> Agreement:
        """How far the inspectors agree. Raises UnknownRecordError, and NotNowError while the round is open."""
        ...


class LibrarySource(Protocol):
    """Good and bad examples by fault."""

    async def add(
        self,
        call_id: str,
        *,
        fault: str,
        good: bool,
        title: str,
        note: str | None,
        from_ms: int,
        to_ms: int,
        consent: bool,
        by: str,
        alert_id: str | None = None,
    ) -> Example:
        """Add a stretch of a call. Raises UnknownRecordError for the call, NotNowError."""
        ...

    async def examples(
        self,
        *,
        fault: str | None,
        limit: int,
        good: bool | None = None,
        consent: bool | None = None,
        words: str | None = None,
    ) -> Sequence[Example]:
        """What is in the library, newest first; `words` are looked for in fault, title and note."""
        ...

    async def get(self, example_id: str) -> Example:
        """One example. Raises UnknownRecordError, also when it was removed."""
        ...

    async def remove(self, example_id: str, version: int, by: str, reason: str) -> None:
        """Take it out. Raises UnknownRecordError, StaleRecordError."""
        ...


class CallBackSource(Protocol):
    """Customers who gave up waiting."""

    async def call_backs(self, *, state: str | None, limit: int) -> Sequence[CallBack]:
        """The next due first."""
        ...

    async def get(self, call_back_id: str) -> CallBack:
        """One. Raises UnknownRecordError."""
        ...

    async def claim(self, call_back_id: str, version: int, by: str) -> CallBack:
        """Take it in hand. Raises UnknownRecordError, StaleRecordError, NotNowError when it is over."""
        ...

    async def drop(self, call_back_id: str, version: int, reason: str, by: str) -> CallBack:
        """Nobody needs to be called. Raises UnknownRecordError, StaleRecordError, NotNowError when it is over."""
        ...

    async def tried(self, call_back_id: str, version: int, *, reached: bool, note: str | None, by: str) -> CallBack:
        """Somebody called. Raises UnknownRecordError, StaleRecordError, NotNowError when too early or closed."""
        ...


class OutsideSource(Protocol):
    """Figures that other systems supply."""

    async def put(self, figures: Sequence[OutsideFigure], by: str) -> int:
        """Keep them; a figure of the same day and name replaces the one before. Answers how many."""
        ...

    async def outside(self, figure: str | None, since: date, until: date) -> Sequence[OutsideFigure]:
        """Those of the days from `since` until before `until`, oldest first."""
        ...


class InspectionSource(Protocol):
    """The whole desk."""

    @property
    def scoring(self) -> ScoringSource:
        """Sheets and scores."""
        ...

    @property
    def plans(self) -> PlanSource:
        """Sampling plans."""
        ...

    @property
    def worklist(self) -> WorklistSource:
        """Plans and tasks."""
        ...

    @property
    def improving(self) -> ImprovingSource:
        """The closed loop."""
        ...

    @property
    def appeals(self) -> AppealSource:
        """Appeals."""
        ...

    @property
    def calibrating(self) -> CalibratingSource:
        """Calibration."""
        ...

    @property
    def library(self) -> LibrarySource:
        """Examples."""
        ...

    @property
    def call_backs(self) -> CallBackSource:
        """Customers to be called back."""
        ...

    @property
    def outside(self) -> OutsideSource:
        """Figures of other systems."""
        ...
