"""What goes wrong at the inspectors' desk, as problem details."""

from fastapi import FastAPI, Request

from alerts.inspection.records import WrongMarkError
from web.inspection.views import NotNowError, StaleRecordError, UnknownRecordError
from web.problems import BadField, ProblemResponse, answer, problem


def install_inspection_faults(app: FastAPI) -> None:
    """Make `app` answer them."""
    app.add_exception_handler(UnknownRecordError, _unknown)
    app.add_exception_handler(StaleRecordError, _stale)
    app.add_exception_handler(NotNowError, _not_now)
    app.add_exception_handler(WrongMarkError, _wrong_mark)


async def _unknown(_request: Request, _error: Exception) -> ProblemResponse:
    return answer(problem(404, "unknown-record", "No such record, sheet, plan or call."))


async def _stale(_request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, StaleRecordError)  # noqa: S101 - the handler is registered for this type alone
    fault = BadField(field="body.version", detail=f"is stale; the newest is {error.version}")
    return answer(problem(409, "stale-version", "Somebody was faster. Look again, then decide.", [fault]))


async def _not_now(_request: Request, error: Exception) -> ProblemResponse:
    return answer(problem(409, "not-now", str(error)))


async def _wrong_mark(_request: Request, error: Exception) -> ProblemResponse:
    fault = BadField(field="body", detail=str(error))
    return answer(problem(422, "validation", "The item cannot be judged so.", [fault]))
