"""The items of a score sheet: what can be judged about a call, and what each judgement costs or earns."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from config.rule_packs import Wording
from config.section import Section

ItemId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Points = Annotated[Decimal, Field(gt=0, le=1_000, decimal_places=2)]
_Some = Annotated[Decimal, Field(ge=0, le=1_000, decimal_places=2)]
_Times = Annotated[int, Field(ge=1, le=100)]


class Proof(Section):
    """A finding that proves an occurrence: an alert of this kind, or of this rule, at least so severe.

    `once_per` findings make one occurrence: the manual's "three times and more" is one fault.
    """

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")] | None = None
    rule: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}\.[a-z]+(\.[a-z0-9_]+)?$")] | None = None
    severity: Literal["info", "minor", "major", "critical"] = "info"
    once_per: _Times = 1

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.kind is None) == (self.rule is None):
            raise ValueError("name either a kind or a rule")
        return self


class _Item(Section):
    """What all items have in common."""

    id: ItemId
    title: Wording
    clause: str | None = None
    required: bool = Field(True, description="Whether a person must judge it before the sheet can be closed.")


class Deduction(Section):
    """One way to lose points: so many for each occurrence, or `all` of the item's at the first."""

    id: ItemId
    title: Wording
    points: Points | Literal["all"]
    at_most: _Times | None = Field(None, description="Occurrences beyond these cost nothing more.")
    proved_by: tuple[Proof, ...] = ()


class DeductionItem(_Item):
    """Begins with its points and loses some for each occurrence, down to nothing."""

    form: Literal["deductions"]
    points: Points
    deductions: tuple[Deduction, ...] = Field(min_length=1)


class Level(Section):
    """One grade of a graded item."""

    id: ItemId
    title: Wording
    points: _Some


class LevelItem(_Item):
    """The inspector chooses a level, best first; the best gives the item's points."""

    form: Literal["levels"]
    levels: tuple[Level, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _descends(self) -> Self:
        points = [level.points for level in self.levels]
        if points != sorted(points, reverse=True) or points[0] <= points[-1]:
            raise ValueError("levels must be written best first")
        return self

    @property
    def points(self) -> Decimal:
        """The most it gives."""
        return self.levels[0].points


class ErrorsItem(_Item):
    """Points by the number of errors: `points_by_errors` holds those for 0, 1, 2 … errors; the last holds for more."""

    form: Literal["errors"]
    points_by_errors: tuple[_Some, ...] = Field(min_length=2)
    proved_by: tuple[Proof, ...] = ()

    @model_validator(mode="after")
    def _descends(self) -> Self:
        steps = list(self.points_by_errors)
        if steps != sorted(steps, reverse=True) or steps[0] <= 0:
            raise ValueError("points_by_errors must begin with the most and never rise")
        return self

    @property
    def points(self) -> Decimal:
        """The most it gives."""
        return self.points_by_errors[0]


class PenaltyItem(_Item):
    """Takes points from other items of its group: for each occurrence, at most so often, never below nothing there."""

    form: Literal["penalty"]
    each: Points
    at_most: _Times = 1
    takes_from: tuple[ItemId, ...] = Field(min_length=1)
    occurrences: tuple[Deduction, ...] = ()
    proved_by: tuple[Proof, ...] = ()


class FatalItem(_Item):
    """An error after which nothing else counts: the call, or its group, gets no points.

    `monthly_points` go off the agent's month for each occurrence.
    """

    form: Literal["fatal"]
    category: Literal["service", "business"]
    zeroes: Literal["call", "group"] = "call"
    monthly_points: _Some = Decimal(0)
    proved_by: tuple[Proof, ...] = ()


class MistakeItem(_Item):
    """Costs nothing in the call but points of the agent's month, for each occurrence."""

    form: Literal["mistake"]
    monthly_points: Points
    proved_by: tuple[Proof, ...] = ()


class BonusItem(_Item):
    """Earns points for each occurrence: of the call, of the agent's month, or both."""

    form: Literal["bonus"]
    points: _Some = Decimal(0)
    monthly_points: _Some = Decimal(0)
    at_most: _Times = 1
    required: bool = False


class IndicatorItem(_Item):
    """Passed, failed or not involved; key ones must all be passed. Findings of `failed_by` prove a failure."""

    form: Literal["indicator"]
    key: bool = False
    failed_by: tuple[Proof, ...] = ()


Item = Annotated[
    DeductionItem | LevelItem | ErrorsItem | PenaltyItem | FatalItem | MistakeItem | BonusItem | IndicatorItem,
    Field(discriminator="form"),
]


def most_points(items: Iterable[Item]) -> Decimal:
    """What the items give together when nothing is wrong, bonus apart."""
    return sum(
        (item.points for item in items if isinstance(item, DeductionItem | LevelItem | ErrorsItem)), start=Decimal(0)
    )


def proofs_of(item: Item) -> tuple[Proof, ...]:
    """Every proof an item names."""
    match item:
        case DeductionItem():
            return tuple(proof for each in item.deductions for proof in each.proved_by)
        case PenaltyItem():
            return (*item.proved_by, *(proof for each in item.occurrences for proof in each.proved_by))
        case ErrorsItem() | FatalItem() | MistakeItem():
            return item.proved_by
        case IndicatorItem():
            return item.failed_by
        case LevelItem() | BonusItem():
            return ()
