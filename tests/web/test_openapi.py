"""The description kept in the repository is the one the routes give."""

import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_kept_description_is_fresh() -> None:
    written = runpy.run_path(str(ROOT / "scripts" / "write_openapi.py"))["description"]()

    kept = (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8")

    assert kept == written, "run: python scripts/write_openapi.py"
