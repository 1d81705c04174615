"""The routes of an application as it stands: what they are called in the table, and which of them a request meets."""

from collections.abc import Iterator, Sequence

from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.applications import Starlette
from starlette.routing import Match, WebSocketRoute
from starlette.types import Scope


def names_of(app: Starlette) -> list[str]:
    """Every route of the application as the table names it: `GET /api/v1/calls`, `WS /ws/console`."""
    return [name for route in iter_route_contexts(app.router.routes) for name in _names(route)]


class Routes:
    """Finds the route that a request will meet, by the matching of the routes themselves."""

    def __init__(self, app: Starlette) -> None:
        self._routes: Sequence[RouteContext] = tuple(iter_route_contexts(app.router.routes))

    def find(self, scope: Scope) -> tuple[str, dict[str, str]] | None:
        """The route's name in the table and the values in its address; None where there is none (404, 405)."""
        for route in self._routes:
            match, found = route.matches(scope)
            if match is Match.FULL:
                method = "WS" if scope["type"] == "websocket" else str(scope["method"])
                values = {name: str(value) for name, value in found.get("path_params", {}).items()}
                return _name("GET" if method == "HEAD" else method, route), values
        return None


def _names(route: RouteContext) -> Iterator[str]:
    if isinstance(route.original_route, WebSocketRoute):
        yield _name("WS", route)
        return
    for method in sorted(route.methods or {"ANY"}):
        if method != "HEAD" or isinstance(route.original_route, APIRoute):
            yield _name(method, route)


def _name(method: str, route: RouteContext) -> str:
    return f"{method} {route.path or type(route.original_route).__name__}"
