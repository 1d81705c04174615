"""The table of rights against the routes that are really there."""

import ast
from pathlib import Path

import pytest

from tests.web.trust.application import whole_application
from web.trust.routes import Routes, names_of
from web.trust.table import TABLE, Of

_ROOT = Path(__file__).resolve().parents[3]
_NAMES = names_of(whole_application())


def test_every_route_has_a_line() -> None:
    missing = sorted(set(_NAMES) - set(TABLE))

    assert missing == [], "add to TABLE in web/trust/table.py: " + ", ".join(
        f'"{name}": Line(Right.…, Of.…)' for name in missing
    )


def test_every_line_has_a_route() -> None:
    assert sorted(set(TABLE) - set(_NAMES)) == [], "take these out of TABLE, or give the new name of their route"


def test_no_route_stands_there_twice() -> None:
    assert len(_NAMES) == len(set(_NAMES))


@pytest.mark.parametrize("name", sorted(TABLE))
def test_a_line_that_looks_at_an_address_finds_it_there(name: str) -> None:
    needed = {Of.CALL: "{call_id}", Of.ALERT: "{alert_id}", Of.AGENT: "{agent_id}"}.get(TABLE[name].of, "")

    assert needed in name


def test_the_application_here_has_the_routers_of_the_real_one() -> None:
    """What `service.main` puts in and this room's application does not would escape the tests above."""
    main = ast.parse((_ROOT / "service" / "main.py").read_text(encoding="utf-8"))
    ours = ast.parse((_ROOT / "tests" / "web" / "trust" / "application.py").read_text(encoding="utf-8"))

    assert _routers(main) == _routers(ours), "put the same routers into tests/web/trust/application.py"


def _routers(tree: ast.AST) -> set[str]:
    """Names of the functions and methods that make routers."""
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = [each.id if isinstance(each, ast.Name) else getattr(each, "attr", "") for each in calls]
    ends = ("_router", "_doors", "_door", "router", "routers")
    return {name for name in names if name.endswith(ends) and name != "include_router"}


@pytest.mark.parametrize(
    ("kind", "method", "path", "found"),
    [
        ("http", "GET", "/api/v1/alerts/suppressed", "GET /api/v1/alerts/suppressed"),
        ("http", "GET", "/api/v1/alerts/a1", "GET /api/v1/alerts/{alert_id}"),
        ("http", "HEAD", "/api/v1/openapi.json", "GET /api/v1/openapi.json"),
        ("http", "DELETE", "/", None),
        ("http", "GET", "//api/v1/calls", None),
        ("websocket", "", "/ws/listen/call-1", "WS /ws/listen/{call_id}"),
        ("websocket", "", "/api/v1/calls", None),
    ],
)
def test_a_request_meets_the_route_that_serves_it(kind: str, method: str, path: str, found: str | None) -> None:
    scope = {"type": kind, "method": method, "path": path, "root_path": "", "headers": []}

    met = Routes(whole_application()).find(scope)

    assert (met[0] if met is not None else None) == found
