"""The pages and their files: read once, served from memory under a path that names their content."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from fastapi import APIRouter, Request, Response

from web.problems import ProblemError

STATIC_FOLDER = Path(__file__).parent / "static"
_FRAME = "frame/page.html"  # what every page stands in that has no index.html of its own
_TYPES = {  # said here and not asked of the host, whose registry may call a module text/plain: it would not run
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    "": "text/plain; charset=utf-8",
}
_IMMUTABLE = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file as it is served."""

    content: bytes
    media_type: str


class Pages:
    """All static files. `version` changes when any of them does, so browsers may keep them for ever."""

    def __init__(self, files: dict[str, StaticFile]) -> None:
        self._files = files
        digest = hashlib.sha256()
        for name in sorted(files):
            digest.update(name.encode() + b"\0" + files[name].content + b"\0")
        self.version = digest.hexdigest()[:16]

    @classmethod
    def load(cls, folder: Path = STATIC_FOLDER) -> "Pages":
        """Read every file below `folder`; one of a type that is not served stops the start."""
        files: dict[str, StaticFile] = {}
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                name = PurePosixPath(path.relative_to(folder)).as_posix()
                files[name] = StaticFile(path.read_bytes(), _TYPES[path.suffix])
        return cls(files)

    def page(self, folder: str) -> Response:
        """The HTML page of a folder, its file addresses filled in."""
        own = self._files.get(f"{folder}/index.html")
        text = (own or self._files[_FRAME]).content.decode()
        if own is None:
            sheets = [f'<link rel="stylesheet" href="__STATIC__/{sheet}">' for sheet in _SHEETS[folder]]
            text = text.replace("__STYLES__", "\n".join(sheets)).replace("__PAGE__", folder)
        text = text.replace("__STATIC__", f"/static/{self.version}")
        return Response(text, media_type=_TYPES[".html"], headers={"Cache-Control": "no-cache"})

    def file(self, version: str, name: str) -> Response:
        """A file of the running version. Raises ProblemError."""
        found = self._files.get(name)
        if found is None or version != self.version:
            raise ProblemError(404, "not-found", "No such file in this version of the pages.")
        return Response(found.content, media_type=found.media_type, headers={"Cache-Control": _IMMUTABLE})

    def favicon(self) -> Response:
        """The sign of the house."""
        icon = self._files["favicon.svg"]
        return Response(icon.content, media_type=icon.media_type, headers={"Cache-Control": "max-age=86400"})


_PAGES = {
    "/": "console",
    "/wallboard": "wallboard",
    "/login": "login",
    "/people": "people",
    "/ledger": "ledger",
    "/history": "history",
    "/calls/{call_id}": "call-page",
    "/worklist": "worklist",
    "/own": "own",
    "/figures": "figures",
    "/reports": "reports",
    "/inspection/improvements": "quality",
    "/inspection/appeals": "quality",
    "/inspection/calibration": "quality",
    "/inspection/library": "quality",
    "/inspection/call-backs": "quality",
    "/inspection/plans": "quality",
    "/rules": "rules",
    "/docs": "docs",
}
"""The folder under static/ that shows each address."""

_SHEETS = {
    "admin": ("office/office.css", "admin/admin.css"),
    "call-page": ("office/office.css", "call/call.css", "call-page/call-page.css", "call-page/score.css"),
    "console": ("call/call.css", "console/console.css", "console/inbox.css"),
    "figures": ("office/office.css", "vendor/uplot.css", "figures/figures.css"),
    "history": ("office/office.css", "history/history.css"),
    "ledger": ("people/people.css",),
    "login": ("people/people.css",),
    "own": ("office/office.css", "own/own.css"),
    "people": ("people/people.css",),
    "quality": ("office/office.css", "rules/rules.css", "quality/quality.css"),
    "reports": ("office/office.css", "vendor/uplot.css", "figures/figures.css", "reports/reports.css"),
    "rules": ("office/office.css", "rules/rules.css"),
    "worklist": ("office/office.css", "worklist/worklist.css"),
}
"""The style sheets of each page in the frame, behind those of the frame itself."""


def _shower(pages: Pages, folder: str) -> Callable[[], Awaitable[Response]]:
    async def show() -> Response:
        return pages.page(folder)

    return show


def pages_router(pages: Pages) -> APIRouter:
    """`/`, `/wallboard`, `/docs`, `/favicon.ico` and the files they need."""
    router = APIRouter(include_in_schema=False)

    for address, folder in _PAGES.items():
        router.add_api_route(address, _shower(pages, folder))

    @router.get("/admin/{page}")
    async def administration(page: Literal["feeds", "roster", "retention", "models"]) -> Response:
        return pages.page("admin")

    @router.get("/favicon.ico")
    async def favicon(_request: Request) -> Response:
        return pages.favicon()

    @router.get("/static/{version}/{name:path}")
    async def static_file(version: str, name: str) -> Response:
        return pages.file(version, name)

    return router
