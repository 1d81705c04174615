"""Errors of a scored call by their kind: fatal ones, mistakes, the rest; what earns points is no error."""

from alerts.inspection.errors import ErrorKind, ScoredError, errors_of, is_fault
from alerts.inspection.records import Mark, MarkState
from config.score_items import BonusItem, FatalItem, MistakeItem
from config.score_sheets import load_score_sheets, packaged_sheets

_SHEETS = load_score_sheets(packaged_sheets())


def _of(form: type, **wanted: str) -> list[str]:
    return [
        item.id
        for item in _SHEETS["hundred_points"].items
        if isinstance(item, form) and all(getattr(item, name) == value for name, value in wanted.items())
    ]


def _judged(item: str, **counts: int) -> Mark:
    return Mark(item, MarkState.JUDGED, counts, evidence=("A1",))


def test_errors_have_the_kind_of_their_item() -> None:
    (service, *_), (business, *_) = _of(FatalItem, category="service"), _of(FatalItem, category="business")
    mistake = _of(MistakeItem)[0]
    marks = [_judged("correct", wrong=1), *(_judged(item, **{item: 1}) for item in (service, business, mistake))]
    assert errors_of(_SHEETS["hundred_points"], marks) == (
        ScoredError("correct", ErrorKind.MINOR, ("A1",)),
        ScoredError(service, ErrorKind.SERVICE_FATAL, ("A1",)),
        ScoredError(business, ErrorKind.BUSINESS_FATAL, ("A1",)),
        ScoredError(mistake, ErrorKind.MISTAKE, ("A1",)),
    )


def test_bonus_and_faultless_items_and_items_of_other_sheets_are_none() -> None:
    bonus = _of(BonusItem)[0]
    marks = [_judged(bonus, **{bonus: 1}), _judged("correct"), _judged("correct", wrong=0), _judged("moon", moon=1)]
    assert errors_of(_SHEETS["hundred_points"], marks) == ()


def test_a_failed_indicator_is_a_fault_and_a_level_is_none() -> None:
    assert is_fault(Mark("a", MarkState.JUDGED, choice="failed"))
    assert not is_fault(Mark("a", MarkState.JUDGED, choice="not_involved"))
    assert not is_fault(Mark("a", MarkState.JUDGED, {"a": 3}, choice="good"))
