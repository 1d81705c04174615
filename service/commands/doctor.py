"""`earshot doctor`: what is wrong with an installation, a running node or a live call, and how to mend it."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import httpx
import typer
from rich.progress import Progress
from rich.table import Column, Table

from config.settings import Settings
from service.commands.console import EXIT_FAILED, EXIT_USAGE, people, results
from service.commands.key import ShownKey
from service.commands.start import settings_or_exit
from service.demo.roads import bearer
from service.doctor.configured import configured_findings
from service.doctor.finding import Finding, State
from service.doctor.running import call_findings, node_findings

_SIGNS = {State.GOOD: "[green]✓[/green]", State.NOTE: "[yellow]•[/yellow]", State.WRONG: "[red]✗[/red]"}


def doctor(
    url: Annotated[str | None, typer.Option(help="A running Earshot; without it the settings are looked at.")] = None,
    call: Annotated[str | None, typer.Option(help="The live call to look at; without it the newest.")] = None,
    watch: Annotated[float, typer.Option(min=0, max=600, help="Watch the live call so many seconds.")] = 10,
    audiosocket: Annotated[str | None, typer.Option(help="HOST:PORT of its AudioSocket door.")] = None,
    key: ShownKey = None,
    config: Annotated[Path | None, typer.Option(help="YAML file with settings.")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Where the store and pulled models are kept.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout instead of a table.")] = False,
) -> None:
    """Say what is wrong and how to mend it: settings, model, store, disk, Redis, ports, PBXes; or a node and its calls.

    With --url: parts, clock, doors, malformed input, followed PBXes, and of a live call each leg's rate, clock drift,
    gaps and level, and whether agent and customer are swapped. It changes nothing. Exit 1 when something is wrong.

    Example: earshot doctor --config /etc/earshot.yaml

    Example: earshot doctor --url http://127.0.0.1:8000 --watch 20
    """
    settings = settings_or_exit(config, data_dir=data_dir)
    host, port = _door(audiosocket, url, settings)
    if url is not None and not urlsplit(url).netloc:
        people.print("--url needs an address like http://127.0.0.1:8000", style="red")
        raise typer.Exit(EXIT_USAGE)
    with Progress(console=people, transient=True, disable=not people.is_terminal) as progress:
        bar = progress.add_task("Watching" if url else "Looking", total=None)
        found = asyncio.run(_found(settings, url, key, call, watch, (host, port), lambda: progress.advance(bar)))
    if as_json:
        document = {"good": not _any_wrong(found), "findings": [asdict(each) for each in found]}
        results.print_json(json.dumps(document))
    else:
        _show(found)
    if _any_wrong(found):
        raise typer.Exit(EXIT_FAILED)


async def _found(
    settings: Settings,
    url: str | None,
    key: str | None,
    call: str | None,
    watch_s: float,
    audiosocket: tuple[str, int],
    looked: Callable[[], None],
) -> list[Finding]:
    if url is None:
        return [finding async for finding in configured_findings(settings)]
    async with httpx.AsyncClient(base_url=url.rstrip("/"), headers=bearer(key), timeout=10, trust_env=False) as client:
        found = [finding async for finding in node_findings(client, url, audiosocket)]
        if found[0].state is State.GOOD:
            found += [finding async for finding in call_findings(client, call, watch_s, looked)]
    return found


def _door(said: str | None, url: str | None, settings: Settings) -> tuple[str, int]:
    if said is None:
        host = urlsplit(url).hostname if url is not None else None
        return host or settings.audiosocket_host, settings.audiosocket_port
    host, _, port = said.rpartition(":")
    if not port.isdigit() or not host:
        people.print("--audiosocket needs HOST:PORT", style="red")
        raise typer.Exit(EXIT_USAGE)
    return host.strip("[]"), int(port)


def _any_wrong(found: list[Finding]) -> bool:
    return any(each.state is State.WRONG for each in found)


def _show(found: list[Finding]) -> None:
    table = Table("", "what", Column("found", overflow="fold"), Column("cure", overflow="fold"), box=None)
    for each in found:
        table.add_row(_SIGNS[each.state], each.what, each.found, each.cure)
    results.print(table)
    count = sum(each.state is State.WRONG for each in found)
    results.print(f"{count} wrong" if count else "Nothing is wrong.")
