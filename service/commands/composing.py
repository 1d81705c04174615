"""Composing a model's graphs on the command line, with a sign of life: OpenFst's programs tell no progress."""

import asyncio
from pathlib import Path

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from service.commands.console import people
from service.recognition.composed_graph import ComposedGraphs


def compose_shown(graphs: ComposedGraphs, model_dir: Path, name: str) -> Path:
    """The folder of the composed graph; minutes, where it is not there yet. Raises ComposeError."""
    alive = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=people,
        transient=True,
        disable=not people.is_terminal,
    )
    with alive:
        alive.add_task(f"composing the graphs of {name}, in idle moments", total=None)
        return asyncio.run(graphs.compose(model_dir))
