"""Rows of the places that somebody's rights are about."""

from sqlalchemy import ColumnElement, Table, false

from web.trust.who import Scope


def in_scope(table: Table, scope: Scope) -> list[ColumnElement[bool]]:
    """What must hold of a table's site, team and queue; of an empty scope nothing is."""
    if scope.everywhere:
        return []
    named = [(table.c[name], names) for name in ("site", "team", "queue") if (names := getattr(scope, f"{name}s"))]
    return [column.in_(sorted(names)) for column, names in named] or [false()]
