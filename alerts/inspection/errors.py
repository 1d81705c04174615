"""Errors of a scored call as the manuals count them: 服务致命, 业务致命, 差错, and whatever else was wrong."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from alerts.inspection.records import Mark
from config.score_items import FatalItem, MistakeItem
from config.score_sheets import ScoreSheet


class ErrorKind(StrEnum):
    """How grave an error is."""

    SERVICE_FATAL = "service_fatal"
    BUSINESS_FATAL = "business_fatal"
    MISTAKE = "mistake"
    MINOR = "minor"


@dataclass(frozen=True, slots=True)
class ScoredError:
    """One item of a sheet that was judged faulty; `evidence` are ids of the alerts that prove it."""

    item: str
    kind: ErrorKind
    evidence: tuple[str, ...]


def is_fault(mark: Mark) -> bool:
    """Whether a mark says that something was wrong; levels and bonus do not."""
    return mark.choice == "failed" or (mark.choice is None and any(mark.counts.values()))


def errors_of(sheet: ScoreSheet, marks: Iterable[Mark]) -> tuple[ScoredError, ...]:
    """The faulty items among these marks, in their order. What earns points is none, whatever its count."""
    items = {item.id: item for item in sheet.items}
    found = []
    for mark in marks:
        item = items.get(mark.item)
        if item is None or item.form == "bonus" or not is_fault(mark):
            continue
        kind = ErrorKind.MINOR
        if isinstance(item, FatalItem):
            kind = ErrorKind.SERVICE_FATAL if item.category == "service" else ErrorKind.BUSINESS_FATAL
        elif isinstance(item, MistakeItem):
            kind = ErrorKind.MISTAKE
        found.append(ScoredError(mark.item, kind, mark.evidence))
    return tuple(found)
