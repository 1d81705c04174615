"""At the door of the whole site: who may ask (host, origin), and what every page may do (security headers)."""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.settings import Settings
from web.problems import Problem, problem
from web.refusal import refuse

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self'",
        "media-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
LARGEST_BODY_BYTES = 262_144  # of the REST interface: announcements and events are a few hundred bytes
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """ASGI middleware. Refuses foreign origins for sockets and changes, and foreign host names on a loopback service.

    A browser sends cookies and reaches loopback whatever page is open; so a page of another origin, or of a name
    that was made to point to 127.0.0.1 (DNS rebinding), is refused. Programs send no Origin and are not concerned.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._allowed = frozenset(origin.lower().rstrip("/") for origin in settings.listening.allowed_origins)
        self._allowed_hosts = frozenset(urlsplit(origin).netloc for origin in self._allowed)
        self._loopback_only = is_loopback(settings.http_host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or socket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        found = self._refusal(scope, headers)
        if found is not None:
            await refuse(scope, send, found)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    answer.setdefault(name, value)
                answer.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)

    def _refusal(self, scope: Scope, headers: Headers) -> Problem | None:
        host = headers.get("host", "").lower()
        if self._loopback_only and host not in self._allowed_hosts and not is_loopback(host_name(host)):
            return problem(403, "foreign-host", "This service answers on loopback only; see listening.allowed_origins.")
        if scope["path"].startswith("/api/") and _length(headers) > LARGEST_BODY_BYTES:
            return problem(413, "too-large", f"A body may have {LARGEST_BODY_BYTES} bytes.")
        origin = headers.get("origin")
        if origin is None or (scope["type"] == "http" and scope["method"] in _SAFE_METHODS):
            return None
        origin = origin.lower()
        same_host = urlsplit(origin).scheme in ("http", "https") and urlsplit(origin).netloc == host
        if same_host or origin in self._allowed:
            return None
        return problem(403, "foreign-origin", "Pages of another origin may not do this; see listening.allowed_origins.")


def host_name(netloc: str) -> str:
    """`[::1]:8000` → `::1`, `localhost:8000` → `localhost`."""
    return urlsplit(f"//{netloc}").hostname or ""


def is_loopback(host: str) -> bool:
    """Whether the name or address is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _length(headers: Headers) -> int:
    told = headers.get("content-length", "")
    return int(told) if told.isascii() and told.isdigit() else 0
