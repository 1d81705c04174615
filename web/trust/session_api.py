"""REST of log-in: who am I, come in, go; and tickets for sockets."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from web.guard import LARGEST_BODY_BYTES, host_name, is_loopback
from web.problems import BadField, Problem, ProblemError, ProblemResponse, answer, problem
from web.requests import CALL_ID_PATTERN
from web.stamps import Stamp
from web.trust.credentials import cookie_name, is_secure
from web.trust.people import LoginName, ScopeFields
from web.trust.rights import Right
from web.trust.sources import LoggedIn, LogIns, Purpose, ThrottledError, WrongError
from web.trust.who import Legs, Principal, who_asks

_STATE_COOKIE = "earshot-log-in"  # goes along to the provider and back, so it cannot be strict
_STATE_S = 600
_Password = Annotated[SecretStr, Field(min_length=1, max_length=200)]
_Secret = Annotated[SecretStr, Field(min_length=1, max_length=200)]
_Answers = dict[int | str, dict[str, Any]]
_REFUSALS: _Answers = {
    401: {"model": Problem, "description": "Not good"},
    403: {"model": Problem, "description": "Not without TLS from another machine"},
    422: {"model": Problem, "description": "Fields that cannot be used"},
    429: {"model": Problem, "description": "Too many tries; Retry-After says for how long"},
}
_BACK = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Earshot</title>
<meta http-equiv="refresh" content="0;url={then}"><p><a href="{then}">Earshot</a></p></html>"""


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Incoming(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LogInFields(_Incoming):
    """How one comes in: by name and password, by a screen's key, or, the very first time, by the printed token too."""

    name: LoginName | None = None
    password: _Password | None = None
    key: _Secret | None = None
    token: _Secret | None = Field(None, description="What the service printed when it started with nobody registered.")


class PasswordFields(_Incoming):
    """Another password of one's own."""

    old: _Password
    new: _Password


class AskerBody(_Body):
    """Who asks, and what may be done and where."""

    name: str
    acts_as: str = Field(description="What alerts, mutes and the ledger say of this person.")
    rights: list[Right]
    scope: ScopeFields
    legs: Legs


class SessionBody(_Body):
    """Who is logged in, and how one can. `open`: nobody is registered, everybody on this machine may do everything."""

    open: bool
    needs_first: bool = Field(description="Nobody is registered yet: the printed link makes the first admin.")
    provider: str | None = Field(description="What the button for logging in elsewhere says.")
    user: AskerBody | None
    ends_at: Stamp | None = None


class LoggedOutBody(_Body):
    """Logged out here, but not yet where the log-in came from."""

    provider: str = Field(description="Where the browser goes to log out of the provider too.")


class TicketFields(_Incoming):
    """What a ticket is to be for; a ticket to listen or whisper names its call."""

    purpose: Purpose
    call_id: Annotated[str, StringConstraints(pattern=CALL_ID_PATTERN)] | None = None


class TicketBody(_Body):
    """Good once, for one socket."""

    ticket: str
    expires_at: Stamp


def session_router(house: LogIns) -> APIRouter:
    """The routes under /api/v1/session, and tickets."""
    router = APIRouter(prefix="/api/v1", tags=["session"], max_body_size=LARGEST_BODY_BYTES)

    @router.get("/session")
    async def get_session() -> SessionBody:
        """Who I am; without a session, how to log in."""
        return _body(house, who_asks())

    @router.post("/session", responses=_REFUSALS, response_model=SessionBody)
    async def log_in(request: Request, response: Response, body: LogInFields) -> SessionBody | Response:
        """Log in; the answer sets the session's cookie."""
        _not_in_clear(request, house)
        address = _address(request)
        try:
            match body:
                case LogInFields(token=SecretStr() as token, name=str() as name, password=SecretStr() as password):
                    _long_enough(password, house.settings.shortest_password, "body.password")
                    begun = await house.first_admin(
                        token.get_secret_value(), name, password.get_secret_value(), address
                    )
                case LogInFields(token=None, key=None, name=str() as name, password=SecretStr() as password):
                    begun = await house.log_in(name, password.get_secret_value(), address)
                case LogInFields(token=None, key=SecretStr() as key, name=None, password=None):
                    begun = await house.log_in_by_key(key.get_secret_value(), address)
                case _:
                    raise _bad("body", "send name and password, or a key alone")
        except (WrongError, ThrottledError) as error:
            return _refused(error)
        _set_cookie(request, response, begun)
        return _body(house, begun.principal, begun)

    @router.delete("/session", status_code=204, responses={200: {"model": LoggedOutBody}}, response_class=Response)
    async def log_out(request: Request) -> Response:
        """Log out, here and on every socket of the session; 200 says where to log out of the provider too."""
        provider = await house.log_out(who_asks())
        gone = Response(status_code=204) if provider is None else JSONResponse({"provider": provider})
        gone.delete_cookie(
            cookie_name(request.scope), path="/", secure=is_secure(request.scope), httponly=True, samesite="strict"
        )
        return gone

    @router.put("/session/password", responses=_REFUSALS, response_model=SessionBody)
    async def change_password(request: Request, response: Response, body: PasswordFields) -> SessionBody | Response:
        """Another password of one's own; every other session of this user ends."""
        _not_in_clear(request, house)
        _long_enough(body.new, house.settings.shortest_password, "body.new")
        old, new = body.old.get_secret_value(), body.new.get_secret_value()
        try:
            begun = await house.new_password(who_asks(), old, new, _address(request))
        except (WrongError, ThrottledError) as error:
            return _refused(error)
        _set_cookie(request, response, begun)
        return _body(house, begun.principal, begun)

    @router.get("/session/provider", status_code=303, responses=_REFUSALS, response_class=Response)
    async def to_provider(
        request: Request, then: Annotated[str, Query(alias="next", max_length=500)] = "/"
    ) -> Response:
        """Go to the OpenID Connect provider to log in."""
        _not_in_clear(request, house)
        try:
            address, state = await house.to_provider(own_path(then), _own_address(request))
        except WrongError as error:
            return _refused(error)
        away = RedirectResponse(address, status_code=303)
        secure = is_secure(request.scope)
        away.set_cookie(_STATE_COOKIE, state, _STATE_S, path="/api", secure=secure, httponly=True, samesite="lax")
        return away

    @router.get("/session/provider/callback", responses=_REFUSALS, response_class=Response)
    async def from_provider(
        request: Request,
        state: Annotated[str, Query(max_length=500)] = "",
        code: Annotated[str, Query(max_length=4_000)] = "",
    ) -> Response:
        """Back from the provider: the answer sets the session's cookie and goes on to the page that was asked for."""
        if not code or not state or request.cookies.get(_STATE_COOKIE) != state:
            return _refused(WrongError())
        try:
            begun, then = await house.from_provider(state, code, _own_address(request), _address(request))
        except (WrongError, ThrottledError) as error:
            return _refused(error)
        # by a page and not by a redirect: a browser on its way from elsewhere would not bring the strict cookie
        back = Response(_BACK.format(then=own_path(then)), media_type="text/html; charset=utf-8")
        _set_cookie(request, back, begun)
        back.delete_cookie(_STATE_COOKIE, path="/api")
        return back

    @router.post("/tickets", status_code=201, responses={429: _REFUSALS[429]}, response_model=TicketBody)
    async def give_ticket(body: TicketFields) -> TicketBody | Response:
        """A ticket for one socket: good once, for half a minute, for this purpose and call only."""
        if (body.purpose == "console") is not (body.call_id is None):
            raise _bad("body.call_id", "a ticket to listen or whisper names its call, one for a console none")
        needed = {"console": [Right.WALLBOARD], "listen": [Right.LISTEN, Right.REPLAY], "whisper": [Right.WHISPER]}
        if not any(who_asks().may(right) for right in needed[body.purpose]):
            raise ProblemError(403, "no-right", f"Needs the right {needed[body.purpose][0]}.")
        try:
            ticket, expires_at = await house.ticket(who_asks(), body.purpose, body.call_id)
        except ThrottledError as error:
            return _refused(error)
        return TicketBody(ticket=ticket, expires_at=expires_at)

    return router


def asker_body(who: Principal) -> AskerBody:
    """Who asks, for the one who asks."""
    scope = who.scope
    return AskerBody(
        name=who.name,
        acts_as=who.acts_as,
        rights=sorted(who.rights),
        scope=ScopeFields(
            everywhere=scope.everywhere,
            sites=tuple(sorted(scope.sites)),
            teams=tuple(sorted(scope.teams)),
            queues=tuple(sorted(scope.queues)),
        ),
        legs=who.legs,
    )


def own_path(then: str) -> str:
    """A page of ours to go on to; anything else is the console: nobody is sent elsewhere by a link to us."""
    plain = then.startswith("/") and not then.startswith(("//", "/\\")) and then.isprintable()
    return then if plain and not set(then) & set("\"'<>\\") else "/"


def _body(house: LogIns, who: Principal, begun: LoggedIn | None = None) -> SessionBody:
    known = who.is_open or who.may(Right.SIGNED_IN)
    return SessionBody(
        open=who.is_open,
        needs_first=house.needs_first,
        provider=house.provider,
        user=asker_body(who) if known else None,
        ends_at=begun.ends_at if begun is not None else None,
    )


def _set_cookie(request: Request, response: Response, begun: LoggedIn) -> None:
    secure = is_secure(request.scope)
    response.set_cookie(
        cookie_name(request.scope),
        begun.secret,
        expires=begun.ends_at,
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )


def _refused(error: WrongError | ThrottledError) -> ProblemResponse:
    if isinstance(error, ThrottledError):
        wait = {"Retry-After": str(max(1, round(error.wait_s)))}
        return answer(problem(429, "too-many-tries", "Too many tries; wait, then try again."), wait)
    return answer(problem(401, "not-good", "That did not fit: look at name and password, or ask whoever gives rights."))


def _not_in_clear(request: Request, house: LogIns) -> None:
    if is_secure(request.scope) or house.settings.plain_http or is_loopback(host_name(request.headers.get("host", ""))):
        return
    raise ProblemError(
        403,
        "not-in-clear",
        "Passwords do not travel in clear: use https. A proxy must say X-Forwarded-Proto; see trust.plain_http.",
    )


def _long_enough(password: SecretStr, shortest: int, field: str) -> None:
    if len(password.get_secret_value()) < shortest:
        raise _bad(field, f"a password has at least {shortest} letters and signs")


def _bad(field: str, detail: str) -> ProblemError:
    fault = BadField(field=field, detail=detail)
    return ProblemError(422, "validation", "Some fields cannot be used; each is named in errors.", [fault])


def _address(request: Request) -> str:
    return request.client.host if request.client is not None else ""


def _own_address(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers.get('host', '')}"
