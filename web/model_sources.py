"""What the page of the speech models shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from config.settings import Language


@dataclass(frozen=True, slots=True)
class VerifiedView:
    """What looking at every file of a model found; without a manifest only its shape could be checked."""

    at: datetime
    manifest: bool
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HearingView:
    """How a language is heard now: workers, how late words are, how closely its running calls are listened to.

    `graph`: composed, composing or shipped, what words come from; None before the start. `why_shipped`: one sentence.
    """

    ready: bool
    why: str
    workers: int
    busy_ratio: float
    lag_ms: int
    calls_by_tier: Mapping[str, int]
    graph: str | None = None
    why_shipped: str | None = None


@dataclass(frozen=True, slots=True)
class ModelView:
    """A language's model. `cure` is the sentence that says how to get it, where it is not here."""

    language: Language
    model: str
    here: bool
    folder: str
    cure: str
    size_bytes: int
    no_spotting: str | None
    verified: VerifiedView | None
    hearing: HearingView


class UnknownModelError(Exception):
    """There is no model of this language here."""


class Models(Protocol):
    """Knows the models."""

    async def models(self) -> Sequence[ModelView]:
        """One for each language."""
        ...

    async def verify(self, language: Language) -> VerifiedView:
        """Look at every file. Raises UnknownModelError."""
        ...
