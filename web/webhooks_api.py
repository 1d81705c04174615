"""REST of web hooks that could not be delivered: list them, send them again."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, JsonValue

from web.problems import Problem, ProblemError
from web.sources import DeadLetters
from web.stamps import Stamp

_Route = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Only of this route.")]


class DeadLetterBody(BaseModel):
    """One web hook that was given up: the event as it would be sent, and the last failure."""

    model_config = ConfigDict(frozen=True, from_attributes=True)
    delivery_id: int
    route: str
    event_id: str
    attempts: int
    failure: str
    created_at: Stamp
    event: dict[str, JsonValue]


class DeadLetterPage(BaseModel):
    """Newest first; `next_cursor` asks for the page after."""

    deliveries: list[DeadLetterBody]
    next_cursor: str | None


class ReplayedBody(BaseModel):
    """How many are on their way again."""

    replayed: int


def webhooks_router(letters: DeadLetters) -> APIRouter:
    """The routes under /api/v1/webhooks."""
    router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"], responses={422: {"model": Problem}})

    @router.get("/dead")
    async def list_dead(
        route: _Route = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        cursor: Annotated[str | None, Query(pattern=r"^[0-9]{1,18}$")] = None,
    ) -> DeadLetterPage:
        """Web hooks that were given up."""
        found = await letters.dead(route, limit + 1, None if cursor is None else int(cursor))
        page = found[:limit]
        more = len(found) > limit
        return DeadLetterPage(
            deliveries=[DeadLetterBody.model_validate(each) for each in page],
            next_cursor=str(page[-1].delivery_id) if more else None,
        )

    @router.post("/dead/replay", status_code=202)
    async def replay_all(route: _Route = None) -> ReplayedBody:
        """Send all of them again, or all of a route."""
        return ReplayedBody(replayed=await letters.replay(None, route))

    @router.post(
        "/dead/{delivery_id}/replay",
        status_code=202,
        responses={404: {"model": Problem, "description": "No such dead delivery"}},
    )
    async def replay_one(delivery_id: Annotated[int, Path(ge=1, le=2**53)]) -> ReplayedBody:
        """Send one of them again."""
        replayed = await letters.replay(delivery_id, None)
        if not replayed:
            raise ProblemError(404, "unknown-delivery", "No dead delivery of this number; it may be on its way again.")
        return ReplayedBody(replayed=replayed)

    return router
