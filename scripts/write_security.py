"""Writes the tables of docs/security.md from the code: `python scripts/write_security.py`. A test says when."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from web.trust.rights import RIGHTS_OF_KEY, RIGHTS_OF_ROLE, Right  # noqa: E402
from web.trust.table import TABLE, Line  # noqa: E402

PAGE = ROOT / "docs" / "security.md"


def written(page: str) -> str:
    """The page with its tables as the code has them."""
    for name, table in (("roles", roles_table()), ("keys", keys_table()), ("routes", routes_table())):
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, rest = page.split(begin)
        page = before + begin + "\n" + table + "\n" + end + rest.split(end)[1]
    return page


def roles_table() -> str:
    """Role × right."""
    return _cross({role.value: rights for role, rights in RIGHTS_OF_ROLE.items()})


def keys_table() -> str:
    """Key × right."""
    return _cross({kind.value: rights for kind, rights in RIGHTS_OF_KEY.items()})


def routes_table() -> str:
    """Route × what it needs."""
    lines = ["| Route or socket | Right | About | Ledger |", "|---|---|---|---|"]
    lines += [f"| `{route}` | {_right(line)} | {line.of} | {line.act or ''} |" for route, line in sorted(TABLE.items())]
    return "\n".join(lines) + "\n"


def _right(line: Line) -> str:
    return f"{line.right or 'anybody'}{' (by ticket)' if line.ticket else ''}"


def _cross(columns: dict[str, frozenset[Right]]) -> str:
    lines = [f"| Right | {' | '.join(columns)} |", "|---|" + "---|" * len(columns)]
    shown = [right for right in Right if "admin" in columns or any(right in rights for rights in columns.values())]
    lines += [
        f"| {right} | {' | '.join('yes' if right in rights else '' for rights in columns.values())} |"
        for right in shown
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
