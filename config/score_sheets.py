"""Score sheets: YAML written by quality staff in, frozen and checked sheets out."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from config.numbered_yaml import NumberedYaml, Where, numbered_yaml_of, read_numbered_yaml
from config.rule_faults import cure_of
from config.rule_packs import Wording
from config.score_items import (
    BonusItem,
    Deduction,
    DeductionItem,
    ErrorsItem,
    FatalItem,
    IndicatorItem,
    Item,
    ItemId,
    Level,
    LevelItem,
    MistakeItem,
    PenaltyItem,
    Points,
    Proof,
    most_points,
)
from config.section import Section


class ScoreSheetError(Exception):
    """Score sheets that cannot be used. The text names every fault with file, line and cure; `faults` holds them."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("Score sheets that cannot be used:\n  " + "\n  ".join(faults))
        self.faults = tuple(faults)


class Grade(Section):
    """A word for a score: from so many points on."""

    id: ItemId
    title: Wording
    at_least: Annotated[Decimal, Field(ge=0, le=1_000)]


class Group(Section):
    """Items that belong together. With a weight, the share of its points that was reached counts so much."""

    id: ItemId
    title: Wording
    weight: Points | None = None
    items: tuple[Item, ...] = Field(min_length=1)

    @property
    def most_points(self) -> Decimal:
        """What its items give together, before the weight."""
        return most_points(self.items)


class IndicatorLimits(Section):
    """When a call of an indicator sheet meets the standard, and what a hotline of several calls is called."""

    ordinary_failed_below: int = Field(2, ge=1, le=100)
    not_involved_below: int = Field(4, ge=1, le=100)
    cold_passed_below: int = Field(10, ge=1, le=100)
    excellent_ordinary_failed_at_most: int = Field(2, ge=0, le=100)
    dead_after_dials: int = Field(3, ge=1, le=100)


