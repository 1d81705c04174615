"""docs/security.md says what the code does."""

import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_the_tables_are_fresh() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")

    assert page == runpy.run_path(str(ROOT / "scripts" / "write_security.py"))["written"](page), (
        "run: python scripts/write_security.py"
    )
