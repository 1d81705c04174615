"""`earshot bench`: how many live calls this machine carries."""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from config.settings import Language
from service.bench.bed import Plan
from service.bench.bench import fixed, quick, thorough
from service.bench.driver_link import DriverError
from service.bench.material import MaterialError, load_material
from service.bench.outcome import Outcome
from service.bench.own_node import NodeStartError
from service.bench.report_table import limits_of, table_of
from service.commands.bench_graph import composed_before
from service.commands.console import EXIT_FAILED, EXIT_USAGE, people, results
from web.sources import Tier

_QUICK_S = 43.0  # of the fifty it may take in all: the rest is for the interpreter and an orderly stop
_BUSY_CORES = 0.25
_PAGE_WIDTH = 120


class Road(StrEnum):
    """How the audio reaches Earshot."""

    AUDIOSOCKET = "audiosocket"
    WS = "ws"


def bench(
    quickly: Annotated[bool, typer.Option("--quick", help="Rough figures within 50 seconds.")] = False,
    tier: Annotated[list[Tier] | None, typer.Option(help="Only this tier (may be repeated).")] = None,
    peer: Annotated[
        str | None,
        typer.Option(metavar="WS_URL", help="A running vosk-server that gets the same calls, for the ratio."),
    ] = None,
    material: Annotated[
        Path | None, typer.Option(help="Folder of own FLAC or WAV sentences to mix into the calls.")
    ] = None,
    calls: Annotated[
        int | None, typer.Option(min=1, max=1000, help="Do not search: play just so many calls, once in every tier.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=5, max=3600, help="Length of the window with --calls.")] = 60.0,
    via: Annotated[Road, typer.Option(help="The road the audio takes.")] = Road.AUDIOSOCKET,
    block_ms: Annotated[
        int, typer.Option(min=20, max=500, help="Length of the blocks on WebSockets (--via ws, --peer).")
    ] = 200,
    language: Annotated[
        Language, typer.Option(help="Language of the calls; the demo's turns are Korean.")
    ] = Language.KO,
    model: Annotated[Path | None, typer.Option(help="Folder of the speech model.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Find how many live calls this machine carries, tier by tier, on an Earshot of its own.

    The largest number counts at which acoustic alerts are published within 0.5 s (95 %), partials reach the console
    within 1 s of their sound (95 %), and no call is heard in a lower tier. Each number near the limit is played three
    times for a minute, so this takes about an hour; --quick takes 50 seconds. For the acoustic tier the service is held
    to one core and the calls come from the others; else all share all cores. Settings come from the environment.
    Before the first search the model's graphs are composed (see `earshot models compose`), once, for some minutes.

    Example: earshot bench --quick

    Example: earshot bench --peer ws://127.0.0.1:2700 --material sentences/ --json > bench.json
    """
    if not sys.platform.startswith("linux"):
        people.print("earshot bench reads /proc, which only Linux has.", style="red")
        raise typer.Exit(EXIT_FAILED)
    if peer is not None and urlsplit(peer).scheme not in ("ws", "wss"):
        people.print("--peer needs a URL like ws://127.0.0.1:2700", style="red")
        raise typer.Exit(EXIT_USAGE)
    if quickly and calls is not None:
        people.print("--quick searches; --calls does not. Give one of them.", style="red")
        raise typer.Exit(EXIT_USAGE)
    if material is not None:
        _material_or_exit(material)
    graphs_dir = composed_before(language, model, make=not quickly)
    plan = Plan(tuple(tier or Tier), peer, via.value, block_ms, language, model, material, graphs_dir)
    began_s = time.monotonic()
    with _Watching() as watching:
        try:
            if quickly:
                outcome = asyncio.run(quick(plan, watching, began_s + _QUICK_S))
            elif calls is not None:
                outcome = asyncio.run(fixed(plan, watching, calls, seconds))
            else:
                outcome = asyncio.run(thorough(plan, watching))
        except (NodeStartError, DriverError, TimeoutError, OSError) as error:
            people.print(str(error) or "The bench's Earshot did not get ready in time.", style="red", markup=False)
            raise typer.Exit(EXIT_FAILED) from None
        except KeyboardInterrupt:
            raise typer.Exit(EXIT_FAILED) from None
    _print(outcome, as_json=as_json)
    if outcome.failed:
        raise typer.Exit(EXIT_FAILED)


def _material_or_exit(folder: Path) -> None:
    try:
        load_material(folder)
    except MaterialError as error:
        people.print(str(error), style="red", markup=False)
        raise typer.Exit(EXIT_USAGE) from None


def _print(outcome: Outcome, *, as_json: bool) -> None:
    others = [trial.cpu.others_s / trial.cpu.window_s for each in outcome.tiers.values() for trial in each.trials]
    if others and max(others) > _BUSY_CORES:
        people.print(
            f"Other programs took up to {max(others):.1f} cores meanwhile: a quiet machine carries more.",
            style="yellow",
        )
    if as_json:
        print(json.dumps(outcome.plain(), ensure_ascii=False, indent=2))  # noqa: T201  # stdout is the interface
    else:
        results.print(table_of(outcome), width=None if results.is_terminal else _PAGE_WIDTH, soft_wrap=False)
        for line in limits_of(outcome):
            results.print(line, markup=False)


class _Watching:
    """Fills `Watcher`: a bar per trial on a terminal, a line per trial anywhere."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeRemainingColumn(),
            console=people,
            transient=True,
            disable=not people.is_terminal,
        )
        self._task: TaskID = self._progress.add_task("starting", total=None)

    def __enter__(self) -> "_Watching":
        self._progress.start()
        return self

    def __exit__(self, *_fault: object) -> None:
        self._progress.stop()

    def begins(self, what: str, calls: int, seconds: float) -> None:
        """See Watcher."""
        self._progress.reset(self._task, total=seconds, description=f"{what}: {calls} calls")

    def passed(self, seconds: float) -> None:
        """See Watcher."""
        self._progress.advance(self._task, seconds)

    def ended(self, what: str, calls: int, shortfalls: Sequence[str]) -> None:
        """See Watcher."""
        verdict = "in time" if not shortfalls else "; ".join(shortfalls)
        people.print(f"{what}: {calls} calls: {verdict}", markup=False, style="dim")
