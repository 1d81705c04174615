"""The graphs a bench decodes with: composed before its first search, so that no node composes while it is measured."""

from pathlib import Path

import typer

from config.load import ConfigurationError, load_settings
from config.settings import Language
from service.commands.composing import compose_shown
from service.commands.console import EXIT_FAILED, EXIT_USAGE, people
from service.recognition.composed_graph import ComposedGraphs, ComposeError
from service.recognition.models import ModelMissingError, composed_graphs, find_model


def composed_before(language: Language, model: Path | None, *, make: bool) -> Path | None:
    """The folder of composed graphs with this language's model in it; None: it is to be used as it ships.

    `make`: compose it where it is not there. Settings come from the environment, as those of the bench's node.
    """
    try:
        settings = load_settings(None, language=language, model=model)
        graphs, folder = composed_graphs(settings), find_model(language, settings)
    except ConfigurationError as error:
        people.print(str(error), style="red", markup=False)
        raise typer.Exit(EXIT_USAGE) from None
    except ModelMissingError:
        return None  # its calls are heard as sound alone
    if graphs is None or (graphs.find(folder) is None and not (make and _composed(graphs, folder))):
        return None
    return graphs.folder


def _composed(graphs: ComposedGraphs, model_dir: Path) -> bool:
    try:
        compose_shown(graphs, model_dir, model_dir.name)
    except ComposeError as error:
        people.print(f"The model is used as it ships. {error}", style="yellow", markup=False)
        return False
    except KeyboardInterrupt:
        raise typer.Exit(EXIT_FAILED) from None
    return True
