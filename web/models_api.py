"""REST of the speech models: which are here, whether they are whole, how their languages are heard now."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from config.settings import Language
from web.model_sources import Models, UnknownModelError
from web.problems import Problem, ProblemError
from web.stamps import Stamp


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class VerifiedBody(_Body):
    """What looking at every file found; without a manifest only the shape could be checked."""

    at: Stamp
    manifest: bool
    faults: list[str]


class HearingBody(_Body):
    """How a language is heard now.

    `graph`: what its words come from: `composed` (the model's graphs made into one ahead, a quarter of the work),
    `composing` (as it ships until that is made), `shipped` (`why_shipped` may say why); null before the start.
    """

    ready: bool
    why: str
    workers: int
    busy_ratio: float
    lag_ms: int
    calls_by_tier: dict[str, int]
    graph: Literal["composed", "composing", "shipped"] | None = None
    why_shipped: str | None = None


class ModelBody(_Body):
    """A language's model; `verified` is empty until somebody looked since the start."""

    language: Language
    model: str
    here: bool
    folder: str
    cure: str
    size_bytes: int
    no_spotting: str | None
    verified: VerifiedBody | None
    hearing: HearingBody


class ModelList(_Body):
    """One model for each language."""

    models: list[ModelBody]


def models_router(models: Models) -> APIRouter:
    """The routes under /api/v1/models."""
    router = APIRouter(prefix="/api/v1/models", tags=["operations"])

    @router.get("")
    async def list_models() -> ModelList:
        """Each language's model, and how the language is heard now."""
        return ModelList(models=[ModelBody.model_validate(each) for each in await models.models()])

    @router.post("/{language}/verify", responses={404: {"model": Problem, "description": "No model is here"}})
    async def verify_model(language: Language) -> VerifiedBody:
        """Read every file and compare it with the manifest; a large model takes some seconds."""
        try:
            return VerifiedBody.model_validate(await models.verify(language))
        except UnknownModelError:
            raise ProblemError(404, "no-model", "No model of this language is here.") from None

    return router
