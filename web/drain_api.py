"""REST of stopping in order: an administrator drains this node and sees how far it is."""

from typing import Protocol

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict


class DrainProgress(Protocol):
    """How far the node is."""

    @property
    def draining(self) -> bool:
        """Whether it is on its way out."""
        ...

    @property
    def calls_left(self) -> int:
        """Calls that still run on it."""
        ...


class Drains(Protocol):
    """Lets the node stop in order."""

    @property
    def state(self) -> DrainProgress:
        """How far it is."""
        ...

    def begin(self) -> None:
        """Take nothing new, stop when the calls are over."""
        ...


class DrainBody(BaseModel):
    """Whether the node is on its way out, and how many calls still run on it."""

    model_config = ConfigDict(from_attributes=True)
    draining: bool
    calls_left: int


def drain_router(drain: Drains) -> APIRouter:
    """The routes of draining."""
    router = APIRouter(prefix="/api/v1", tags=["operations"])

    @router.get("/drain")
    async def get_drain() -> DrainBody:
        """How far this node is."""
        return DrainBody.model_validate(drain.state)

    @router.post("/drain", status_code=202)
    async def begin_drain() -> DrainBody:
        """As SIGTERM: no new calls, running ones end or move, consoles connect elsewhere, then the process ends."""
        drain.begin()
        return DrainBody.model_validate(drain.state)

    return router
