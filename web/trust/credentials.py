"""What a request brings to say who asks: a cookie, a Bearer, Basic or API key, or `?key=` where nothing else can be."""

import base64
import binascii
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.types import Scope

SECURE_COOKIE = "__Host-earshot"
PLAIN_COOKIE = "earshot"  # on loopback without TLS, where browsers refuse the prefix
_LONGEST = 512  # of a secret: ours are below 100 characters


@dataclass(frozen=True, slots=True)
class Credentials:
    """At most one of the two counts: a key wins, for programs have no cookies."""

    key: str | None = None
    session: str | None = None


def is_secure(scope: Scope) -> bool:
    """Whether the client speaks TLS, with us or with a proxy that we trust to say so."""
    return scope.get("scheme") in ("https", "wss")


def cookie_name(scope: Scope) -> str:
    """What the session's cookie is called on this connection."""
    return SECURE_COOKIE if is_secure(scope) else PLAIN_COOKIE


def take_credentials(scope: Scope, headers: Headers) -> Credentials:
    """Find them; a key in the address is taken out of it, so that nothing behind can log it."""
    in_address = _taken_from_address(scope)
    key = _authorized(headers.get("authorization", "")) or headers.get("x-api-key") or in_address
    if key:
        return Credentials(key=key[:_LONGEST])
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return Credentials()
    found = cookies.get(cookie_name(scope))
    return Credentials(session=found.value[:_LONGEST]) if found is not None else Credentials()


def _authorized(said: str) -> str | None:
    kind, _, value = said.partition(" ")
    match kind.lower():
        case "bearer":
            return value.strip() or None
        case "basic":
            try:
                name_and_key = base64.b64decode(value.strip(), validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                return None
            return name_and_key.partition(":")[2] or None
        case _:
            return None


def _taken_from_address(scope: Scope) -> str | None:
    query: bytes = scope.get("query_string", b"")
    if b"key=" not in query:
        return None
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    keys = [value for name, value in pairs if name == "key"]
    scope["query_string"] = urlencode([(name, value) for name, value in pairs if name != "key"]).encode("latin-1")
    return keys[0] if keys else None
