"""The arithmetic of a score sheet: marks in, points, grade and whether the call meets the standard out."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from alerts.inspection.marks import FAILED, NOT_INVOLVED, PASSED
from alerts.inspection.records import GroupScore, IndicatorCount, Mark, MarkState, SheetScore
from config.score_items import (
    BonusItem,
    Deduction,
    DeductionItem,
    ErrorsItem,
    FatalItem,
    IndicatorItem,
    Item,
    LevelItem,
    MistakeItem,
    PenaltyItem,
)
from config.score_sheets import Group, IndicatorLimits, ScoreSheet

_HUNDREDTH = Decimal("0.01")
_NONE = Decimal(0)


def score_of(sheet: ScoreSheet, marks: Mapping[str, Mark]) -> SheetScore:
    """The result of a sheet with these marks by item; an item without one is open."""
    still_open = tuple(item.id for item in sheet.items if item.required and _mark(marks, item).state is MarkState.OPEN)
    if sheet.arithmetic == "indicators":
        counted = _indicators(sheet, marks)
        return SheetScore(
            *(None, None, (), _NONE, _NONE, (), None),
            passed=counted.meets_standard,
            indicators=counted,
            open_items=still_open,
        )
    fatal = [
        (item, group)
        for group in sheet.groups
        for item in group.items
        if isinstance(item, FatalItem) and _times(_mark(marks, item), item.id)
    ]
    groups = tuple(_group_score(group, marks, zeroed=any(each is group for _, each in fatal)) for group in sheet.groups)
    zeroed = any(item.zeroes == "call" for item, _ in fatal)
    bonus = _NONE if zeroed else sum((_bonus(item, marks) for item in sheet.items), _NONE)
    points = _NONE if zeroed else sum((each.points for each in groups), _NONE) + bonus
    points = points.quantize(_HUNDREDTH, ROUND_HALF_UP)
    grade = next((each.id for each in sheet.grades if points >= each.at_least), None)
    return SheetScore(
        points=points,
        most=sheet.total_points,
        groups=groups,
        bonus=bonus,
        monthly_points=sum((_monthly(item, marks) for item in sheet.items), _NONE),
        fatal=tuple(item.id for item, _ in fatal),
        grade=grade,
        passed=not fatal and sheet.pass_points is not None and points >= sheet.pass_points,
        indicators=None,
        open_items=still_open,
    )


def _group_score(group: Group, marks: Mapping[str, Mark], *, zeroed: bool) -> GroupScore:
    most = group.weight if group.weight is not None else group.most_points
    if zeroed:
        return GroupScore(group.id, _NONE, most)
    got = {item.id: _own_points(item, _mark(marks, item)) for item in group.items}
    for item in group.items:
        if isinstance(item, PenaltyItem):
            _take(got, item, _penalty(item, _mark(marks, item)))
    points = sum(got.values(), _NONE)
    if group.weight is not None:
        points = points * group.weight / group.most_points
    return GroupScore(group.id, points, most)


def _own_points(item: Item, mark: Mark) -> Decimal:
    match item:
        case DeductionItem():
            lost = [_lost(each, mark) for each in item.deductions]
            return _NONE if None in lost else max(_NONE, item.points - sum(filter(None, lost), _NONE))
        case LevelItem():
            return next((each.points for each in item.levels if each.id == mark.choice), item.points)
        case ErrorsItem():
            return item.points_by_errors[min(_times(mark, item.id), len(item.points_by_errors) - 1)]
        case _:
            return _NONE


def _lost(deduction: Deduction, mark: Mark) -> Decimal | None:
    """What a deduction costs; None for the whole item."""
    times = _times(mark, deduction.id)
    if deduction.points == "all":
        return None if times else _NONE
    return deduction.points * min(times, deduction.at_most or times)


def _penalty(item: PenaltyItem, mark: Mark) -> Decimal:
    return item.each * min(item.at_most, sum(mark.counts.values()))


def _take(got: dict[str, Decimal], item: PenaltyItem, points: Decimal) -> None:
    for name in item.takes_from:
        taken = min(points, got[name])
        got[name] -= taken
        points -= taken


def _bonus(item: Item, marks: Mapping[str, Mark]) -> Decimal:
    if not isinstance(item, BonusItem):
        return _NONE
    return item.points * min(item.at_most, _times(_mark(marks, item), item.id))


def _monthly(item: Item, marks: Mapping[str, Mark]) -> Decimal:
    times = _times(_mark(marks, item), item.id)
    match item:
        case FatalItem() | MistakeItem():
            return -item.monthly_points * times
        case BonusItem():
            return item.monthly_points * min(item.at_most, times)
        case _:
            return _NONE


def _indicators(sheet: ScoreSheet, marks: Mapping[str, Mark]) -> IndicatorCount:
    limits = sheet.limits or IndicatorLimits()
    items = [item for item in sheet.items if isinstance(item, IndicatorItem)]
    chosen = [(item.key, _mark(marks, item).choice) for item in items]
    passed = sum(choice == PASSED for _, choice in chosen)
    key_failed = sum(key and choice == FAILED for key, choice in chosen)
    ordinary_failed = sum(not key and choice == FAILED for key, choice in chosen)
    not_involved = sum(choice == NOT_INVOLVED for _, choice in chosen)
    meets = (
        all(choice == PASSED for key, choice in chosen if key)
        and ordinary_failed < limits.ordinary_failed_below
        and not_involved < limits.not_involved_below
    )
    return IndicatorCount(passed, key_failed, ordinary_failed, not_involved, meets)


class Hotline(StrEnum):
    """What the manual calls a tested hotline: 死线, 冷线, 普通热线, 优秀热线."""

    DEAD = "dead"
    COLD = "cold"
    ORDINARY = "ordinary"
    EXCELLENT = "excellent"


def hotline_of(sheet: ScoreSheet, dials: int, calls: Iterable[Mapping[str, Mark]]) -> Hotline | None:
    """The class of a hotline after so many dials and the scored calls that got through; None while it is too early.

    (002 呼叫中心话务服务质检测评细则.) Of several calls an indicator is passed when it failed
    in none and passed in one.
    """
    limits = sheet.limits or IndicatorLimits()
    scored = list(calls)
    if not scored:
        return Hotline.DEAD if dials >= limits.dead_after_dials else None
    joined = {item.id: Mark(item.id, MarkState.JUDGED, choice=_joined(item, scored)) for item in sheet.items}
    counted = _indicators(sheet, joined)
    keys_passed = all(
        joined[item.id].choice == PASSED for item in sheet.items if isinstance(item, IndicatorItem) and item.key
    )
    if counted.passed < limits.cold_passed_below:
        return Hotline.COLD
    if keys_passed and counted.ordinary_failed <= limits.excellent_ordinary_failed_at_most:
        return Hotline.EXCELLENT
    return Hotline.ORDINARY


def _joined(item: Item, calls: Iterable[Mapping[str, Mark]]) -> str:
    choices = [_mark(marks, item).choice for marks in calls]
    if FAILED in choices:
        return FAILED
    return PASSED if PASSED in choices else NOT_INVOLVED


def _mark(marks: Mapping[str, Mark], item: Item) -> Mark:
    return marks.get(item.id) or Mark(item.id)


def _times(mark: Mark, name: str) -> int:
    return mark.counts.get(name, 0)
