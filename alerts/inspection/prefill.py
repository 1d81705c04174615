"""Pre-filling a sheet: a call's findings in, marks of the items they prove out; the rest stays open for a person."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from alerts.alert import Severity
from alerts.inspection.marks import FAILED, PASSED
from alerts.inspection.records import Mark, MarkState
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
    Proof,
    proofs_of,
)
from config.score_sheets import ScoreSheet


@dataclass(frozen=True, slots=True)
class ProvenFault:
    """An alert that stands (nobody called it wrong), as far as a sheet asks."""

    alert_id: str
    kind: str
    rule: str
    severity: Severity
    count: int


def prefilled(
    sheet: ScoreSheet, faults: Sequence[ProvenFault], *, heard_whole: bool, undecided: Collection[str]
) -> dict[str, Mark]:
    """Marks by item for what is proved.

    A fault found proves itself. That there was none is proved only of items all whose ways to fail are listened for,
    and only when the whole call was heard (`heard_whole`) and none of these kinds is among the `undecided` ones.
    """
    marks: dict[str, Mark] = {}
    for item in sheet.items:
        counts, evidence = _counted(item, faults)
        if counts or _surely_none(item, heard_whole, undecided):
            choice = (FAILED if counts else PASSED) if isinstance(item, IndicatorItem) else None
            kept = {} if isinstance(item, IndicatorItem) else counts
            marks[item.id] = Mark(item.id, MarkState.PROVED, kept, choice, evidence)
    return marks


def _counted(item: Item, faults: Sequence[ProvenFault]) -> tuple[dict[str, int], tuple[str, ...]]:
    counts: dict[str, int] = {}
    evidence: list[str] = []
    for name, proofs in _ways(item):
        for proof in proofs:
            fitting = [fault for fault in faults if _proves(fault, proof)]
            times = sum(fault.count for fault in fitting) // proof.once_per
            if times:
                counts[name] = counts.get(name, 0) + times
                evidence += [fault.alert_id for fault in fitting if fault.alert_id not in evidence]
    return counts, tuple(evidence)


def _ways(item: Item) -> list[tuple[str, tuple[Proof, ...]]]:
    """What is counted in the item, and what proves it."""
    match item:
        case DeductionItem():
            return [(each.id, each.proved_by) for each in item.deductions]
        case PenaltyItem(occurrences=()):
            return [(item.id, item.proved_by)]
        case PenaltyItem():
            return [(each.id, each.proved_by) for each in item.occurrences]
        case ErrorsItem() | FatalItem() | MistakeItem():
            return [(item.id, item.proved_by)]
        case IndicatorItem():
            return [(item.id, item.failed_by)]
        case LevelItem() | BonusItem():
            return []


def _proves(fault: ProvenFault, proof: Proof) -> bool:
    if fault.severity < Severity[proof.severity.upper()]:
        return False
    if proof.kind is not None:
        return fault.kind == proof.kind
    return proof.rule is not None and (fault.rule == proof.rule or fault.rule.startswith(f"{proof.rule}."))


def _surely_none(item: Item, heard_whole: bool, undecided: Collection[str]) -> bool:
    ways = _ways(item)
    if not heard_whole or not ways or not all(proofs for _, proofs in ways):
        return False
    kinds = {proof.kind if proof.kind is not None else "phrase" for proof in proofs_of(item)}
    return not kinds & set(undecided)
