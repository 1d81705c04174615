"""Alive, ready, metrics: for whoever keeps the service running."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from web.sources import HealthSource


class Alive(BaseModel):
    """The process answers."""

    alive: bool = True


class PartBody(BaseModel):
    """One part of the service; `why` says what is wrong, also where it can do its work all the same."""

    name: str
    ready: bool
    why: str


class ReadyBody(BaseModel):
    """Whether calls can be taken, and each part's word on it."""

    ready: bool
    parts: list[PartBody]


def operations_router(health: HealthSource) -> APIRouter:
    """/healthz, /readyz, /metrics."""
    router = APIRouter(tags=["operations"])

    @router.get("/healthz")
    async def healthz() -> Alive:
        """The process is alive and its event loop turns."""
        return Alive()

    @router.get("/readyz", responses={503: {"model": ReadyBody, "description": "Not ready; parts say why"}})
    async def readyz(response: Response) -> ReadyBody:
        """Model loaded, store writable, bus reachable."""
        found = await health.health()
        response.status_code = 200 if found.ready else 503
        parts = [PartBody(name=name, ready=ready, why=why) for name, ready, why in found.parts]
        return ReadyBody(ready=found.ready, parts=parts)

    @router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
    async def metrics() -> Response:
        """Prometheus text exposition."""
        return Response(health.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return router
