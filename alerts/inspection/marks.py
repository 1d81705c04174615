"""How the items of a sheet stand for one call: open, proved by findings, or judged by a person."""

from alerts.inspection.records import Mark, MarkState, WrongMarkError
from config.score_items import (
    BonusItem,
    DeductionItem,
    ErrorsItem,
    FatalItem,
    IndicatorItem,
    Item,
    LevelItem,
    MistakeItem,
    PenaltyItem,
)
from config.score_sheets import ScoreSheet

_MOST_OCCURRENCES = 1_000
PASSED, FAILED, NOT_INVOLVED = "passed", "failed", "not_involved"


def checked_mark(sheet: ScoreSheet, mark: Mark) -> Mark:
    """The mark, if its item can be judged so. Raises WrongMarkError."""
    try:
        item = sheet.item(mark.item)
    except KeyError:
        raise WrongMarkError(f"{mark.item}: the sheet {sheet.sheet} has no such item") from None
    countable, choices = _possible(item)
    for name, times in mark.counts.items():
        if name not in countable:
            raise WrongMarkError(f"{item.id}: nothing called {name} is counted; possible: {_listed(countable)}")
        if not 0 <= times <= _MOST_OCCURRENCES:
            raise WrongMarkError(f"{item.id}: {name} must be 0 to {_MOST_OCCURRENCES} times")
    if mark.choice is not None and mark.choice not in choices:
        raise WrongMarkError(f"{item.id}: {mark.choice} cannot be chosen; possible: {_listed(choices)}")
    if choices and mark.choice is None and mark.state is not MarkState.OPEN:
        raise WrongMarkError(f"{item.id}: choose one of {_listed(choices)}")
    return mark


def _possible(item: Item) -> tuple[tuple[str, ...], tuple[str, ...]]:
    match item:
        case DeductionItem():
            return tuple(each.id for each in item.deductions), ()
        case PenaltyItem():
            return tuple(each.id for each in item.occurrences) or (item.id,), ()
        case LevelItem():
            return (), tuple(each.id for each in item.levels)
        case IndicatorItem():
            return (), (PASSED, FAILED, NOT_INVOLVED)
        case ErrorsItem() | FatalItem() | MistakeItem() | BonusItem():
            return (item.id,), ()


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) if names else "none"
