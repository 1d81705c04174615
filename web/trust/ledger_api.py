"""REST of the ledger: who listened to whom, and whether the chain holds."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from web.problems import Problem
from web.requests import CALL_ID_PATTERN
from web.several import Several, several
from web.stamps import Stamp
from web.trust.rights import Right
from web.trust.sources import Act, LedgerBook, LedgerQuestion
from web.trust.who import EVERYWHERE, who_asks

_ACTS = frozenset(Act)


class LedgerRowBody(BaseModel):
    """One deed: who, what, which seconds of which call and legs, why."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    sequence: int
    hash: str = Field(description="SHA-256 over this row and the hash of the row before.")
    at: Stamp
    act: str
    phase: str = Field(description="begun, running (written in advance), ended (what really was), whole")
    who: str
    name: str
    address: str | None
    call_id: str | None
    legs: list[str]
    from_ms: int | None
    to_ms: int | None
    agent_id: str | None
    site: str | None
    team: str | None
    queue: str | None
    why: str | None
    about: str | None


class LedgerPage(BaseModel):
    """Newest first; `next_cursor` asks for the page after."""

    rows: list[LedgerRowBody]
    next_cursor: str | None


class BreakBody(BaseModel):
    """A row where the chain does not hold."""

    sequence: int
    what: str


class VerdictBody(BaseModel):
    """Whether the chain holds, and its newest row: kept elsewhere, it proves that nothing before was rewritten."""

    whole: bool
    newest: int
    hash: str
    breaks: list[BreakBody]


def ledger_router(ledger: LedgerBook) -> APIRouter:
    """The routes under /api/v1/ledger."""
    router = APIRouter(prefix="/api/v1/ledger", tags=["ledger"], responses={422: {"model": Problem}})

    @router.get("")
    async def list_rows(
        call_id: Annotated[str | None, Query(pattern=CALL_ID_PATTERN)] = None,
        agent_id: Annotated[str | None, Query(max_length=200)] = None,
        who: Annotated[str | None, Query(max_length=200)] = None,
        act: Several = None,
        since: AwareDatetime | None = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        cursor: Annotated[str | None, Query(pattern=r"^[0-9]{1,18}$")] = None,
    ) -> LedgerPage:
        """Rows of all calls for an admin, of the own agents' calls for their lead."""
        acts = several("act", act, _ACTS)
        asker = who_asks()
        scope = EVERYWHERE if asker.may(Right.LEDGER) else asker.scope
        before = None if cursor is None else int(cursor)
        question = LedgerQuestion(call_id, agent_id, who, acts, since, before, limit + 1)
        found = await ledger.find(scope, question)
        page = found[:limit]
        return LedgerPage(
            rows=[LedgerRowBody.model_validate(row) for row in page],
            next_cursor=str(page[-1].sequence) if len(found) > limit else None,
        )

    @router.get("/verdict")
    async def get_verdict() -> VerdictBody:
        """Read the whole chain and say where it does not hold."""
        breaks = await ledger.breaks()
        newest, newest_hash = await ledger.head()
        return VerdictBody(
            whole=not breaks,
            newest=newest,
            hash=newest_hash,
            breaks=[BreakBody(sequence=sequence, what=what) for sequence, what in breaks],
        )

    return router
