"""`earshot rules`."""

import json
import shutil
from pathlib import Path

from typer.testing import CliRunner

from config.rule_packs import packaged_rules
from service.commands.program import app


def earshot(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, arguments)
    return done.exit_code, done.stdout, done.stderr


def english(tmp_path: Path, old: str = "", new: str = "") -> Path:
    folder = tmp_path / "rules" / "en"
    shutil.copytree(packaged_rules() / "en", folder)
    file = folder / "sales.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def line_of(file: Path, text: str) -> int:
    return next(n for n, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1) if text in line)


def test_rules_that_come_out_right(tmp_path: Path) -> None:
    folder = english(tmp_path)
    code, out, _ = earshot("rules", "check", str(folder.parent))
    assert code == 0
    assert "0 of them wrong" in out
    assert earshot("rules", "check", str(folder))[1] == out


def test_an_example_that_comes_out_wrong_is_named_with_file_and_line(tmp_path: Path) -> None:
    folder = english(tmp_path, "count: {at_least: 3, within_s: 900}", "count: {at_least: 2, within_s: 900}")
    code, out, said = earshot("rules", "check", str(folder))
    assert code == 1
    line = line_of(folder / "sales.yaml", "alright I will think about it")
    assert f"sales.yaml, line {line}: en.sales.third_push raises the rule: 10 agent: we have a special offer" in said
    assert "1 of them wrong" in out
    code, out, _ = earshot("rules", "check", str(folder), "--json")
    (failed,) = json.loads(out)["failed"]
    assert (code, failed["rule"], failed["line"], failed["wrong"]) == (
        1,
        "en.sales.third_push",
        line,
        "raises the rule",
    )


def test_rules_that_cannot_be_read_are_refused_all_at_once(tmp_path: Path) -> None:
    folder = english(tmp_path, "leg: customer", "leg: caller")
    (folder / "wait.yaml").write_text("rules: [", encoding="utf-8")
    code, _, said = earshot("rules", "check", str(folder))
    assert code == 1
    assert "sales.yaml, line" in said
    assert "wait.yaml, line" in said
    assert "2 faults; the rules cannot be used." in said
    code, out, _ = earshot("rules", "check", str(folder), "--json")
    assert (code, len(json.loads(out)["refused"])) == (1, 2)


def test_a_folder_without_rules(tmp_path: Path) -> None:
    code, _, said = earshot("rules", "check", str(tmp_path))
    assert code == 1
    assert "holds no rules" in said
