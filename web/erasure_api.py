"""REST of erasure: one person's calls are deleted for good."""

from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from web.erasure import Erasure, Person
from web.guard import LARGEST_BODY_BYTES
from web.problems import Problem
from web.requests import Name
from web.trust.sources import Act, Deed, Ledger
from web.trust.who import who_asks

_Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$")]


class ErasureFields(BaseModel):
    """Whose calls; exactly one of the three."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    customer_number: Name | None = Field(None, description="As it was announced.")
    customer_sha256: _Sha256 | None = Field(None, description="SHA-256 of that number, in hexadecimal digits.")
    agent_id: Name | None = None
    why: Annotated[str, StringConstraints(max_length=200)] | None = Field(None, description="For the ledger.")

    @model_validator(mode="after")
    def _one_person(self) -> Self:
        if sum(each is not None for each in (self.customer_number, self.customer_sha256, self.agent_id)) != 1:
            raise ValueError("name exactly one of customer_number, customer_sha256, agent_id")
        return self


class ErasedBody(BaseModel):
    """What is gone. Calls that are `still_running` are not over: erase again when they are."""

    model_config = ConfigDict(from_attributes=True)
    calls: int
    rows: int
    files: int
    still_running: int


def erasure_router(erasure: Erasure, ledger: Ledger) -> APIRouter:
    """The route of erasure."""
    router = APIRouter(
        prefix="/api/v1", tags=["privacy"], responses={422: {"model": Problem}}, max_body_size=LARGEST_BODY_BYTES
    )

    @router.post("/erasures")
    async def erase(body: ErasureFields) -> ErasedBody:
        """Delete the calls of one customer or agent with all that hangs on them: rows, clips, recordings."""
        about = "agent" if body.agent_id is not None else "customer"
        deed = Deed(Act.PRIVACY, phase="begun", agent_id=body.agent_id, why=body.why, about=f"erasure:{about}")
        await ledger.write(who_asks(), deed)
        done = await erasure.erase(Person(body.customer_number, body.customer_sha256, body.agent_id))
        counted = f"erasure:{about}:{done.calls} calls, {done.rows} rows, {done.files} files"
        await ledger.write(who_asks(), Deed(Act.PRIVACY, phase="ended", agent_id=body.agent_id, about=counted))
        return ErasedBody.model_validate(done)

    return router
