"""Every error as RFC 9457 problem details, naming every bad field."""

from collections.abc import Iterable
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from web.sources import (
    CallOverError,
    ConflictingCallError,
    NodeFullError,
    StoreUnavailableError,
    UnknownCallError,
)

MEDIA_TYPE = "application/problem+json"


class BadField(BaseModel):
    """One field that cannot be used: where it stands (`body.agent.id`, `query.limit`) and why."""

    field: str
    detail: str


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str = Field(description="Names the kind of problem; stable.", examples=["/problems/validation"])
    title: str
    status: int
    detail: str
    errors: list[BadField] = []


class ProblemError(Exception):
    """Raised by a route that has found its own problem."""

    def __init__(self, status: int, kind: str, detail: str, errors: Iterable[BadField] = ()) -> None:
        super().__init__(kind)
        self.problem = problem(status, kind, detail, errors)


class ProblemResponse(JSONResponse):
    """A problem as an answer."""

    media_type = MEDIA_TYPE


def problem(status: int, kind: str, detail: str, errors: Iterable[BadField] = ()) -> Problem:
    """`kind` is the stable name behind `/problems/`."""
    return Problem(
        type=f"/problems/{kind}", title=HTTPStatus(status).phrase, status=status, detail=detail, errors=list(errors)
    )


def answer(found: Problem, headers: dict[str, str] | None = None) -> ProblemResponse:
    """The HTTP answer for a problem."""
    return ProblemResponse(found.model_dump(), status_code=found.status, headers=headers)


def install_problems(app: FastAPI) -> None:
    """Make `app` answer every error this way."""
    app.add_exception_handler(ProblemError, _own)
    app.add_exception_handler(UnknownCallError, _unknown_call)
    app.add_exception_handler(ConflictingCallError, _conflicting_call)
    app.add_exception_handler(NodeFullError, _node_full)
    app.add_exception_handler(CallOverError, _call_over)
    app.add_exception_handler(StoreUnavailableError, _store_unavailable)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


async def _own(_request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, ProblemError)  # noqa: S101 - the handler is registered for this type alone
    return answer(error.problem)


async def _unknown_call(_request: Request, _error: Exception) -> ProblemResponse:
    return answer(problem(404, "unknown-call", "No such call, live or stored."))


async def _conflicting_call(_request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, ConflictingCallError)  # noqa: S101 - the handler is registered for this type alone
    places = {"customer_number": "customer.number"}
    differing = [
        BadField(field=f"body.{places.get(name, name)}", detail="differs from the first announcement")
        for name in error.fields
    ]
    return answer(
        problem(409, "conflicting-call", "The call is announced already with different content; PATCH it.", differing)
    )


async def _node_full(_request: Request, _error: Exception) -> ProblemResponse:
    found = problem(429, "node-full", "No further call is taken now; try another node or later.")
    return answer(found, {"Retry-After": "5"})


async def _call_over(_request: Request, _error: Exception) -> ProblemResponse:
    return answer(problem(409, "call-over", "The call has ended; this can no longer be done."))


async def _store_unavailable(_request: Request, _error: Exception) -> ProblemResponse:
    found = problem(503, "store-unavailable", "The database does not answer now; nothing was changed. Try again.")
    return answer(found, {"Retry-After": "2"})


async def _invalid(_request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the handler is registered for this type alone
    faults = [
        BadField(field=".".join(str(part) for part in fault["loc"]), detail=str(fault["msg"]))
        for fault in error.errors()
    ]
    return answer(problem(422, "validation", "Some fields cannot be used; each is named in errors.", faults))


async def _http(_request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - the handler is registered for this type alone
    kind = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
    return answer(problem(error.status_code, kind, str(error.detail)), dict(error.headers or {}))


async def _unexpected(_request: Request, _error: Exception) -> ProblemResponse:
    return answer(problem(500, "internal", "The service failed; the failure is in its log."))