class ScoreSheet(Section):
    """One sheet. `points` sheets add and take points; `indicators` sheets count what passed."""

    sheet: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    version: int = Field(ge=1, le=1_000_000)
    title: Wording
    source: str | None = None
    arithmetic: Literal["points", "indicators"] = "points"
    total_points: Points | None = None
    pass_points: Annotated[Decimal, Field(ge=0, le=1_000)] | None = None
    grades: tuple[Grade, ...] = ()
    limits: IndicatorLimits | None = None
    groups: tuple[Group, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        faults = [*self._wrong_names(), *(self._wrong_points() if self.arithmetic == "points" else self._wrong_marks())]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _wrong_names(self) -> Iterator[str]:
        ids = [group.id for group in self.groups] + [item.id for item in self.items]
        for twice in sorted({each for each in ids if ids.count(each) > 1}):
            yield f"`{twice}` is the id of two groups or items; give one another"
        for group in self.groups:
            own = {item.id: item for item in group.items}
            for item in group.items:
                parts = [each.id for each in _parts(item)]
                if len(set(parts)) < len(parts):
                    yield f"item `{item.id}` uses an id twice; give one another"
                if isinstance(item, PenaltyItem):
                    for name in item.takes_from:
                        if not isinstance(own.get(name), DeductionItem | LevelItem | ErrorsItem):
                            yield f"item `{item.id}` takes from `{name}`, no item with points of its group"

    def _wrong_points(self) -> Iterator[str]:
        if self.limits is not None:
            yield "limits belong to arithmetic: indicators"
        if self.total_points is None or self.pass_points is None:
            yield "total_points and pass_points are missing; add them"
            return
        if any(isinstance(item, IndicatorItem) for item in self.items):
            yield "indicators belong to arithmetic: indicators"
        weights = [group.weight for group in self.groups if group.weight is not None]
        if weights and len(weights) < sum(1 for group in self.groups if group.most_points):
            yield "either every group with points has a weight, or none"
        elif any(group.weight is not None and not group.most_points for group in self.groups):
            yield "a group without points can have no weight"
        else:
            whole = sum(weights) if weights else sum(group.most_points for group in self.groups)
            if whole != self.total_points:
                yield f"total_points is {self.total_points}, but the groups make {whole}"
        if self.pass_points > self.total_points:
            yield "pass_points is more than total_points"
        bounds = [grade.at_least for grade in self.grades]
        if bounds != sorted(set(bounds), reverse=True):
            yield "grades must be written best first, each with other points"
        if bounds and bounds[-1] != 0:
            yield "the last grade must be at_least: 0"

    def _wrong_marks(self) -> Iterator[str]:
        if self.total_points is not None or self.pass_points is not None or self.grades:
            yield "an indicator sheet has no points and no grades"
        if not all(isinstance(item, IndicatorItem) for item in self.items):
            yield "an indicator sheet holds indicators only"

    @property
    def items(self) -> tuple[Item, ...]:
        """All items in the order of the sheet."""
        return tuple(item for group in self.groups for item in group.items)

    def item(self, item_id: str) -> Item:
        """The item of this id. Raises KeyError."""
        return self._by_id[item_id]

    @cached_property
    def _by_id(self) -> dict[str, Item]:
        return {item.id: item for item in self.items}

    @cached_property
    def digest(self) -> str:
        """Twelve letters that change with the content."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]


def _parts(item: Item) -> Sequence[Deduction | Level]:
    match item:
        case DeductionItem():
            return item.deductions
        case PenaltyItem():
            return item.occurrences
        case LevelItem():
            return item.levels
        case _:
            return ()


def packaged_sheets() -> Path:
    """The folder of the sheets that come along."""
    return Path(__file__).parent / "sheets"


_SECTIONS = (
    *(ScoreSheet, Group, Grade, IndicatorLimits, Proof, Deduction, Level, Wording, DeductionItem, LevelItem),
    *(ErrorsItem, PenaltyItem, FatalItem, MistakeItem, BonusItem, IndicatorItem),
)
_KEYS = sorted({name for section in _SECTIONS for name in section.model_fields})
_PLACE = re.compile(r"sheet(?:, line (\d+))?: (.*)", re.DOTALL)
_FORMS = {"deductions", "levels", "errors", "penalty", "fatal", "mistake", "bonus", "indicator"}


def load_score_sheets(folder: Path) -> dict[str, ScoreSheet]:
    """The sheets of a folder (one a file, named like the sheet) by name.

    Raises ScoreSheetError naming all faults at once, each with its file, line and cure.
    """
    faults: list[str] = []
    sheets: dict[str, ScoreSheet] = {}
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise ScoreSheetError([f"{folder}: holds no score sheets; put some (.yaml) there"])
    for file in files:
        document = read_numbered_yaml(file, faults)
        if document is None:
            continue
        sheet = sheet_of(document, faults)
        if sheet is None:
            continue
        if sheet.sheet != file.stem:
            line = document.line_of(("sheet",))
            faults.append(f"{file}, line {line}: the sheet must be called like its file, `{file.stem}`")
        sheets[sheet.sheet] = sheet
    if faults:
        raise ScoreSheetError(faults)
    return sheets


def checked_sheet(text: str) -> tuple[ScoreSheet | None, list[tuple[int | None, str]]]:
    """The sheet that a text holds, or None; and each fault with its line (None: of the whole) and cure."""
    file, faults = Path("sheet"), list[str]()
    document = numbered_yaml_of(file, text, faults)
    sheet = sheet_of(document, faults) if document is not None else None
    return (None if faults else sheet), [_placed(fault) for fault in faults]


def _placed(fault: str) -> tuple[int | None, str]:
    found = _PLACE.fullmatch(fault)
    return (int(found[1]) if found[1] else None, found[2]) if found is not None else (None, fault)


def sheet_of(document: NumberedYaml, faults: list[str]) -> ScoreSheet | None:
    """The sheet in a file, or None with its faults added."""
    if not isinstance(document.content, dict):
        faults.append(f"{document.file}, line 1: must be a mapping with `sheet:`, `version:`, `title:` and `groups:`")
        return None
    try:
        return ScoreSheet.model_validate(document.content)
    except ValidationError as error:
        found = [(_place_of(fault["loc"]), fault) for fault in error.errors()]
        for where, fault in found:
            if fault["type"] == "too_short" and any(where == other[: len(where)] != other for other, _ in found):
                continue  # what is wrong in a list is not counted as its content
            name = ".".join(str(part) for part in where) or "sheet"
            faults.append(f"{document.file}, line {document.line_of(where)}: {name}: {_cure(fault, where)}")
        return None


def _place_of(loc: tuple[str | int, ...]) -> Where:
    """The way to a value in the file: without the form that Pydantic names after the number of an item."""
    return tuple(
        part for number, part in enumerate(loc) if not (part in _FORMS and number >= 2 and loc[number - 2] == "items")
    )


def _cure(fault: Any, where: tuple[str | int, ...]) -> str:
    match fault["type"]:
        case "union_tag_not_found" | "union_tag_invalid":
            return f"form must be one of {', '.join(sorted(_FORMS))}"
        case kind:
            return cure_of(kind, fault["msg"], where, _KEYS)
