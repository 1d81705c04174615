"""In front of every route: finds who asks, looks the route up in the table, refuses or lets in. Deny by default."""

import contextlib
import math
from collections.abc import Callable
from typing import Protocol, assert_never
from urllib.parse import quote

import structlog
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as Connection

from alerts.alert import Alert
from config.keeping import ClipSettings
from streaming.frames import Leg
from web.problems import Problem, problem
from web.refusal import refuse
from web.sources import CallState, CallView, StoreUnavailableError, UnknownCallError
from web.trust.credentials import Credentials, take_credentials
from web.trust.limits import Limits, OpenSocket, OverLimitError, Whose, network_of, whose
from web.trust.rights import Right
from web.trust.routes import Routes
from web.trust.sources import Act, Deed, House, Ledger
from web.trust.table import TABLE, Line, Of
from web.trust.who import LOCAL, NOBODY, Principal, now_asks

_log = structlog.get_logger(__name__)
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_WHILE_RUNNING = {Right.TRANSCRIPT: Right.LIVE_TRANSCRIPT, Right.DOWNLOAD: Right.LISTEN}
"""What else is needed while the call is not over: its words are live words, its sound is live sound."""

Place = tuple[str | None, str | None, str | None]
"""Site, team and queue."""


class Places(Protocol):
    """Where calls, alerts and agents belong."""

    async def call(self, call_id: str) -> CallView:
        """Raises UnknownCallError, StoreUnavailableError."""
        ...

    async def alert(self, alert_id: str) -> Alert | None:
        """None for an alert that is not known. Raises StoreUnavailableError."""
        ...

    def agent(self, agent_id: str) -> tuple[Place, ...]:
        """Every place where the agent works, as the roster knows."""
        ...


