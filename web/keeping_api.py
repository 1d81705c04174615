"""REST of what is kept: how much, how long, and the deletion of one call."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from web.calls_api import CallIdInPath
from web.keeping_sources import CallRunsError, Keeping
from web.problems import Problem, ProblemError
from web.stamps import Stamp
from web.trust.sources import Act, Deed, Ledger
from web.trust.who import who_asks


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class KeptBody(_Body):
    """One kind of what is kept."""

    kind: str
    setting: str = Field(description="The key in the settings that says how long.")
    days: int = Field(description="0: for ever.")
    count: int
    oldest_at: Stamp | None
    bytes: int | None = Field(description="Of files; what is in the database has no size of its own.")
    enabled: bool


class KeepingBody(_Body):
    """Everything that is kept, and what has been deleted since the start."""

    kinds: list[KeptBody]
    database_bytes: int
    sweep_s: float
    deleted_entries: int
    deleted_files: int


class ForgottenBody(_Body):
    """What was deleted, by kind."""

    deleted: dict[str, int]


def keeping_router(keeping: Keeping, ledger: Ledger) -> APIRouter:
    """`GET /api/v1/retention` and `DELETE /api/v1/calls/{call_id}`."""
    router = APIRouter(prefix="/api/v1", tags=["operations"])

    @router.get("/retention")
    async def get_retention() -> KeepingBody:
        """What is kept now, and when each kind goes."""
        return KeepingBody.model_validate(await keeping.kept())

    @router.delete(
        "/calls/{call_id}",
        responses={
            404: {"model": Problem, "description": "No such call"},
            409: {"model": Problem, "description": "The call is not over"},
        },
    )
    async def forget_call(call_id: CallIdInPath) -> ForgottenBody:
        """Delete a call that is over with its words, alerts, sound and everything else of it, for good."""
        await ledger.write(who_asks(), Deed(Act.PRIVACY, phase="begun", call_id=call_id, about="deletion:call"))
        try:
            return ForgottenBody(deleted=dict(await keeping.forget(call_id)))
        except CallRunsError:
            raise ProblemError(409, "call-runs", "The call is not over; it can be deleted when it is.") from None

    return router
