"""Score sheets: those that come along can be read, every refusal names its line."""

from pathlib import Path

import pytest

from config.score_items import proofs_of
from config.score_sheets import ScoreSheetError, load_score_sheets, packaged_sheets

GOOD = """sheet: small
version: 1
title: {zh: 小, en: small}
total_points: 10
pass_points: 8
grades:
  - {id: good, title: {zh: 好, en: good}, at_least: 8}
  - {id: bad, title: {zh: 差, en: bad}, at_least: 0}
groups:
  - id: all_of_it
    title: {zh: 全, en: all}
    items:
      - id: greets
        form: deductions
        points: 10
        title: {zh: 问候, en: greets}
        deductions:
          - {id: no_greeting, points: 4, title: {zh: 无, en: none}, proved_by: [{kind: missing_greeting}]}
"""


def read(tmp_path: Path, text: str, name: str = "small") -> str:
    (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScoreSheetError) as error:
        load_score_sheets(tmp_path)
    return str(error.value)


def test_the_sheets_that_come_along_can_be_read() -> None:
    sheets = load_score_sheets(packaged_sheets())
    assert set(sheets) == {"hundred_points", "hotline_indicators", "outbound_survey"}
    assert any(proofs_of(item) for sheet in sheets.values() for item in sheet.items)


def test_a_sheet_is_known_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(GOOD, encoding="utf-8")
    first = load_score_sheets(tmp_path)["small"]
    (tmp_path / "small.yaml").write_text(GOOD.replace("points: 4", "points: 5"), encoding="utf-8")
    second = load_score_sheets(tmp_path)["small"]
    assert first.digest != second.digest
    assert first.item("greets").title.en == "greets"


@pytest.mark.parametrize(
    ("change", "line", "fault"),
    [
        (("version: 1\n", ""), 1, "version: is missing; add it"),
        (("version: 1", "version: 1\ncolour: red"), 3, "colour: no such key"),
        (("form: deductions", "form: guesses"), 13, "form must be one of"),
        (("        form: deductions\n", ""), 13, "form must be one of"),
        (("points: 4,", "points: -4,"), 18, "greater than 0"),
        (("points: 4,", "points: many,"), 18, "points"),
        (("total_points: 10", "total_points: 12"), 1, "total_points is 12, but the groups make 10"),
        (("pass_points: 8", "pass_points: 11"), 1, "pass_points is more than total_points"),
        (("at_least: 0", "at_least: 2"), 1, "the last grade must be at_least: 0"),
        (("at_least: 8}", "at_least: 0}"), 1, "grades must be written best first"),
        (("id: greets", "id: all_of_it"), 1, "`all_of_it` is the id of two groups or items"),
        (("{kind: missing_greeting}", "{}"), 18, "name either a kind or a rule"),
        (("sheet: small", "sheet: other"), 1, "must be called like its file, `small`"),
        (("total_points: 10\n", ""), 1, "total_points and pass_points are missing"),
        (("    items:", "    weight: 9\n    items:"), 1, "the groups make 9"),
    ],
)
def test_a_fault_is_shown_where_it_stands(tmp_path: Path, change: tuple[str, str], line: int, fault: str) -> None:
    assert change[0] in GOOD
    said = read(tmp_path, GOOD.replace(*change, 1))
    assert f"small.yaml, line {line}" in said
    assert fault in said


def test_all_faults_of_all_files_are_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "first.yaml").write_text("- a list", encoding="utf-8")
    said = read(tmp_path, GOOD.replace("pass_points: 8", "pass_points: 11"))
    assert "first.yaml, line 1: must be a mapping" in said
    assert "pass_points is more" in said


def test_an_empty_folder_and_broken_yaml_are_named(tmp_path: Path) -> None:
    with pytest.raises(ScoreSheetError, match="holds no score sheets"):
        load_score_sheets(tmp_path)
    assert "is not YAML" in read(tmp_path, "sheet: [")


PENALTY = """      - id: rude
        form: penalty
        each: 2
        takes_from: [nobody]
        title: {zh: 粗, en: rude}
"""


def test_a_penalty_takes_from_items_with_points_of_its_group(tmp_path: Path) -> None:
    assert "item `rude` takes from `nobody`" in read(tmp_path, GOOD + PENALTY)


INDICATORS = """sheet: small
version: 1
title: {zh: 小, en: small}
arithmetic: indicators
groups:
  - id: all_of_it
    title: {zh: 全, en: all}
    items: [{id: picks_up, form: indicator, key: true, title: {zh: 接, en: picks up}}]
"""


def test_indicators_and_points_do_not_mix(tmp_path: Path) -> None:
    assert "has no points" in read(tmp_path, INDICATORS.replace("version: 1", "version: 1\npass_points: 1"))
    item = "{id: extra, form: bonus, points: 1, title: {zh: 加, en: extra}}"
    assert "holds indicators only" in read(tmp_path, INDICATORS.replace("items: [", f"items: [{item}, "))
    assert "limits belong to" in read(tmp_path, GOOD.replace("version: 1", "version: 1\nlimits: {}"))
    item = "      - {id: picks_up, form: indicator, title: {zh: 接, en: picks up}}\n"
    assert "indicators belong to" in read(tmp_path, GOOD + item)


def test_levels_and_errors_descend(tmp_path: Path) -> None:
    level = "{{id: {0}, points: {1}, title: {{zh: a, en: a}}}}"
    levels = f"[{level.format('low', 1)}, {level.format('high', 2)}]"
    item = f"      - {{id: voice, form: levels, title: {{zh: 声, en: voice}}, levels: {levels}}}\n"
    assert "levels must be written best first" in read(tmp_path, GOOD + item)
    item = "      - {id: wrong, form: errors, title: {zh: 错, en: wrong}, points_by_errors: [0, 1]}\n"
    assert "must begin with the most" in read(tmp_path, GOOD + item)
