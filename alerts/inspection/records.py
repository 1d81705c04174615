"""The plain records of inspection: marks, results, improvements, appeals. What everybody may know of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class MarkState(StrEnum):
    """Who judged the item."""

    OPEN = "open"
    PROVED = "proved"
    JUDGED = "judged"


@dataclass(frozen=True, slots=True)
class Mark:
    """One item's judgement.

    `counts` says how often each thing happened: by deduction or occurrence id where the item has such, else under the
    item's own id. `choice` is a level's id, or passed, failed or not_involved of an indicator. `evidence` are ids of
    alerts.
    """

    item: str
    state: MarkState = MarkState.OPEN
    counts: Mapping[str, int] = field(default_factory=dict)
    choice: str | None = None
    evidence: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class GroupScore:
    """Points of one group: what it got, of how many, after its weight."""

    group: str
    points: Decimal
    most: Decimal


@dataclass(frozen=True, slots=True)
class IndicatorCount:
    """How the indicators of one call stand. `meets_standard` is the manual's 达标."""

    passed: int
    key_failed: int
    ordinary_failed: int
    not_involved: int
    meets_standard: bool


@dataclass(frozen=True, slots=True)
class SheetScore:
    """A sheet's result as it stands: open items count as faultless, `open_items` names those a person must judge.

    `points` and `most` are None on indicator sheets, `indicators` on points sheets. `passed` is pass mark reached and
    nothing fatal, or the standard met. `monthly_points` go off (negative) or onto the agent's month.
    """

    points: Decimal | None
    most: Decimal | None
    groups: tuple[GroupScore, ...]
    bonus: Decimal
    monthly_points: Decimal
    fatal: tuple[str, ...]
    grade: str | None
    passed: bool
    indicators: IndicatorCount | None
    open_items: tuple[str, ...]


class Step(StrEnum):
    """What is to be done next."""

    REPORT = "report"
    PLAN = "plan"
    RECHECK = "recheck"
    CLOSED = "closed"


class Result(StrEnum):
    """What came of an improvement."""

    IMPROVED = "improved"
    REPEATED = "repeated"
    WITHDRAWN = "withdrawn"  # it was no fault: an appeal was right, or somebody was wrong


@dataclass(frozen=True, slots=True)
class Improvement:
    """One agent's confirmed fault on its way: told to agent and leader, planned against, checked again."""

    improvement_id: str
    agent_id: str
    team: str | None
    site: str | None
    fault: str
    call_id: str
    confirmed_at: datetime
    step: Step = Step.REPORT
    reported_at: datetime | None = None
    plan: str | None = None
    planned_at: datetime | None = None
    rechecked: tuple[tuple[str, bool], ...] = ()
    result: Result | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BeforeAndAfter:
    """How often the same fault was found per 100 calls of the agent; None where there were no calls."""

    before_per_100: float | None
    after_per_100: float | None


class AppealState(StrEnum):
    """Where an appeal stands."""

    OPEN = "open"
    UPHELD = "upheld"
    CHANGED = "changed"
    ARBITRATION = "arbitration"
    FINAL = "final"


class AppealAct(StrEnum):
    """What people do."""

    APPEAL = "appeal"
    UPHOLD = "uphold"
    CHANGE = "change"
    ARBITRATE = "arbitrate"
    DECIDE = "decide"


@dataclass(frozen=True, slots=True)
class AppealStep:
    """One line of the trail."""

    act: AppealAct
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Appeal:
    """An agent's objection to a score. `trail` is never shortened."""

    appeal_id: str
    score_id: str
    agent_id: str
    inspector: str
    state: AppealState
    trail: tuple[AppealStep, ...]


class Scale(StrEnum):
    """What differences mean: none but being different, an order, or amounts."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


class WrongMarkError(Exception):
    """A judgement that the item does not know. The text says which item, what is wrong and what is possible."""
