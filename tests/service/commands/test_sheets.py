"""`earshot sheets check`."""

import json
from pathlib import Path

from typer.testing import CliRunner

from service.commands.program import app


def test_the_sheets_that_come_along_are_listed() -> None:
    found = CliRunner().invoke(app, ["sheets", "check", "--json"])
    assert found.exit_code == 0
    assert {sheet["sheet"]: sheet["items"] for sheet in json.loads(found.stdout)["sheets"]}["hotline_indicators"] == 15
    assert "hundred_points" in CliRunner().invoke(app, ["sheets", "check"]).stdout


def test_every_fault_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("sheet: own\nversion: none\n", encoding="utf-8")
    found = CliRunner().invoke(app, ["sheets", "check", str(tmp_path)])
    assert found.exit_code == 1
    assert "own.yaml, line 2" in found.stderr.replace("\n", "")
