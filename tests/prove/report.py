"""Where the numbers of the long runs go: one marked block per run in docs/benchmarks.md."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

_PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def write_block(name: str, title: str, command: str, lines: list[str]) -> None:
    """Replace (or add) the block `name`: title, command, commit, date, machine, then the lines of Markdown."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    stamp = f"`{command}` · commit {commit()} · {datetime.now(UTC):%Y-%m-%d} · {machine()}"
    block = "\n".join([begin, f"## {title}", "", stamp, "", *lines, end])
    page = _PAGE.read_text(encoding="utf-8") if _PAGE.exists() else "# Benchmarks\n"
    if begin in page:
        page = page[: page.index(begin)] + block + page[page.index(end) + len(end) :]
    else:
        page = page.rstrip() + "\n\n" + block + "\n"
    _PAGE.write_text(page, encoding="utf-8")


def table(header: list[str], rows: list[list[object]]) -> list[str]:
    """A Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    return lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` (0..1) of the values lie: nearest rank; nan when there are none."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


def commit() -> str:
    """The commit that is checked out."""
    answer = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return answer.stdout.strip() or "unknown"


def machine() -> str:
    """What the figures were measured on."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
