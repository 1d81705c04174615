"""REST of stepping into a call: listen, whisper, barge, take over, end."""

from typing import Annotated, Any, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from web.actors import PERSON_PATTERN, PersonHeader, actor_of
from web.call_messages import SupervisionBody
from web.desk_sources import DeskSource
from web.guard import LARGEST_BODY_BYTES
from web.problems import Problem, ProblemError
from web.requests import CALL_ID_PATTERN
from web.supervision import (
    LASTING,
    ControlFailedError,
    Mode,
    SilentNodesError,
    Supervising,
    UnableError,
    UnknownSupervisionError,
    Wish,
)
from web.trust.rights import Right
from web.trust.who import who_asks

_CallId = Annotated[str, Path(pattern=CALL_ID_PATTERN, description="The call, percent-encoded.")]
_SupervisionId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
_Extension = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+*#._-]{1,40}$")]  # nothing a dial string ends at
_Answers = dict[int | str, dict[str, Any]]
_ANSWERS: _Answers = {
    404: {"model": Problem, "description": "No such call, or no such supervision in it"},
    422: {"model": Problem, "description": "Fields that cannot be used"},
    503: {"model": Problem, "description": "Another node would have to do this and does not answer"},
}


class SuperviseFields(BaseModel):
    """What a supervisor wants of a call, and by what: a telephone (`extension`) or the browser."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode
    extension: _Extension | None = Field(None, description="The supervisor's telephone; it rings.")
    browser: bool = Field(False, description="By the browser's headset instead of a telephone.")
    actor: Annotated[str, StringConstraints(pattern=PERSON_PATTERN)] | None = None

    @model_validator(mode="after")
    def _says_by_what(self) -> Self:
        if self.browser and self.extension is not None:
            raise ValueError("say either extension or browser")
        if self.mode is not Mode.END and not self.browser and self.extension is None:
            raise ValueError("say by what: an extension that is rung, or browser")
        return self


class SupervisionList(BaseModel):
    """Who is in the call now, oldest first."""

    model_config = ConfigDict(frozen=True)

    supervisions: list[SupervisionBody]


def supervise_router(supervising: Supervising, desk: DeskSource) -> APIRouter:
    """The routes under /api/v1/calls/{call_id}/supervise."""
    path = "/api/v1/calls/{call_id}/supervise"
    router = APIRouter(tags=["supervise"], responses=_ANSWERS, max_body_size=LARGEST_BODY_BYTES)

    @router.post(
        path,
        status_code=202,
        responses={
            409: {"model": Problem, "description": "The call is over"},
            501: {"model": Problem, "description": "What the telephone system lacks for this is named"},
            502: {"model": Problem, "description": "The telephone system refused or did not answer"},
        },
    )
    async def supervise_call(call_id: _CallId, body: SuperviseFields, person: PersonHeader = None) -> SupervisionBody:
        """Step into a call, or change the mode of one's running supervision without dropping it.

        Asked again with the same mode it is the same supervision. It ends with the call.
        """
        if not who_asks().may(Right(body.mode.value)):
            raise ProblemError(403, "no-right", f"Needs the right {body.mode.value}.")
        by = actor_of(desk, body.actor, person)
        browser = body.browser and body.mode in (*LASTING, Mode.TAKE_OVER)
        try:
            view = await supervising.supervise(call_id, Wish(body.mode, by, body.extension, browser))
        except UnableError as error:
            raise ProblemError(501, "ability-missing", str(error)) from None
        except ControlFailedError as error:
            raise ProblemError(502, "telephone-system-refused", str(error)) from None
        except SilentNodesError as error:
            raise _silent(error) from None
        return SupervisionBody.model_validate(view)

    @router.get(path)
    async def list_supervisions(call_id: _CallId) -> SupervisionList:
        """Who listens, whispers or speaks in the call now."""
        try:
            views = await supervising.running(call_id)
        except SilentNodesError as error:
            raise _silent(error) from None
        return SupervisionList(supervisions=[SupervisionBody.model_validate(view) for view in views])

    @router.delete(f"{path}/{{supervision_id}}", status_code=204)
    async def release_call(
        call_id: _CallId,
        supervision_id: _SupervisionId,
        person: PersonHeader = None,
        actor: Annotated[str | None, Query(pattern=PERSON_PATTERN)] = None,
    ) -> None:
        """The supervisor leaves; the call goes on."""
        by = actor_of(desk, actor, person, "query.actor")
        try:
            await supervising.release(call_id, supervision_id, by)
        except UnknownSupervisionError:
            raise ProblemError(404, "unknown-supervision", "No such supervision runs in this call.") from None
        except SilentNodesError as error:
            raise _silent(error) from None

    return router


def _silent(error: SilentNodesError) -> ProblemError:
    return ProblemError(503, "nodes-silent", str(error))