class Refused(Exception):  # noqa: N818 - an outcome, not a failure
    """Not let in, with the answer."""

    def __init__(self, found: Problem, headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
        super().__init__(found.type)
        self.found, self.headers = found, headers


class Gate:
    """ASGI middleware around all routes of `app`."""

    def __init__(
        self,
        app: ASGIApp,
        site: Starlette,
        house: House,
        places: Places,
        ledger: Ledger,
        signed: Callable[[str], bool] = lambda _route: False,
        limits: Limits | None = None,
        clips: ClipSettings | None = None,
    ) -> None:
        self._limits, self._clips = limits, clips or ClipSettings()
        self._app, self._site, self._house, self._places = app, site, house, places
        self._ledger = ledger
        self._signed = signed  # whether an audio route checks a signature of its own dialect
        self._routes: Routes | None = None

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        """One request or socket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        credentials = take_credentials(scope, headers)
        with contextlib.ExitStack() as open_socket:
            try:
                opened = self._counted(scope, open_socket)
                principal, deed = await self._let_in(scope, headers, credentials)
                self._count(principal, opened)
                if deed is not None:  # what cannot be written down is not done
                    await self._ledger.write(principal, deed)
                now_asks(principal)
            except Refused as refused:
                await refuse(scope, send, refused.found, refused.headers)
                return
            except OverLimitError as over:
                found = problem(429, "too-many", f"Too many {over.what} of one {over.whose}; see limits.")
                wait = ((b"retry-after", str(math.ceil(over.wait_s)).encode()),)
                await refuse(scope, send, found, wait)
                return
            except StoreUnavailableError:
                found = problem(503, "store-unavailable", "The database does not answer now. Try again.")
                await refuse(scope, send, found)
                return
            await self._app(scope, receive, send)

    def _counted(self, scope: Connection, open_socket: contextlib.ExitStack) -> OpenSocket | None:
        """By its address, before anything is asked of anybody. Raises OverLimitError."""
        if self._limits is None or self._house.is_open:
            return None
        client = scope.get("client")
        network = network_of(client[0] if client else "")
        self._limits.request(Whose.ADDRESS, network)
        if scope["type"] != "websocket":
            return None
        opened = open_socket.enter_context(self._limits.socket())
        opened.count(Whose.ADDRESS, network)
        return opened

    def _count(self, principal: Principal, opened: OpenSocket | None) -> None:
        """By who it is, as far as that is known yet. Raises OverLimitError."""
        counted = whose(principal)
        if self._limits is None or counted is None:
            return
        self._limits.request(*counted)
        if opened is not None:
            opened.count(*counted)

    async def _let_in(
        self, scope: Connection, headers: Headers, credentials: Credentials
    ) -> tuple[Principal, Deed | None]:
        if self._routes is None:
            self._routes = Routes(self._site)
        found = self._routes.find(scope)
        line = TABLE.get(found[0]) if found is not None else None
        if self._house.is_open:
            _an_address_or_refused(found, scope)
            values = found[1] if found is not None else {}
            return LOCAL, await self._in_scope(LOCAL, line, values, scope) if line is not None and line.act else None
        if found is not None and line is None:
            _log.error("A route has no line in the table of rights and is closed", route=found[0])
            raise Refused(problem(403, "no-right-declared", "This route is closed: no right is declared for it."))
        principal = await self._who(scope, credentials)
        if found is None or line is None:
            principal = self._known(principal, scope, Line(None if principal is not None else Right.SIGNED_IN))
            _an_address_or_refused(found, scope)
            return principal, None
        if line.ticket:
            return NOBODY, None  # until the hello
        if line.right is Right.INGEST and principal is None and self._signed(found[0]):
            return Principal("signature", "signature", frozenset({Right.INGEST}), NOBODY.scope), None
        principal = self._known(principal, scope, line)
        if principal.session_id is not None and scope["type"] == "http" and scope["method"] not in _SAFE_METHODS:
            _same_site_or_refused(headers)
        if line.right is None:
            return principal, None
        if not principal.may(line.right):
            raise Refused(problem(403, "no-right", f"Needs the right {line.right}."))
        return principal, await self._in_scope(principal, line, found[1], scope)

    async def _who(self, scope: Connection, credentials: Credentials) -> Principal | None:
        if credentials.key is not None:
            return self._house.of_key(credentials.key)
        if credentials.session is None:
            return None
        client = scope.get("client")
        return await self._house.of_session(credentials.session, client[0] if client else None)

    def _known(self, principal: Principal | None, scope: Connection, line: Line) -> Principal:
        if principal is not None:
            return principal
        if line.right is None:
            return NOBODY
        if line.page and scope["type"] == "http":
            query = scope.get("query_string", b"").decode("latin-1")
            asked = quote(scope["path"] + (f"?{query}" if query else ""), safe="")
            headers = ((b"location", f"/login?next={asked}".encode()),)
            raise Refused(problem(303, "not-signed-in", "Log in first."), headers)
        scheme = b"Basic" if line.right is Right.INGEST else b"Bearer"
        challenge = ((b"www-authenticate", scheme + b' realm="earshot"'),)
        raise Refused(problem(401, "not-signed-in", "Log in, or send a key that is good."), challenge)

    async def _in_scope(
        self, principal: Principal, line: Line, values: dict[str, str], scope: Connection
    ) -> Deed | None:
        """Raises Refused for what is out of scope; answers the row to be written before the route may act."""
        call: CallView | None = None
        alert: Alert | None = None
        match line.of:
            case Of.CALL if line.right is Right.INGEST:
                if not values["call_id"].startswith(principal.calls_prefix):
                    raise Refused(problem(403, "not-your-call", "This key is for calls of another PBX."))
            case Of.CALL:
                call = await self._call(principal, line, values["call_id"])
            case Of.ALERT:
                alert = await self._places.alert(values["alert_id"])
                if alert is None or not principal.scope.covers(alert.site, alert.team, alert.queue):
                    raise Refused(problem(404, "unknown-alert", "No such alert."))
                if line.act is Act.CLIP and principal.legs != "both":  # its hash is over both parties' sound
                    raise Refused(problem(403, "one-leg", "A clip holds both parties; you may hear one of them."))
            case Of.AGENT:
                places = self._places.agent(values["agent_id"])
                if not (principal.scope.everywhere or any(principal.scope.covers(*each) for each in places)):
                    raise Refused(problem(404, "unknown-agent", "No such agent."))
            case Of.HOUSE | Of.LIST:
                pass
            case _:
                assert_never(line.of)
        return _deed(line.act, call, alert, scope, self._clips) if line.act is not None else None

    async def _call(self, principal: Principal, line: Line, call_id: str) -> CallView:
        unknown = Refused(problem(404, "unknown-call", "No such call, live or stored."))
        try:
            call = await self._places.call(call_id)
        except UnknownCallError:
            raise unknown from None
        if not principal.scope.covers(call.site, call.team, call.queue):
            raise unknown
        further = _WHILE_RUNNING.get(line.right) if line.right is not None else None
        if further is not None and call.state is not CallState.ENDED and not principal.may(further):
            raise Refused(problem(403, "no-right", f"While the call runs, needs the right {further} too."))
        return call


def _deed(act: Act, call: CallView | None, alert: Alert | None, scope: Connection, clips: ClipSettings) -> Deed:
    about = f"{scope.get('method', 'WS')} {scope['path']}"[:500]
    if call is not None:
        agent_id = call.agent.id if call.agent is not None else None
        return Deed(
            act, call_id=call.call_id, agent_id=agent_id, site=call.site, team=call.team, queue=call.queue, about=about
        )
    if alert is None:
        return Deed(act, about=about)
    return Deed(
        act,
        call_id=alert.call_id,
        legs=(Leg.AGENT, Leg.CUSTOMER),
        from_ms=max(0, alert.evidence.from_ms - round(clips.before_s * 1000)),
        to_ms=max(alert.evidence.to_ms, alert.timing.audio_end_ms) + round(clips.after_s * 1000),
        agent_id=alert.agent_id,
        site=alert.site,
        team=alert.team,
        queue=alert.queue,
        about=about,
    )


def _an_address_or_refused(found: object | None, scope: Connection) -> None:
    """A page at no address is the site's to answer; a socket there would be closed without a word."""
    if found is None and scope["type"] == "websocket":
        raise Refused(problem(404, "not-found", "No socket has this address."))


def _same_site_or_refused(headers: Headers) -> None:
    """A browser says where a change comes from; the guard has compared an Origin with ours already."""
    if headers.get("sec-fetch-site") in ("same-origin", "none") or "origin" in headers:
        return
    raise Refused(problem(403, "foreign-origin", "A change with a cookie must say its Origin."))
